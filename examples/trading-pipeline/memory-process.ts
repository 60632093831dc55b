import type { MemoryAnswer, MemoryQuestion } from './memory/question.js';

/** Answers one question about memory, then ends. Only what the question needs is loaded. */
async function answer(question: MemoryQuestion): Promise<Partial<MemoryAnswer>> {
  switch (question.type) {
    case 'nothing':
      return {};
    case 'database': {
      const { writeRows } = await import('./memory/database.js');
      await writeRows(question);
      return {};
    }
    case 'histories': {
      const { historyBytes } = await import('./memory/histories.js');
      return { histories: historyBytes(question) };
    }
  }
}

process.once('message', (question: MemoryQuestion) => {
  void answer(question).then((rest) => {
    // In kilobytes.
    const peakRss = process.resourceUsage().maxRSS * 1_024;
    process.send?.({ peakRss, ...rest } satisfies MemoryAnswer, undefined, undefined, () => process.exit());
  });
});
