import { describe, expect, it } from 'vitest';
import { TelegramApi } from '../../../examples/trading-pipeline/services/telegram-api.js';

const GROUP = -1_001;
const USER = 77;

describe('the simulated Telegram', () => {
  it('takes a message and answers as the Bot API does', () => {
    const telegram = new TelegramApi();

    const answer = telegram.answer({ chat_id: USER, text: 'bought' }, 5_500);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ok: true,
      result: { message_id: 1, date: 5, chat: { id: '77' }, text: 'bought' },
    });
    expect(telegram.sent).toEqual([{ at: 5_500, chat: '77', text: 'bought' }]);
  });

  it('takes one message a second in a chat and says when to come again', () => {
    const telegram = new TelegramApi();

    const statuses = [0, 1, 999, 1_000].map((at) => telegram.answer({ chat_id: USER, text: 'x' }, at));

    expect(statuses.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect(statuses[1]?.body).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    });
    expect(telegram.refused).toBe(2);
    expect(telegram.sent).toHaveLength(2);
  });

  it('takes 20 messages a minute in a group, more in a private chat', () => {
    const telegram = new TelegramApi();
    const send = (chat: number, at: number): unknown => telegram.answer({ chat_id: chat, text: 'x' }, at).body;
    for (let second = 0; second < 20; second++) send(GROUP, second * 1_000);
    for (let second = 0; second < 20; second++) send(USER, second * 1_000);

    expect(send(GROUP, 20_000)).toMatchObject({ error_code: 429, parameters: { retry_after: 40 } });
    expect(send(GROUP, 59_999)).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } });
    expect(send(USER, 20_000)).toMatchObject({ ok: true });
    expect(send(GROUP, 60_000)).toMatchObject({ ok: true });
  });

  it('takes 30 messages a second over all chats', () => {
    const telegram = new TelegramApi();

    const statuses = Array.from({ length: 32 }, (_, i) => telegram.answer({ chat_id: i + 1, text: 'x' }, i).status);

    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(telegram.answer({ chat_id: 99, text: 'x' }, 1_000).status).toBe(200);
    expect(telegram.answer({ chat_id: 98, text: 'x' }, 1_000).status).toBe(429);
  });

  it.each([
    ['no chat', { text: 'x' }, 'chat not found'],
    ['a chat that is none', { chat_id: 'nobody', text: 'x' }, 'chat not found'],
    ['no text', { chat_id: USER }, 'message text is empty'],
    ['a blank text', { chat_id: USER, text: ' \n' }, 'message text is empty'],
    ['4,097 characters', { chat_id: USER, text: 'x'.repeat(4_097) }, 'message is too long'],
    ['nothing', undefined, 'chat not found'],
  ])('refuses %s', (_, request, description) => {
    const { status, body } = new TelegramApi().answer(request, 0);

    expect(status).toBe(400);
    expect(body).toEqual({ ok: false, error_code: 400, description: `Bad Request: ${description}` });
  });

  it('takes 4,096 characters', () => {
    expect(new TelegramApi().answer({ chat_id: USER, text: 'x'.repeat(4_096) }, 0).status).toBe(200);
  });
});
