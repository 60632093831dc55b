import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfList } from '../../src/memo/call-key.js';
import { keyOfText, textOfKey } from '../../src/memo/key-text.js';
import { StoreKeys } from '../../src/memo/store-keys.js';

const PART = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', ':', '%', ';', 'a', 'a:b', '%3a;', '~', 'entry:', 'tag:', '\ud800', '\ud801', 'A'.repeat(201)),
);

describe('StoreKeys', () => {
  it('writes plain names as they are', () => {
    const keys = new StoreKeys('quotes', '2');

    expect(keys.entry(textOfKey('BTC'))).toBe('tickwise:quotes:2:entry:sBTC');
    expect(keys.removal(textOfKey(5))).toBe('tickwise:quotes:2:key:n5');
    expect(keys.tag('position-BTC')).toBe('tickwise:quotes:2:tag:position-BTC');
    expect([keys.epoch, keys.bumps]).toEqual(['tickwise:quotes:2:clear', 'tickwise:quotes:2:bumps']);
  });

  it('never gives two things one name', () => {
    const names = new Map<string, string>();
    fc.assert(
      fc.property(PART, PART, PART, (name, version, text) => {
        const keys = new StoreKeys(name, version);
        const made = {
          entry: keys.entry(text),
          removal: keys.removal(text),
          tag: keys.tag(text),
          lease: keys.lease(text, []),
        };
        for (const [kind, made_] of Object.entries(made)) {
          const meaning = JSON.stringify([kind, name, version, text]);
          expect(names.get(made_) ?? meaning).toBe(meaning);
          names.set(made_, meaning);
        }
        for (const own of [keys.epoch, keys.bumps]) {
          const meaning = JSON.stringify([own === keys.epoch, name, version]);
          expect(names.get(own) ?? meaning).toBe(meaning);
          names.set(own, meaning);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives names of bounded length in printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400, size: 'max' }), (text) => {
        const keys = new StoreKeys(text, text);

        const names = [keys.entry(text), keys.removal(text), keys.tag(text), keys.lease(text, [text])];

        for (const name of names) expect(name).toMatch(/^[!-~]{1,640}$/);
      }),
    );
  });

  it('tells texts apart that differ in a lone surrogate only, long or short', () => {
    const keys = new StoreKeys('quotes', '');

    for (const text of ['', 'x'.repeat(300)]) {
      expect(keys.entry(`${text}\ud800`)).not.toBe(keys.entry(`${text}\ud801`));
      expect(keys.identity(`${text}\ud800`)).not.toBe(keys.identity(`${text}\ud801`));
    }
  });

  it('knows the registers of tags', () => {
    const keys = new StoreKeys('tag:', 'tag:');

    expect(keys.isTag(keys.tag('clear'))).toBe(true);
    for (const other of [keys.epoch, keys.bumps, keys.removal('stag:'), keys.entry('stag:')]) {
      expect(keys.isTag(other)).toBe(false);
    }
  });

  it('gives a lease another name under other stamps', () => {
    const keys = new StoreKeys('quotes', '');

    expect(keys.lease('sBTC', ['a', '', 'b'])).not.toBe(keys.lease('sBTC', ['a', 'b', '']));
    expect(keys.lease('sBTC', ['a'])).toBe(keys.lease('sBTC', ['a']));
  });
});

describe('textOfKey', () => {
  it('gives different texts to different keys, and finds each again', () => {
    const texts = new Map<string, unknown>();
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.constantFrom('', 'n1', 's', '1', 1, '\0', '\0n1', -0),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 2 }), (args) => {
        const key = keyOfList(args);

        const text = textOfKey(key);

        expect(keyOfText(text)).toBe(key);
        expect(texts.has(text) ? texts.get(text) : key).toBe(key);
        texts.set(text, key);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', 'x', 'n', 'n1.0', 'n 1', 'n1x', 'n0x10', 's\0', 'N1'])('finds no key of the text %j', (text) => {
    expect(keyOfText(text)).toBeUndefined();
  });

  it.each([0, -1.5, Number.NaN, Infinity, 1e21, 5e-324])('finds the number %d again', (key) => {
    expect(keyOfText(textOfKey(key))).toBe(key);
  });
});
