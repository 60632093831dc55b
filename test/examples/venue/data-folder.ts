import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** Folder of the known recordings: `TICKWISE_DATA`, or `shared/data` beside the checkout, or undefined. */
export const dataFolder = [process.env['TICKWISE_DATA'], beside].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'ws', 'binance-usdm-btc-eth-2024-08-08.ndjson.gz')),
);

if (dataFolder === undefined)
  console.log('Tests on recordings are skipped: set TICKWISE_DATA to a folder of recordings.');
