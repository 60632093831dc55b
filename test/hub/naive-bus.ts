/** What the hub and its naive twin have in common for random histories. */
export interface Bus {
  subscribe(topic: string, handler: Receive): () => void;
  publish(topic: string, value: number): void;
}

export type Receive = (value: number, context: { readonly replayed: boolean; readonly sequence: number }) => void;

interface Member {
  readonly topic: string;
  readonly handler: Receive;
  isActive: boolean;
  isNew: boolean;
}

/** The hub's rules in the plainest form: one list of members, one list of waiting publishes. */
export class NaiveBus implements Bus {
  readonly #replay: number;
  #members: Member[] = [];
  #waiting: (() => void)[] = [];
  #isBusy = false;
  /** Topics that are held: from their first member to the end of the turn in which the last has left. */
  readonly #history = new Map<string, { value: number; sequence: number }[]>();

  constructor(replay: number) {
    this.#replay = replay;
  }

  subscribe(topic: string, handler: Receive): () => void {
    const member: Member = { topic, handler, isActive: true, isNew: true };
    this.#members.push(member);
    if (!this.#history.has(topic)) this.#history.set(topic, []);
    return () => {
      member.isActive = false;
      this.#members = this.#members.filter((other) => other !== member);
    };
  }

  publish(topic: string, value: number): void {
    this.#inOrder(() => {
      const history = this.#history.get(topic);
      if (history === undefined) return;
      this.#welcome(topic);
      const sequence = (history.at(-1)?.sequence ?? 0) + 1;
      this.#history.set(topic, [...history, { value, sequence }]);
      // Who was brought by a replay just now will have this value replayed as well, and gets it no other way.
      for (const member of this.#members.filter((other) => other.topic === topic && !other.isNew)) {
        this.#call(member, value, { replayed: false, sequence });
      }
    });
  }

  /** The end of a turn: newcomers get their replay, topics without members are forgotten. */
  endTurn(): void {
    for (let first = this.#firstNew(); first !== undefined; first = this.#firstNew()) {
      const { topic } = first;
      this.#inOrder(() => this.#welcome(topic));
    }
    for (const topic of this.#history.keys()) {
      if (!this.#members.some((member) => member.topic === topic)) this.#history.delete(topic);
    }
  }

  #firstNew(): Member | undefined {
    return this.#members.find((member) => member.isNew);
  }

  #welcome(topic: string): void {
    const newcomers = this.#members.filter((member) => member.topic === topic && member.isNew);
    for (const member of newcomers) member.isNew = false;
    const replayed = this.#replay === 0 ? [] : (this.#history.get(topic) ?? []).slice(-this.#replay);
    for (const member of newcomers) {
      for (const { value, sequence } of replayed) this.#call(member, value, { replayed: true, sequence });
    }
  }

  #call(member: Member, value: number, context: { replayed: boolean; sequence: number }): void {
    if (!member.isActive) return;
    try {
      member.handler(value, context);
    } catch {
      // One that throws stops nobody.
    }
  }

  #inOrder(task: () => void): void {
    this.#waiting.push(task);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#isBusy = false;
  }
}
