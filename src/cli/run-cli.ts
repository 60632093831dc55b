import { systemClock } from '../core/system-clock.js';
import { demo } from './demo.js';
import { journal } from './journal.js';
import { recordVerb } from './record.js';
import { type Output, UsageError, type Verb } from './verb.js';

/** What the command can do. */
const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['demo', demo],
  ['journal', journal],
  ['record', recordVerb(systemClock)],
]);

/** Runs the command. @returns its exit code. */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) {
    output.print(help());
    return name === undefined ? 2 : 0;
  }
  const verb = VERBS.get(name);
  if (verb === undefined) {
    output.complain(`tickwise: there is no verb '${name}'\n\n${help()}`);
    return 2;
  }
  if (verb.help !== undefined && rest.some(isHelp)) {
    output.print(verb.help);
    return 0;
  }
  try {
    return await verb.run(rest, output);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.complain(`tickwise ${name}: ${error.message}\nTry: tickwise ${name} --help`);
    return 2;
  }
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function help(): string {
  const width = Math.max(...[...VERBS.keys()].map(({ length }) => length));
  const verbs = [...VERBS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: tickwise <verb> …\n\nVerbs:\n${verbs.join('\n')}\n\nHelp on one: tickwise <verb> --help`;
}
