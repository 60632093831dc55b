import type { ListParts, ListRun } from './list-run.js';
import type { RunReport, StreamItem } from './run-report.js';

/** What a stream asks of the list it reads. */
type Hooks<Key, Value> = Pick<ListParts<Key, Value>, 'isHeld' | 'onEnd' | 'onItem'>;

/**
 * The outcomes of a list, as they come.
 *
 * The list starts with the first read. While `most()` outcomes wait to be read, it starts nothing.
 */
export async function* streamOf<Key, Value>(
  most: () => number,
  begin: (hooks: Hooks<Key, Value>) => ListRun<Key, Value>,
): AsyncGenerator<StreamItem<Key, Value>, RunReport<Key, Value>, undefined> {
  let items: StreamItem<Key, Value>[] = [];
  let waiting = 0;
  let report: RunReport<Key, Value> | undefined;
  let wake = noop;
  const run = begin({
    isHeld: () => waiting >= most(),
    onItem(key, isSuccess, outcome) {
      waiting++;
      // What the task returned, where it succeeded.
      items.push(isSuccess ? { key, value: outcome as Value } : { key, error: outcome });
      wake();
    },
    onEnd(ended) {
      report = ended.report;
      wake();
    },
  });
  try {
    for (;;) {
      const ready = items;
      items = [];
      for (const item of ready) {
        waiting--;
        run.pump();
        yield item;
      }
      if (items.length > 0) continue;
      if (report !== undefined) return report;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    if (report === undefined) run.stop('aborted');
  }
}

function noop(): void {
  // Nobody waits yet.
}
