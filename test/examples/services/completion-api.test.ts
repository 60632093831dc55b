import { describe, expect, it } from 'vitest';
import { COMPLETION_COST, CompletionApi } from '../../../examples/trading-pipeline/services/completion-api.js';

const ask = (content: string): object => ({ model: 'm', messages: [{ role: 'user', content }] });

describe('the simulated language model', () => {
  it('gives the same text for the same question and seed, and another for another', () => {
    const textOf = (seed: number, question: string): string =>
      JSON.stringify(Reflect.get(new CompletionApi({ seed }).answer(ask(question), 0).body, 'choices'));
    const questions = Array.from({ length: 20 }, (_, i) => `why?\nbuy at ${i}`);

    const texts = questions.map((question) => textOf(1, question));

    expect(texts).toEqual(questions.map((question) => textOf(1, question)));
    expect(new Set(texts).size).toBe(20);
    expect(texts).not.toEqual(questions.map((question) => textOf(2, question)));
    expect(texts[7]).toContain('buy at 7: ');
  });

  it('counts calls, tokens and dollars as its answers say', () => {
    const model = new CompletionApi({ seed: 1 });

    const answers = ['one', 'a longer question'].map((question) => model.answer(ask(question), 3_000));

    const usages = answers.map(({ body }) => Reflect.get(body, 'usage') as Record<string, number>); // as documented
    const sum = (name: string): number => usages.reduce((total, usage) => total + (usage[name] ?? Number.NaN), 0);
    expect(model.counts).toMatchObject({
      calls: 2,
      promptTokens: sum('prompt_tokens'),
      completionTokens: sum('completion_tokens'),
    });
    const { perMillionPrompt, perMillionCompletion, firstToken, nextToken } = COMPLETION_COST;
    expect(model.counts.dollars).toBeCloseTo(
      (sum('prompt_tokens') * perMillionPrompt + sum('completion_tokens') * perMillionCompletion) / 1e6,
      12,
    );
    expect(answers.map(({ latency }) => latency)).toEqual(
      usages.map((usage) => firstToken + nextToken * (usage['completion_tokens'] ?? Number.NaN)),
    );
  });

  it.each([
    ['no model', { messages: [{ role: 'user', content: 'x' }] }],
    ['no messages', { model: 'm' }],
    ['an empty list', { model: 'm', messages: [] }],
    ['a message without content', { model: 'm', messages: [{ role: 'user' }] }],
    ['nothing', undefined],
  ])('refuses %s and counts no call', (_, request) => {
    const model = new CompletionApi({ seed: 1 });

    const { status, body } = model.answer(request, 0);

    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect(model.counts).toEqual({ calls: 0, refused: 0, promptTokens: 0, completionTokens: 0, dollars: 0 });
  });
});
