/**
 * Where a process finds its caches: ESM and CJS copies of this package, and several versions of it,
 * share one table under a well-known symbol. It holds instances weakly, so that listing a
 * cache never keeps it alive.
 */
const TABLE: unique symbol = Symbol.for('tickwise.registry');

interface Entry {
  readonly kind: string;
  readonly instance: WeakRef<object>;
}

interface Table {
  readonly entries: Set<Entry>;
  readonly collected: FinalizationRegistry<Entry>;
}

/** Lists `instance` under `kind` until it is collected or the handle disposed. */
export function register(kind: string, instance: object): Disposable {
  const { entries, collected } = table();
  const entry: Entry = { kind, instance: new WeakRef(instance) };
  entries.add(entry);
  collected.register(instance, entry, entry);
  return {
    [Symbol.dispose]() {
      entries.delete(entry);
      collected.unregister(entry);
    },
  };
}

/** The live instances of a kind, in the order they were registered. */
export function registered(kind: string): object[] {
  const found: object[] = [];
  for (const entry of table().entries) {
    const instance = entry.kind === kind ? entry.instance.deref() : undefined;
    if (instance !== undefined) found.push(instance);
  }
  return found;
}

function table(): Table {
  const holder = globalThis as { [TABLE]?: Table };
  return (holder[TABLE] ??= newTable());
}

function newTable(): Table {
  const entries = new Set<Entry>();
  return { entries, collected: new FinalizationRegistry((entry) => entries.delete(entry)) };
}
