export { ChangeGate, type ChangeGateOptions, type ChangeGateStats, type GateExplanation } from './change-gate.js';
export { Derivation, type DerivationStats } from './derivation.js';
export type { KeyedInput, KeyedNode, KeyedNodes } from './keyed-node.js';
export type { ComputedNode, GraphNode, InputNode, NodeExplanation, NodeState, ValuesOf } from './node.js';
export type {
  CollectOptions,
  DerivationErrorContext,
  DerivationOptions,
  Equality,
  KeyedOptions,
  NodeOptions,
} from './options.js';
