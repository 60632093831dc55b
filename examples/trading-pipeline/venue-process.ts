import { infoOf, openBars, openRecording, type Playable } from './recording/index.js';
import { synthesiseSession } from './synthetic/index.js';
import { UserError } from './user-error.js';
import type { VenueProcessOptions, VenueReply, VenueRequest } from './venue/messages.js';
import { VenueServer } from './venue/venue-server.js';

/** A venue in a process of its own, driven by messages from its parent. See `VenueHandle` for the other side. */
class VenueProcess {
  #server: VenueServer | undefined;

  async answer(request: VenueRequest): Promise<VenueReply> {
    const { id } = request;
    switch (request.type) {
      case 'open':
        return this.#open(id, request.options);
      case 'counts':
        return { id, type: 'counts', counts: this.#opened.counts() };
      case 'progress':
        return { id, type: 'progress', fraction: this.#opened.progress() };
      case 'start':
        this.#opened.start();
        break;
      case 'reached':
        this.#opened.reached(request.at);
        break;
      case 'reset':
        await this.#opened.reset();
        break;
      case 'stop':
        await this.#server?.close();
        break;
    }
    return { id, type: 'done' };
  }

  get #opened(): VenueServer {
    if (this.#server === undefined) throw new Error('the venue has not been opened');
    return this.#server;
  }

  async #open(id: number, { source, ...options }: VenueProcessOptions): Promise<VenueReply> {
    if (this.#server !== undefined) throw new Error('the venue is open already');
    const recording = await load(source);
    this.#server = await VenueServer.listen({ recording, ...options });
    return { id, type: 'ready', port: this.#server.port, recording: infoOf(recording) };
  }
}

async function load(source: VenueProcessOptions['source']): Promise<Playable> {
  if ('bars' in source) return openBars(source.bars);
  return 'path' in source ? openRecording(source.path) : synthesiseSession(source.synthetic);
}

function failure(id: number, error: unknown): VenueReply {
  const message = error instanceof Error ? error.message : String(error);
  return { id, type: 'failed', message, isUserError: error instanceof UserError };
}

const venue = new VenueProcess();

async function respond(request: VenueRequest): Promise<void> {
  const reply = await venue.answer(request).catch((error: unknown) => failure(request.id, error));
  process.send?.(reply);
  if (request.type === 'stop') process.disconnect();
}

// The cast names what VenueHandle sends; nobody else holds the channel.
process.on('message', (message) => void respond(message as VenueRequest));
// A parent that is gone has no more use for a venue.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent flushes first and then stops the venue.
process.on('SIGINT', () => {});
