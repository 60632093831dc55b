import { Derivation, type DerivationErrorContext } from 'tickwise/derive';
import { describe, expect, it } from 'vitest';

const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** A graph, and what reached its `onError`. */
function watched(): { graph: Derivation; reports: { error: unknown; context: DerivationErrorContext }[] } {
  const reports: { error: unknown; context: DerivationErrorContext }[] = [];
  const graph = new Derivation({ onError: (error, context) => void reports.push({ error, context }) });
  return { graph, reports };
}

describe('a batch that returns a promise', () => {
  it.each([0, 1])('is refused, %d batches deep; what it has set stays set, as when it throws', (depth) => {
    const { graph, reports } = watched();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value * 2);
    const change = async (): Promise<void> => {
      price.set(2);
      await Promise.resolve();
    };

    // A caller whose linter allows it.
    const run = () => graph.batch(() => (depth === 0 ? change() : graph.batch(change)));

    expect(run).toThrow(/a batch must end before it returns, got a promise/);
    expect(run).toThrow(MISUSE);
    expect([node.get(), reports]).toEqual([4, []]);
  });

  it('has its rejection reported, and its later changes are passes of their own', async () => {
    const { graph, reports } = watched();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value * 2);
    const error = new RangeError('no answer');

    const run = () =>
      graph.batch(async () => {
        await Promise.resolve();
        price.set(3);
        throw error;
      });
    expect(run).toThrow(MISUSE);
    await new Promise(setImmediate);

    expect(reports).toEqual([{ error, context: { operation: 'batch', node: '' } }]);
    expect(node.get()).toBe(6);
  });

  it('may be any thenable, and its `then` may be hostile', async () => {
    const { graph, reports } = watched();
    const hostile = {
      // oxlint-disable-next-line unicorn/no-thenable -- the point of the test
      then: () => {
        throw new RangeError('no promise');
      },
    };

    expect(() => graph.batch(() => hostile)).toThrow(MISUSE);
    await new Promise(setImmediate);

    expect(reports).toMatchObject([{ context: { operation: 'batch' } }]);
  });
});
