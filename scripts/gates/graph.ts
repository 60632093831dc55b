import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { findArrowFaults } from '../graph/arrows.js';
import { findLoadFaults } from '../graph/loaded.js';
import { subPaths } from '../tools/manifest.js';

/** Folders import along the arrows of the design, and a sub-path loads only what it stands on. */
export const graph: Gate = {
  name: 'graph',
  claim: 'folders import along the arrows, and a sub-path loads no other feature',
  needs: ['build'],
  async run() {
    const problems = [...findArrowFaults(), ...subPaths().flatMap(({ entry }) => findLoadFaults(entry))];
    return verdict(`${subPaths().length} sub-paths load only what they stand on`, problems);
  },
};
