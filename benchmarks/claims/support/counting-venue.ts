import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

interface Request {
  readonly op: string;
  readonly req_id?: string;
}

/** A venue on 127.0.0.1 that speaks as much of Bybit V5 as subscribing takes, and counts what it is asked. */
export class CountingVenue {
  connections = 0;
  requests = 0;
  readonly #server = new WebSocketServer({ host: '127.0.0.1', port: 0 });

  constructor() {
    this.#server.on('connection', (socket) => {
      this.connections++;
      socket.on('message', (data: Buffer) => {
        // Only claims of this folder connect.
        const { op, req_id } = JSON.parse(data.toString()) as Request;
        if (op === 'subscribe') this.requests++;
        socket.send(JSON.stringify({ success: true, ret_msg: op === 'ping' ? 'pong' : '', op, req_id, conn_id: '1' }));
      });
    });
  }

  /** Connections and subscribe requests so far. */
  get calls(): number {
    return this.connections + this.requests;
  }

  async url(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    // Listening on TCP, it has such an address.
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
