import { runCommand, tool } from '../tools/command.js';
import type { Gate } from './gate.js';

/** A gate that is a tool's exit code. */
export interface CommandGateOptions {
  readonly name: string;
  readonly claim: string;
  readonly needs?: readonly string[];
  /** The tool's name in `node_modules/.bin`, then its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Makes the words for the gate's line out of what the tool printed. */
  readonly summarise?: (output: string) => string;
}

/** Makes a gate that passes when a tool exits with 0. */
export function commandGate({ name, claim, needs = [], command, summarise }: CommandGateOptions): Gate {
  const [bin, ...args] = command;
  return {
    name,
    claim,
    needs,
    async run() {
      const { exitCode, output } = await runCommand(tool(bin), args);
      const isPassed = exitCode === 0;
      return {
        isPassed,
        summary: isPassed ? (summarise?.(output) ?? 'clean') : `${bin} exits ${exitCode}`,
        details: output,
      };
    },
  };
}
