import { api } from './api.js';
import { attw } from './attw.js';
import { build } from './build.js';
import { consumers } from './consumers.js';
import { decorators } from './decorators.js';
import { docs } from './docs.js';
import { format } from './format.js';
import { graph } from './graph.js';
import { lint } from './lint.js';
import { loads } from './loads.js';
import { metrics } from './metrics.js';
import { nodes } from './nodes.js';
import { publint } from './publint.js';
import { readme } from './readme.js';
import { size } from './size.js';
import { tests } from './tests.js';
import { types } from './types.js';
import { unused } from './unused.js';
import type { Gate } from '../check/gate.js';

/** Every gate. One that needs others stands behind them. */
export const gates: readonly Gate[] = [
  build,
  types,
  lint,
  format,
  metrics,
  unused,
  tests,
  api,
  docs,
  size,
  graph,
  publint,
  attw,
  loads,
  readme,
  decorators,
  consumers,
  nodes,
];
