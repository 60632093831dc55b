import type { HistoryBytes, MemoryAnswer, MemoryQuestion } from './memory/question.js';

/** Does what a question asks for. Only what it needs is loaded. */
async function measure(question: MemoryQuestion): Promise<HistoryBytes | undefined> {
  if (question.type === 'histories') {
    const { historyBytes } = await import('./memory/histories.js');
    return historyBytes(question);
  }
  if (question.type === 'database') {
    const { writeRows } = await import('./memory/database.js');
    await writeRows(question);
  }
  return undefined;
}

/** Answers one question about memory, then ends. */
async function answer(question: MemoryQuestion): Promise<void> {
  const histories = await measure(question);
  // In kilobytes.
  const peakRss = process.resourceUsage().maxRSS * 1_024;
  const reply: MemoryAnswer = histories === undefined ? { peakRss } : { peakRss, histories };
  process.send?.(reply, undefined, undefined, () => process.exit());
}

process.once('message', (question: MemoryQuestion) => void answer(question));
