import { babelBuilds } from './babel.js';
import { esbuildBuilds } from './esbuild.js';
import { swcBuilds } from './swc.js';
import { typescriptBuilds } from './typescript.js';

/** One way to compile `service.ts` of the fixture. */
export interface DecoratorBuild {
  /** Compiler, version and mode. */
  readonly name: string;
  /** Writes `service.js` into a folder. Rejects with the compiler's words when it refuses. */
  readonly compile: (target: string) => Promise<void>;
}

/** Every compiler and decorator mode that users have, for the fixture in a folder. */
export function decoratorBuilds(fixture: string): DecoratorBuild[] {
  return [typescriptBuilds, esbuildBuilds, swcBuilds, babelBuilds].flatMap((builds) => builds(fixture));
}
