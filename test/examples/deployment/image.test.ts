import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { whyNoCleanRoot } from '../../../examples/deployment/clean-root.js';
import { readDockerfile } from '../../../examples/deployment/dockerfile.js';
import { Image } from '../../../examples/deployment/image.js';

/** Ends with 0 at SIGTERM when it is process 1 of a user without rights in the folder of the image. */
const PROGRAM = `
const { existsSync, writeFileSync } = require('node:fs');
const isAlone = process.pid === 1 && process.getuid() === 1000 && process.cwd() === '/app' && existsSync('out');
process.on('SIGTERM', () => process.exit(isAlone ? 0 : 1));
setInterval(() => {}, 1000);
writeFileSync('/data/' + process.env.NAME, '');`;

const CHECK = `process.exit(require('node:fs').existsSync('/data/well') ? 0 : 1)`;

describe.skipIf(whyNoCleanRoot() !== undefined)('an image made without a container engine', { timeout: 60_000 }, () => {
  it('is built in a clean root, is asked for its health, and ends at SIGTERM', async () => {
    process.env['TICKWISE_SECRET'] = 'of this machine';
    onTestFinished(() => void delete process.env['TICKWISE_SECRET']);
    const image = build(`
      FROM any AS build
      WORKDIR /app
      COPY a.txt ./
      RUN test -z "$TICKWISE_SECRET" && test ! -e ${process.cwd()} && test "$(id -u)" = 0 && cp a.txt out
      FROM any AS run
      ENV NAME=well
      WORKDIR /app
      COPY --from=build /app/out ./
      RUN mkdir /data && chown node:node /data && test ! -e a.txt
      USER node
      HEALTHCHECK --interval=30s CMD ${JSON.stringify(['node', '-e', CHECK])}
      ENTRYPOINT ${JSON.stringify(['node', '-e', PROGRAM])}`);
    expect(image.isHealthy({})).toBe(false);

    const running = image.start({});
    onTestFinished(() => running.kill());
    await expect.poll(() => image.isHealthy({}), { timeout: 30_000 }).toBe(true);
    running.signal('SIGTERM');

    expect(await running.exit).toBe(0);
  });

  it('is not built when a step fails', () => {
    expect(() => build('FROM any AS build\nRUN false')).toThrow('RUN must end with 0, got 1: false');
  });

  it.each([
    ['an instruction that is not known', 'FROM any AS a\nADD x /', 'a step must be one that is known, got ADD'],
    ['a stage that is not before', 'FROM any AS a\nCOPY --from=b /x ./', 'COPY must name a stage before, got b'],
    ['a step before the first stage', 'RUN true', 'a Dockerfile must begin with FROM'],
  ])('refuses %s', (_, text, reason) => {
    expect(() => build(text)).toThrow(reason);
  });
});

function build(text: string): Image {
  const context = mkdtempSync(join(tmpdir(), 'tickwise-context-'));
  writeFileSync(join(context, 'a.txt'), 'a');
  const image = new Image(context);
  onTestFinished(() => {
    image.remove();
    rmSync(context, { recursive: true, force: true });
  });
  for (const instruction of readDockerfile(text)) image.step(instruction);
  return image;
}
