import { metricType, type MetricType } from './metric-type.js';
import { type MetricsSnapshot, MOST_READINGS } from './metrics-snapshot.js';
import { readingsOf } from './readings.js';

/** A value under its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric: the same field of all primitives of a kind. */
export interface Family {
  readonly type: MetricType;
  /** One sentence for a person. */
  readonly help: string;
  /** By their labels. */
  readonly samples: Map<string, Sample>;
}

/** The numbers of a snapshot by the name of their metric, `tickwise_feed_pool_frames`. */
export function familiesOf(snapshot: MetricsSnapshot): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const [name, { kind, stats }] of Object.entries(snapshot.primitives)) {
    for (const reading of readingsOf(stats, MOST_READINGS)) {
      const { path, keys, value } = reading;
      const labels = { name, ...Object.fromEntries(keys.map((key, index) => [labelName(index), key])) };
      const help = `${path.replaceAll('_', ' ')} of ${kind.replaceAll('_', ' ')}, as its stats() says`;
      const family = { type: metricType(kind, reading), help, samples: new Map() };
      addSample(families, ['tickwise', kind, path].filter(Boolean).join('_'), family, { labels, value });
    }
  }
  return families;
}

/** Fields whose names differ only in what a metric's name cannot hold are told apart by `_` at its end. */
function addSample(families: Map<string, Family>, name: string, family: Family, sample: Sample): void {
  const id = JSON.stringify(sample.labels);
  let free = name;
  for (let taken = families.get(free); taken !== undefined; taken = families.get(free)) {
    if (taken.type === family.type && !taken.samples.has(id)) break;
    free += '_';
  }
  const found = families.get(free) ?? family;
  families.set(free, found);
  found.samples.set(id, sample);
}

function labelName(index: number): string {
  return index === 0 ? 'key' : `key_${index + 1}`;
}
