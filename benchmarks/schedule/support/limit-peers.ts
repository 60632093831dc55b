/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

/** cockatiel 3. */
export interface CockatielModule {
  readonly handleAll: unknown;
  readonly ConsecutiveBreaker: new (failures: number) => unknown;
  readonly SamplingBreaker: new (options: { threshold: number; duration: number; minimumRps: number }) => unknown;
  readonly circuitBreaker: (
    policy: unknown,
    options: { halfOpenAfter: number; breaker: unknown },
  ) => { execute<T>(call: () => T | Promise<T>): Promise<T> };
}

/** opossum 9. */
export interface OpossumModule {
  readonly default: new (
    action: () => Promise<number>,
    options: { timeout: false; errorThresholdPercentage: number; resetTimeout: number; volumeThreshold: number },
  ) => { fire(): Promise<number>; shutdown(): void };
}

/** p-throttle 8. */
export interface ThrottleModule {
  readonly default: (options: {
    limit: number;
    interval: number;
    strict: boolean;
  }) => (call: () => number) => () => Promise<number>;
}

/** limiter 4. */
export interface LimiterModule {
  readonly RateLimiter: new (options: { tokensPerInterval: number; interval: number }) => {
    removeTokens(count: number): Promise<number>;
  };
}
