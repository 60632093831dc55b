import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { binance, bybit2021, bybitV5, type FeedProtocol, coinbase, deribit, kraken, okx } from 'tickwise/feed';

describe('any message', () => {
  it('is read or refused with CorruptDataError by every protocol, and never pollutes a prototype', () => {
    const protocols = [
      binance('spot'),
      binance('usdm'),
      bybitV5('linear'),
      bybitV5('option'),
      bybit2021('linear'),
      coinbase(),
      deribit(),
      kraken(),
      okx(),
    ];
    const keys = fc.constantFrom(
      'topic',
      'stream',
      'data',
      'e',
      'type',
      'event',
      'b',
      'a',
      'u',
      'U',
      '__proto__',
      'ts',
      'args',
      'arg',
      'params',
      'result',
      'method',
      'channel',
      'instId',
    );
    const words = fc.constantFrom(
      'orderbook.1.X',
      'trade.X',
      'x@depth',
      'x@trade',
      'depthUpdate',
      'snapshot',
      'l2update',
      'heartbeat',
      'subscription',
      'books',
      'ticker.X-C.raw',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        words,
        fc.constantFrom(null, true, -1, 2 ** 60, '1.5', ''),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 6 }),
      ),
    }));

    fc.assert(
      fc.property(value, (message) => {
        const outcomes = protocols.map((protocol) => outcomeOf(protocol, message));

        for (const outcome of outcomes) expect(outcome).toMatch(/^(event|ack|alive|ping|unknown|ERR_CORRUPT_DATA)$/);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** The type of what a message is read as, or the code of the error. */
function outcomeOf(protocol: FeedProtocol, message: unknown): string {
  try {
    return protocol.read(message).type;
  } catch (error) {
    return String(Reflect.get(Object(error) as object, 'code'));
  }
}
