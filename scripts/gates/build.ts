import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { runCommand, tool } from '../tools/command.js';
import { missingFiles } from '../tools/library-build.js';
import { subPaths } from '../tools/manifest.js';

/** The bundler succeeds, and every file that package.json names is there. */
export const build: Gate = {
  name: 'build',
  claim: 'the library builds, declaration files included',
  async run() {
    const { exitCode, output } = await runCommand(tool('tsup'), ['--silent']);
    // The declaration step can fail after the JavaScript is written: both the code and the files count.
    if (exitCode !== 0) return { isPassed: false, summary: `tsup exits ${exitCode}`, details: output };
    const missing = missingFiles().map((file) => `package.json names ${file}, the build does not make it`);
    return verdict(`${subPaths().length} sub-paths, ESM and CJS`, missing);
  },
};
