import { fileURLToPath } from 'node:url';

/** Path of a built program of this example; they lie side by side. */
export function programOf(name: 'venue' | 'naive' | 'optimised' | 'model' | 'memory'): string {
  return fileURLToPath(new URL(`./${name}-process.js`, import.meta.url));
}
