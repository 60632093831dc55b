import type { EndTopic, TopicSource, TopicStatus } from 'tickwise/core';

/** One subscribe call that the hub has made, to be answered by the test. */
export class UpstreamCall {
  readonly topic: string;
  readonly emit: (value: number) => void;
  readonly notify: (status: TopicStatus) => void;
  readonly answer: Promise<EndTopic>;
  ends = 0;
  #confirm: (end: EndTopic) => void = () => {};
  #refuse: (error: unknown) => void = () => {};
  #finishEnd: (() => void) | undefined;

  constructor(topic: string, emit: (value: number) => void, notify: (status: TopicStatus) => void) {
    this.topic = topic;
    this.emit = emit;
    this.notify = notify;
    this.answer = new Promise((resolve, reject) => {
      this.#confirm = resolve;
      this.#refuse = reject;
    });
  }

  /** Confirms the subscription; with `holdEnd` its end settles only at `finishEnd`. */
  async confirm({ holdEnd = false, failEnd = false } = {}): Promise<void> {
    this.#confirm(() => {
      this.ends++;
      if (failEnd) throw new Error(`end of ${this.topic} failed`);
      return holdEnd ? new Promise((resolve) => (this.#finishEnd = resolve)) : undefined;
    });
    await settle();
  }

  async refuse(error: unknown): Promise<void> {
    this.#refuse(error);
    await settle();
  }

  async finishEnd(): Promise<void> {
    this.#finishEnd?.();
    await settle();
  }
}

/** A source of numbers that records what the hub asks of it. */
export class TestSource implements TopicSource<Record<string, number>> {
  readonly calls: UpstreamCall[] = [];

  subscribe(
    topic: string,
    emit: (value: number) => void,
    notify: (status: TopicStatus) => void,
  ): Promise<EndTopic> | EndTopic {
    const call = new UpstreamCall(topic, emit, notify);
    this.calls.push(call);
    return call.answer;
  }

  /** The call with this index; fails the test when there is none. */
  call(index: number): UpstreamCall {
    const call = this.calls[index];
    if (call === undefined) throw new Error(`no upstream call ${index}, only ${this.calls.length}`);
    return call;
  }

  /** The newest call. */
  get last(): UpstreamCall {
    return this.call(this.calls.length - 1);
  }

  /** Ends called so far, over all calls. */
  get ends(): number {
    return this.calls.reduce((sum, call) => sum + call.ends, 0);
  }
}

/** Lets promise chains come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
