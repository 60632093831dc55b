import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { loadEverySubPath } from '../tools/load-sub-paths.js';
import { subPaths } from '../tools/manifest.js';

/** The packed package loads in an empty project. */
export const loads: Gate = {
  name: 'loads',
  claim: 'every sub-path of the packed package loads by import and by require, without a warning',
  needs: ['build'],
  async run(run) {
    const { folder } = await run.packed();
    const problems = await loadEverySubPath(process.execPath, folder);
    return verdict(`${subPaths().length} sub-paths on ${process.version}`, problems);
  },
};
