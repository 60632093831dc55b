import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARKET_TIME, ServicesServer } from '../../../examples/trading-pipeline/services/index.js';

let services: ServicesServer;

beforeEach(async () => {
  services = await ServicesServer.listen({ seed: 1 });
});

afterEach(() => services.close());

const SEND = '/bot1234:loopback/sendMessage';

describe('the services over HTTP', () => {
  it('answer at the market time of the request and their latency', async () => {
    const response = await post(SEND, { chat_id: 1, text: 'x' }, { [MARKET_TIME]: '1000.5' });

    expect(response.headers.get(MARKET_TIME)).toBe('1080.5');
    expect(services.counts().sent).toEqual([{ at: 1_000.5, chat: '1', text: 'x' }]);
  });

  it('take the time of day where a request has none', async () => {
    const before = Date.now();

    await post(SEND, { chat_id: 1, text: 'x' });

    expect(services.counts().sent[0]?.at).toBeGreaterThanOrEqual(before - 1);
  });

  it('explain', async () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'buy' }] };

    const answer = (await (await post('/v1/chat/completions', body)).json()) as Record<string, unknown>; // as documented

    expect(answer).toMatchObject({ object: 'chat.completion', model: 'm', choices: [{ finish_reason: 'stop' }] });
    expect(services.counts().completions.calls).toBe(1);
  });

  it.each([
    ['GET', SEND],
    ['POST', '/bot/sendMessage'],
    ['POST', '/bot1234:loopback/getMe'],
    ['POST', '/v1/completions'],
  ])('answer %s %s with 404', async (method, path) => {
    const response = await fetch(`http://127.0.0.1:${services.port}${path}`, { method });

    expect(response.status).toBe(404);
  });

  it.each(['', 'not json', 'null', '[1]'])('refuse the body %j', async (body) => {
    const response = await fetch(`http://127.0.0.1:${services.port}${SEND}`, { method: 'POST', body });

    expect(response.status).toBe(400);
    expect(services.counts().sent).toEqual([]);
  });

  it('refuse everybody with 429 for as long as they are told to, in the words of each API', async () => {
    await services.close();
    services = await ServicesServer.listen({ seed: 1, refusedFor: (at) => Math.max(0, 5_000 - at) });
    const body = { model: 'm', messages: [{ role: 'user', content: 'buy' }] };

    const [question, message, later] = await Promise.all([
      post('/v1/chat/completions', body, { [MARKET_TIME]: '3500' }),
      post(SEND, { chat_id: 1, text: 'x' }, { [MARKET_TIME]: '3500' }),
      post(SEND, { chat_id: 1, text: 'x' }, { [MARKET_TIME]: '5000' }),
    ]);

    expect([question.status, message.status, later.status]).toEqual([429, 429, 200]);
    expect(question.headers.get('retry-after')).toBe('2');
    expect(await message.json()).toMatchObject({ error_code: 429, parameters: { retry_after: 2 } });
    expect(services.counts()).toMatchObject({
      completions: { calls: 0, refused: 1 },
      refused: 1,
      sent: [{ at: 5_000 }],
    });
  });

  it('begin anew at the same port', async () => {
    const { port } = services;
    await post(SEND, { chat_id: 1, text: 'x' }, { [MARKET_TIME]: '5' });

    services.reset();
    const again = await post(SEND, { chat_id: 1, text: 'y' }, { [MARKET_TIME]: '5' });

    expect(services.port).toBe(port);
    expect(again.status).toBe(200);
    expect(services.counts()).toMatchObject({ completions: { calls: 0 }, refused: 0, sent: [{ text: 'y' }] });
  });

  it('close twice', async () => {
    await services.close();

    await expect(services.close()).resolves.toBeUndefined();
  });
});

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${services.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
