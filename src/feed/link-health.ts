/** How a connection does. */
export interface LinkHealth {
  /** Its address. */
  readonly url: string;
  /** Whether frames go both ways, a handshake is under way, or the next one waits for its time. */
  readonly state: 'open' | 'opening' | 'waiting';
  /** Topics that live on it. */
  readonly topics: number;
  /** Losses since it was last stable. */
  readonly failures: number;
  /** Milliseconds since it was opened; null when it is not open. */
  readonly age: number | null;
  /** Milliseconds since anything arrived; null when it is not open. */
  readonly silence: number | null;
}
