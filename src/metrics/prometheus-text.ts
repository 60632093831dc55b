import type { Family, Sample } from './metric-families.js';

/**
 * Renders metrics in the text format of Prometheus, version 0.0.4: each with its HELP and TYPE, then its samples.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText(families: ReadonlyMap<string, Family>): string {
  let text = '';
  for (const [base, { type, help, samples }] of families) {
    const name = type === 'counter' ? `${base}_total` : base;
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const sample of samples.values()) text += `${name}${labelText(sample)} ${numberText(sample.value)}\n`;
  }
  return text;
}

function labelText({ labels }: Sample): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return `{${parts.join(',')}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
