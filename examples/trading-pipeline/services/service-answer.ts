/** What a service answers. */
export interface ServiceAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
  /** Market time from the request to the answer, in milliseconds. */
  readonly latency: number;
  readonly headers?: Readonly<Record<string, string>>;
}
