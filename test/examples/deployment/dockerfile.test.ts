import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { readCopy, readDockerfile } from '../../../examples/deployment/dockerfile.js';

const text = readFileSync('examples/deployment/Dockerfile', 'utf8');
const instructions = readDockerfile(text);
const named = (name: string) => instructions.filter((instruction) => instruction.name === name);

describe('the Dockerfile', () => {
  it('has nothing that a linter complains of', () => {
    expect(validate(text)).toEqual([]);
    // It would have found something.
    expect(validate('FROM node\nWORKDIR app\nHEALTHCHECK --intervall=3s CMD a')).toHaveLength(2);
  });

  it('begins each stage with an image of a fixed version', () => {
    expect(named('FROM')).toHaveLength(2);
    for (const { argument } of named('FROM')) expect(argument).toMatch(/^node:\d+\.\d+-\S+ AS \w+$/);
  });

  it('copies only what is there, and from stages before', () => {
    const stages = named('FROM').map(({ stage }) => stage);
    for (const { argument, stage } of named('COPY')) {
      const { from, sources, target } = readCopy(argument);
      if (from === undefined) expect(sources.filter((source) => !existsSync(source))).toEqual([]);
      else expect(stages.slice(0, stages.indexOf(stage))).toContain(from);
      // Several files need a folder.
      if (sources.length > 1) expect(target).toMatch(/\/$/);
    }
  });

  it('runs as a user without rights, is asked for its health, and gets signals itself', () => {
    expect(named('USER').at(-1)).toMatchObject({ argument: 'node', stage: 'run' });
    expect(named('HEALTHCHECK')).toHaveLength(1);
    for (const { argument } of [...named('ENTRYPOINT'), ...named('CMD')])
      expect(JSON.parse(argument)).toBeInstanceOf(Array);
  });

  it('installs what the lock file says', () => {
    expect(named('RUN').map(({ argument }) => argument)).toContainEqual(expect.stringMatching(/^npm ci /));
  });
});
