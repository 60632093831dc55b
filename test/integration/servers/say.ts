import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Sends one line to a server over TCP and returns what it answers until `until` has come.
 * Rejects when nobody listens.
 */
export async function say(url: string, line: string, until: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setEncoding('utf8').write(`${line}\r\n`);
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.includes(until)) break;
  }
  return answer;
}
