import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gate } from '../check/gate.js';
import { verdict } from '../check/gate.js';
import { type DecoratorBuild, decoratorBuilds } from '../decorators/builds.js';
import { runCommand } from '../tools/command.js';
import { linkPackages } from '../tools/packed-package.js';

const FIXTURES = 'test/gates/fixtures/decorators';

/** One decorator serves both protocols, whatever compiles it. */
export const decorators: Gate = {
  name: 'decorators',
  claim: '@memoize works the same from every compiler and decorator mode; misuse fails to compile',
  isExtra: true,
  needs: ['build'],
  async run(run) {
    const { folder } = await run.packed();
    const home = join(folder, 'decorators');
    await cp(FIXTURES, home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{"private":true,"type":"module"}');
    await linkPackages(folder, ['@types/node']);
    const outcomes = new Map<string, string>();
    for (const build of decoratorBuilds(home)) outcomes.set(build.name, await printedBy(build, home));
    return judge(outcomes);
  },
};

async function printedBy({ name, compile }: DecoratorBuild, home: string): Promise<string> {
  const target = join(home, 'out', name.replaceAll(/\W+/g, '-'));
  await mkdir(target, { recursive: true });
  try {
    await compile(target);
  } catch (error) {
    return `does not compile: ${String(error)}`;
  }
  const { output } = await runCommand(process.execPath, [join(target, 'service.js')], { timeout: 30_000 });
  return output.trim();
}

/** The fixture knows the right line: it says `ok` when every method was computed once per argument. */
function judge(outcomes: ReadonlyMap<string, string>): ReturnType<typeof verdict> {
  const problems = [...outcomes]
    .filter(([, line]) => !line.startsWith('ok '))
    .map(([name, line]) => `${name}: ${line}`);
  if (problems.length === 0 && new Set(outcomes.values()).size > 1) {
    problems.push(...[...outcomes].map(([name, line]) => `${name}: ${line}`));
  }
  return verdict(`${outcomes.size} builds print the same line`, problems);
}
