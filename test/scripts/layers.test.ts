import { describe, expect, it } from 'vitest';
import { folderOf, mayImport } from '../../scripts/graph/layers.js';

describe('the arrows between folders', () => {
  it.each([
    ['ring', 'core'],
    ['memo', 'ring'],
    ['feed', 'batch'],
    ['indicators', 'rolling'],
    ['hub', 'hub'],
    ['', 'feed'],
  ])('let %s import %s', (folder, other) => {
    expect(mayImport(folder, other)).toBe(true);
  });

  it.each([
    ['core', 'ring'],
    ['ring', 'codec'],
    ['memo', 'hub'],
    ['rolling', 'indicators'],
    ['hub', 'feed'],
    ['ring', 'unheard-of'],
    ['unheard-of', 'core'],
    ['', 'sinks'],
  ])('do not let %s import %s', (folder, other) => {
    expect(mayImport(folder, other)).toBe(false);
  });

  it('start at the feature folder of a path', () => {
    expect(folderOf('src/feed/venues/binance.ts')).toBe('feed');
    expect(folderOf('../../src/ring/index.ts')).toBe('ring');
    expect(folderOf('src/index.ts')).toBe('');
  });
});
