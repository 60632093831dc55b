/** What the models of the fan-out benchmarks receive. */
export interface Tick {
  readonly symbol: string;
  price: number;
}

/** Adds up what it is called with, in 32 bits: beyond them a sum would be a new object per call, for everybody. */
export interface Model {
  readonly receive: (tick: Tick) => void;
  readonly sum: () => number;
}

/*
 * Nine different functions, written out. Copies of one function would share one compiled code, and every call of
 * them would be predicted right: subscribers of real programs do different things.
 */
const MAKERS: readonly (() => Model)[] = [
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
  () => {
    let sum = 0;
    return { receive: (tick) => void (sum = (sum + tick.price) | 0), sum: () => sum };
  },
];

/** Makes up to nine models, each a function of its own. */
export function makeModels(count: number): Model[] {
  return MAKERS.slice(0, count).map((make) => make());
}
