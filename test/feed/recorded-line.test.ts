import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLine, writeLine } from 'tickwise/feed';
import { CORRUPT } from './event-of.js';

describe('a line of a recording', () => {
  it.each([
    [{ t: 1_618_678_145_920.4, dir: 'open', url: 'wss://a' }, '{"t":1618678145920.400,"dir":"open","url":"wss://a"}'],
    [{ t: 5, dir: 'in', text: '{"a": 1}' }, '{"t":5.000,"dir":"in","msg":{"a": 1}}'],
    [{ t: 5, dir: 'out', text: '[1,2]' }, '{"t":5.000,"dir":"out","msg":[1,2]}'],
    [{ t: 5, dir: 'in', text: 'pong' }, '{"t":5.000,"dir":"in","plain":true,"msg":"pong"}'],
    [{ t: 5, dir: 'in', text: '{\n"a":1}' }, '{"t":5.000,"dir":"in","plain":true,"msg":"{\\n\\"a\\":1}"}'],
  ] as const)('of %o is %s', (frame, line) => {
    expect(writeLine(frame)).toBe(line);
    expect(readLine(line)).toMatchObject(frame);
  });

  it.each([
    [''],
    ['{}'],
    ['{"t":5}'],
    ['{"t":"5","dir":"in","msg":1}'],
    ['{"t":5,"dir":"in"}'],
    ['{"t":5,"dir":"sideways","msg":1}'],
    ['{"t":5,"dir":"in","msg":{"a":1'],
    ['{"t":5,"dir":"in","m'],
    ['not json'],
    ['{"t":5,"dir":"in","plain":true,"msg":7}'],
    ['[1,2,"msg":3]'],
    ['null'],
    ['{"t":-1,"dir":"in","msg":1}'],
    ['{"t":8.65e15,"dir":"in","msg":1}'],
    ['{"t":"5","dir":"in","msg":1}'],
  ])('is refused when it is %s', (line) => {
    expect(() => readLine(line)).toThrow(CORRUPT);
  });

  it('gives every frame back as it was, whatever is in it', () => {
    const json = fc.json().map((text) => text);
    const text = fc.oneof(
      json,
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"msg":', '{"msg":1}', '\r\n', '\u2028'),
    );

    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 2 ** 52 }), fc.constantFrom('in', 'out'), (frame, t, dir) => {
        const line = writeLine({ t: t / 1_000, dir, text: frame });

        expect(line).not.toMatch(/[\r\n]/);
        expect(readLine(line).text).toBe(frame);
        expect(readLine(line).t).toBeCloseTo(t / 1_000, 2);
      }),
    );
  });

  it('reads a snapshot that was fetched beside the stream', () => {
    expect(readLine('{"t":5,"dir":"in","for":"BTCUSDT","msg":{"lastUpdateId":1}}')).toMatchObject({
      for: 'BTCUSDT',
      text: '{"lastUpdateId":1}',
    });
  });
});
