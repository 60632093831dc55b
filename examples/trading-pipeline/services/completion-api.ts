import { Random } from '../synthetic/random.js';
import type { ServiceAnswer } from './service-answer.js';

/** Assumed prices in dollars for a million tokens, and latencies in milliseconds; nobody's price list. */
export const COMPLETION_COST = {
  perMillionPrompt: 3,
  perMillionCompletion: 15,
  firstToken: 300,
  nextToken: 20,
} as const;

/** About how many characters make a token of English. */
const CHARACTERS_PER_TOKEN = 4;

const FINDINGS = [
  'the order book leans the same way',
  'the last bars walked in this direction with few steps back',
  'volume picked up while the spread stayed narrow',
  'the move is larger than the noise of the last bars',
  'sellers and buyers traded places around this price before',
  'the cycles found in the returns point there',
];
const CAUTIONS = [
  'a position of half the usual size is enough',
  'the next bars decide whether it holds',
  'it is to be closed when the book turns',
  'a fall in volume would speak against it',
  'the models do not all agree',
];

/** How the model behaves. */
export interface CompletionOptions {
  /** What is written depends on it. */
  readonly seed: number;
  /** Whether the model is down at a market time, epoch milliseconds. Default: never. */
  readonly isModelDown?: (at: number) => boolean;
}

/** Milliseconds of market time until a request is refused. */
const REFUSAL_LATENCY = 50;

/** What the completions so far took. Dollars at {@link COMPLETION_COST}. */
export interface CompletionCounts {
  readonly calls: number;
  /** Calls refused because the model was down or busy. */
  readonly refused: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly dollars: number;
}

/**
 * Answers like a chat completion API: `POST /v1/chat/completions` with `model` and `messages`.
 *
 * The text depends on the seed and on the last message alone, as that of a model at temperature 0 should.
 */
export class CompletionApi {
  readonly #seed: number;
  readonly #isDown: (at: number) => boolean;
  #calls = 0;
  #refused = 0;
  #promptTokens = 0;
  #completionTokens = 0;

  constructor({ seed, isModelDown = () => false }: CompletionOptions) {
    this.#seed = seed;
    this.#isDown = isModelDown;
  }

  get counts(): CompletionCounts {
    const [calls, promptTokens, completionTokens] = [this.#calls, this.#promptTokens, this.#completionTokens];
    const { perMillionPrompt, perMillionCompletion } = COMPLETION_COST;
    const dollars = (promptTokens * perMillionPrompt + completionTokens * perMillionCompletion) / 1e6;
    return { calls, refused: this.#refused, promptTokens, completionTokens, dollars };
  }

  /** Refuses a request: too many have come, and in `wait` milliseconds there is room again. */
  refuse(wait: number): ServiceAnswer {
    this.#refused += 1;
    const error = { message: 'Rate limit reached', type: 'rate_limit_error' };
    const headers = { 'retry-after': String(Math.ceil(wait / 1_000)) };
    return { status: 429, body: { error }, headers, latency: REFUSAL_LATENCY };
  }

  /** Answers a request's JSON. */
  answer(request: unknown, at: number): ServiceAnswer {
    const { model, prompt } = readRequest(request);
    if (typeof model !== 'string' || typeof prompt !== 'string') {
      const message = 'model and messages are required, and the last message needs content';
      return { status: 400, body: { error: { message, type: 'invalid_request_error' } }, latency: 0 };
    }
    if (this.#isDown(at)) {
      this.#refused += 1;
      const error = { message: 'the model is overloaded', type: 'server_error' };
      return { status: 503, body: { error }, latency: COMPLETION_COST.firstToken };
    }
    const content = this.#write(prompt);
    const usage = { prompt_tokens: tokensOf(prompt), completion_tokens: tokensOf(content) };
    this.#calls += 1;
    this.#promptTokens += usage.prompt_tokens;
    this.#completionTokens += usage.completion_tokens;
    return {
      status: 200,
      body: {
        id: `chatcmpl-${this.#calls}`,
        object: 'chat.completion',
        created: Math.floor(at / 1_000),
        model,
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
      },
      latency: COMPLETION_COST.firstToken + COMPLETION_COST.nextToken * usage.completion_tokens,
    };
  }

  /** Says again what the last line of the prompt is about, and a finding and a caution of it. */
  #write(prompt: string): string {
    const random = new Random(this.#seed, prompt);
    const pick = (phrases: readonly string[]): string => phrases[random.integer(0, phrases.length - 1)] ?? '';
    return `${prompt.slice(prompt.lastIndexOf('\n') + 1)}: ${pick(FINDINGS)}, and ${pick(CAUTIONS)}.`;
  }
}

function readRequest(request: unknown): { readonly model: unknown; readonly prompt: unknown } {
  const messages: unknown = Reflect.get(Object(request), 'messages');
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return { model: Reflect.get(Object(request), 'model'), prompt: Reflect.get(Object(last), 'content') };
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
