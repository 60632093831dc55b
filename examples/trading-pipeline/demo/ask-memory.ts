import { fork } from 'node:child_process';
import { once } from 'node:events';

import type { MemoryAnswer, MemoryQuestion } from '../memory/question.js';
import { YOUNG_GENERATION } from './bot-handle.js';
import { programOf } from './program-of.js';

/**
 * Measures memory in a process of its own, with the young generation that the bots have.
 * @throws Error when the process ends without an answer.
 */
export async function askMemory(question: MemoryQuestion): Promise<MemoryAnswer> {
  const child = fork(programOf('memory'), [], {
    execArgv: [YOUNG_GENERATION],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  child.send(question);
  const answer = await Promise.race([once(child, 'message'), ended]);
  if (answer === undefined) throw new Error('the process that measures memory ended without an answer');
  await ended;
  return answer[0] as MemoryAnswer; // what memory-process.ts sends
}
