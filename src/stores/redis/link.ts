/** A command's name in lower case, and its arguments. */
export type Command = readonly [name: string, ...args: (string | Uint8Array)[]];

/** One connection to Redis, for as long as it lasts: it is never mended, another takes its place. */
export interface Link {
  /** Connects. Rejects when that fails; the link is of no use then. */
  connect(): Promise<unknown>;
  /** Sends a command and returns the answer, texts as bytes. May stay pending when the link is lost. */
  send(command: Command): Promise<unknown>;
  /** Listens to a channel; resolves once the server has taken that. */
  subscribe(channel: string, onMessage: (message: Uint8Array) => void): Promise<unknown>;
  /** Ends the link at once. */
  end(): void;
}

/** Makes a link that is not connected yet. `onLost` is called when it ends or fails, maybe more than once. */
export type Dial = (onLost: (cause: unknown) => void) => Link;

/** A Buffer of the same memory: what the clients take as bytes. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
