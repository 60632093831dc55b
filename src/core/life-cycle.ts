import { register, registered } from './registry.js';

/**
 * The order in which a bot ends, so that nothing that is on its way is lost: what brings data first, then what
 * hands it on, what works on it, what writes the results, and what they are kept in.
 */
export const CLOSING_STAGES = ['feed', 'hub', 'scheduler', 'writer', 'store'] as const;

/** When a primitive is closed with all others. */
export type ClosingStage = (typeof CLOSING_STAGES)[number];

/** Something that can be closed for ever. */
export interface Closable {
  /** Ends it. A second call does nothing. */
  close(): Promise<void>;
}

/** Lists a primitive among those that `closeAll` closes, until the handle is disposed or it is collected. */
export function registerClosable(stage: ClosingStage, instance: Closable): Disposable {
  return register(`close:${stage}`, instance);
}

/** The primitives of a stage that are open. */
export function closablesOf(stage: ClosingStage): Closable[] {
  return registered(`close:${stage}`) as Closable[]; // only `registerClosable` lists under this kind
}
