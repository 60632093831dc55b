import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriter, type BatchWriterOptions, type SendContext } from 'tickwise/batch';
import { onTestFinished } from 'vitest';

/** A row of these tests. */
export interface Row {
  readonly number: number;
  readonly text?: string;
}

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A table that refuses identities it has, and may be down. It outlives the writers of a test. */
export class Table {
  readonly rows = new Map<string, Row>();
  readonly order: number[] = [];
  /** Rows that came again. */
  repeats = 0;
  isDown = false;
  /** Stores rows, and then the writer learns of a failure. */
  isReplyLost = false;
  /** Called before a batch is stored; what it throws the sink throws. */
  onSend: (batch: readonly Row[]) => void = () => undefined;

  readonly sink = async (batch: readonly Row[], { ids }: SendContext): Promise<void> => {
    if (this.isDown) throw new Error('down');
    this.onSend(batch);
    for (const [index, row] of batch.entries()) {
      const id = ids[index] ?? '';
      if (this.rows.has(id)) this.repeats++;
      else {
        this.rows.set(id, row);
        this.order.push(row.number);
      }
    }
    if (this.isReplyLost) throw new Error('socket hang up');
  };
}

/** A writer with a journal, which is closed after the test if it was not before. */
export function writerOn(
  directory: string,
  table: Table,
  {
    journal,
    ...options
  }: Partial<Omit<BatchWriterOptions<Row>, 'journal'>> & { journal?: Partial<BatchWriterOptions<Row>['journal']> } = {},
): BatchWriter<Row> {
  const writer = new BatchWriter<Row>({
    sink: table.sink,
    journal: { directory, durability: 'os', ...journal },
    retry: { minDelay: 1, maxDelay: 5 },
    maxDelay: 1,
    closeTimeout: 10_000,
    onError: () => undefined,
    ...options,
  });
  onTestFinished(() => writer.close().catch(() => undefined));
  return writer;
}

/** The rows from `from` to below `end`. */
export function rows(from: number, end: number): Row[] {
  return Array.from({ length: end - from }, (_, index) => ({ number: from + index }));
}

/** Leaves rows in a journal, as a crash does: they are in the files, and the sink has none. */
export async function leaveRows(directory: string, left: readonly Row[], journal = {}): Promise<void> {
  const table = new Table();
  table.isDown = true;
  const writer = writerOn(directory, table, { closeTimeout: 0, journal });
  for (const row of left) writer.add(row);
  await writer.secured();
  await writer.close().catch(() => undefined);
}

/** The files of rows in a folder, oldest first. */
export async function segmentsOf(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.journal')).toSorted();
  return names.map((name) => join(directory, name));
}

/** Changes the bytes of a file. */
export async function edit(path: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

/** Sends what a journal holds to a table. Resolves with the writer's last counters. */
export async function drain(directory: string, table: Table, journal = {}) {
  const writer = writerOn(directory, table, { journal });
  await writer.ready();
  await writer.flush();
  const stats = writer.stats();
  await writer.close();
  return stats;
}
