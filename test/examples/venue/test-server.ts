import { onTestFinished } from 'vitest';

import type { Playable } from '../../../examples/trading-pipeline/recording/index.js';
import { VenueServer, type VenueServerOptions } from '../../../examples/trading-pipeline/venue/index.js';

/** Opens a venue that closes with the test: bars of 100 ms at full speed unless told otherwise. */
export async function openServer(recording: Playable, options: Partial<VenueServerOptions> = {}): Promise<VenueServer> {
  const server = await VenueServer.listen({ recording, bar: 100, speed: 'max', ...options });
  onTestFinished(() => server.close());
  return server;
}
