import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FailureReporter } from '../../core/failures.js';
import type { NdjsonErrorContext, NdjsonSinkSettings } from './ndjson-sink-options.js';

/** The full files of a sink: their names, their compression, and how many stay. One task at a time. */
export class FullFiles {
  readonly #settings: NdjsonSinkSettings;
  readonly #reporter: FailureReporter<NdjsonErrorContext>;
  #latest: Promise<void> = Promise.resolve();

  constructor(settings: NdjsonSinkSettings, reporter: FailureReporter<NdjsonErrorContext>) {
    this.#settings = settings;
    this.#reporter = reporter;
  }

  /** Gives the file that was written to the name of a full one. */
  async add(path: string): Promise<void> {
    const { directory, name, clock } = this.#settings;
    const time = new Date(clock.wallTime()).toISOString().replaceAll(/[-:.]/g, '');
    const taken = new Set(await readdir(directory));
    let full = '';
    // Two in one millisecond, or a clock that was set back.
    for (let count = 0; full === '' || taken.has(full) || taken.has(`${full}.gz`); count++) {
      full = `${name}.${time}-${String(count).padStart(4, '0')}.ndjson`;
    }
    await rename(path, join(directory, full));
    this.tidy();
  }

  /** Compresses what is not yet and removes what is too old, behind the writes. */
  tidy(): void {
    this.#latest = this.#latest.then(() => this.#tidy());
  }

  /** Resolves when nothing is being done. */
  idle(): Promise<void> {
    return this.#latest;
  }

  async #tidy(): Promise<void> {
    const { directory, name, compress, maxFiles } = this.#settings;
    const names = await readdir(directory).catch((): string[] => []);
    const own = names.filter((each) => each.startsWith(`${name}.`) && FULL.test(each.slice(name.length)));
    const stay = own.toSorted().slice(Number.isFinite(maxFiles) ? -maxFiles : 0);
    for (const old of own.filter((each) => !stay.includes(each))) {
      await this.#try('remove', old, (path) => rm(path, { force: true }));
    }
    if (compress === 'none') return;
    for (const file of stay.filter((each) => !each.endsWith('.gz'))) await this.#try('compress', file, compressFile);
  }

  async #try(during: NdjsonErrorContext['during'], file: string, act: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.#settings.directory, file);
    try {
      await act(path);
    } catch (error) {
      this.#reporter.report(error, { during, path });
    }
  }
}

/** The rest of a full file's name. */
const FULL = /^\.\d{8}T\d{9}Z-\d{4,}\.ndjson(\.gz)?$/;

/** Half-written files have another name until they are whole, and the plain one stays until then. */
async function compressFile(path: string): Promise<void> {
  const half = `${path}.gz.tmp`;
  await pipeline(createReadStream(path), createGzip(), createWriteStream(half));
  const handle = await open(half, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, `${path}.gz`);
  await rm(path);
}
