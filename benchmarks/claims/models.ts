import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { microBatch } from 'tickwise/batch';
import { DenseNetwork, seededRandom } from '../batch/support/dense-network.js';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { timeBoth } from './support/cpu.js';
import { PLAN } from './support/documents.js';
import { mustEqual, saving } from './support/saving.js';

/** Symbols that ask in the same turn, features of each, and turns. */
const [SYMBOLS, FEATURES, TURNS] = [64, 64, 5];

type Row = readonly number[];
type Predict = (row: Row) => Promise<Row>;

const random = seededRandom(8);
const network = new DenseNetwork([FEATURES, 64, 32, 3], random);
const rows: readonly Row[] = Array.from({ length: SYMBOLS }, () =>
  Array.from({ length: FEATURES }, () => random() * 2 - 1),
);

/** All symbols ask, turn after turn. */
function turns(predict: Predict): () => Promise<Row[]> {
  return async () => {
    let last: Row[] = [];
    for (let turn = 0; turn < TURNS; turn++) last = await Promise.all(rows.map((row) => predict(row)));
    return last;
  };
}

async function compare(what: string, one: Predict, many: (batch: readonly Row[]) => Promise<Row[]>): Promise<Measured> {
  const usual = turns(one);
  const ours = turns(microBatch(many));
  mustEqual(await usual(), await ours());
  const times = await timeBoth(usual, ours);
  return saving(what, times.usual, times.ours);
}

const predictAll = (batch: readonly Row[]): Row[] =>
  network.predictAll(batch.map((row) => Float64Array.from(row))).map((outputs) => Array.from(outputs));

/** A model that is served over HTTP, as one in another language is: rows of a request in, their outputs back. */
async function served(): Promise<Measured> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Only this file asks.
    request.on('end', () =>
      response.end(JSON.stringify(predictAll(JSON.parse(Buffer.concat(chunks).toString()) as Row[]))),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has such an address.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ask = async (batch: readonly Row[]): Promise<Row[]> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(batch) });
    return (await response.json()) as Row[];
  };
  try {
    return await compare('ms of CPU, both ends', async (row) => (await ask([row]))[0] ?? [], ask);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function batched(): Promise<Measured> {
  const { value, text } = await served();
  const one: Predict = async (row) => [...network.predict(Float64Array.from(row))];
  const beside = await compare('ms of CPU', one, async (batch) => predictAll(batch));
  return { value, text: `${text}; in the bot’s own process ${beside.text}` };
}

export default {
  title: 'one call of a model for many symbols',
  claims: [
    {
      source: { document: PLAN, words: '60% faster for multiple symbols' },
      claim: 'batch of models: 60 % less time',
      how: `${SYMBOLS} symbols ask one model in the same turn (${FEATURES} features, layers of 64, 32 and 3, seeded), ${TURNS} turns: a request each against microBatch, to a model served over HTTP on loopback; equal to the bit. CPU time, median of 7 alternated rounds. Beside it the same model in the bot’s own process.`,
      promised: { atLeast: 0.6 },
      measure: batched,
    },
  ],
} satisfies ClaimGroup;
