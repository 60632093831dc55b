import { describe, expect, it } from 'vitest';
import { StoreKeys } from '../../src/memo/store-keys.js';
import { ExpectedTags } from '../../src/memo/store-ticket.js';

function expectedTags(): ExpectedTags {
  return new ExpectedTags(new StoreKeys('quotes', ''));
}

describe('ExpectedTags', () => {
  it('expects the tags that a key had last', () => {
    const expected = expectedTags();

    expected.note('sBTC', ['a']);
    expected.note('sBTC', ['b', 'c']);

    expect(expected.of('sBTC')).toEqual(['b', 'c']);
    expect(expected.of('sETH')).toEqual([]);
  });

  it('expects none of a key that had none last', () => {
    const expected = expectedTags();

    expected.note('sBTC', ['a']);
    expected.note('sBTC', []);

    expect(expected.of('sBTC')).toEqual([]);
  });

  it('forgets the key not seen for longest beyond a thousand', () => {
    const expected = expectedTags();

    for (let index = 0; index < 1_000; index++) expected.note(`n${index}`, ['a']);
    expected.note('n0', ['b']);
    expected.note('n1000', ['a']);

    expect(expected.of('n0')).toEqual(['b']);
    expect(expected.of('n1')).toEqual([]);
    expect(expected.of('n2')).toEqual(['a']);
    expect(expected.of('n1000')).toEqual(['a']);
  });
});
