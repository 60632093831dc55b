import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicBytes } from '../../src/feed/topic-bytes.js';

function table(...topics: string[]): TopicBytes<string> {
  const bytes = new TopicBytes<string>('{"topic":"');
  for (const topic of topics) bytes.add(topic, topic);
  return bytes;
}

describe('topic bytes', () => {
  it.each([
    ['{"topic":"a","data":1}', 'a'],
    ['{"topic":"ab"}', 'ab'],
    ['{"topic":"é"}', 'é'],
    ['{"topic":"abc"}', undefined],
    ['{"topic":""}', undefined],
    ['{"data":1,"topic":"a"}', undefined],
    [' {"topic":"a"}', undefined],
    ['{"topic": "a"}', undefined],
    ['{"topic":"\\u0061"}', undefined],
    ['{"topic":"a', undefined],
    ['{"topic":"', undefined],
    ['{"to', undefined],
    ['', undefined],
  ])('of %s are %s', (frame, expected) => {
    expect(table('a', 'ab', 'é').find(Buffer.from(frame))).toBe(expected);
  });

  it('finds a name with quotes and backslashes never, since those are escaped', () => {
    const bytes = table('a"b', 'c\\d');

    expect(bytes.find(Buffer.from(JSON.stringify({ topic: 'a"b' })))).toBeUndefined();
    expect(bytes.find(Buffer.from(JSON.stringify({ topic: 'c\\d' })))).toBeUndefined();
  });

  it('forgets a topic, and only that', () => {
    const bytes = table('a', 'b');

    bytes.delete('a');
    bytes.delete('not there');

    expect([bytes.find(Buffer.from('{"topic":"a"}')), bytes.find(Buffer.from('{"topic":"b"}'))]).toEqual([
      undefined,
      'b',
    ]);
  });

  it('tells names with one hash apart', () => {
    // FNV-1a of 32 bits is the same for both.
    const bytes = table('costarring', 'liquid');

    expect(bytes.find(Buffer.from('{"topic":"costarring"}'))).toBe('costarring');
    expect(bytes.find(Buffer.from('{"topic":"liquid"}'))).toBe('liquid');
    bytes.delete('liquid');
    expect(bytes.find(Buffer.from('{"topic":"costarring"}'))).toBe('costarring');
    expect(bytes.find(Buffer.from('{"topic":"liquid"}'))).toBeUndefined();
  });

  it('agrees with parsing the frame, or finds nothing', () => {
    const names = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), { maxLength: 30 });

    fc.assert(
      fc.property(names, names, (known, asked) => {
        const bytes = table(...new Set(known));
        for (const topic of [...known, ...asked]) {
          const found = bytes.find(Buffer.from(JSON.stringify({ topic, data: [1] })));
          const isPlain = JSON.stringify(topic) === `"${topic}"`;
          expect(found).toBe(isPlain && known.includes(topic) ? topic : undefined);
        }
      }),
    );
  });
});
