import { cpSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CleanRoot, type RootProcess, type Surroundings } from './clean-root.js';
import { type Instruction, readCopy } from './dockerfile.js';

/** What a Dockerfile makes, without a container engine: a clean root for each stage. */
export class Image {
  readonly #context: string;
  readonly #stages = new Map<string, CleanRoot>();
  #stage = '';
  #folder = '/';
  #user = 'root';
  #environment: Readonly<Record<string, string>> = {};
  #health: readonly string[] = [];
  #entry: readonly string[] = [];
  #arguments: readonly string[] = [];

  /** @param context Folder that files are copied from. */
  constructor(context: string) {
    this.#context = context;
  }

  /**
   * Does one step of the Dockerfile.
   * @throws Error when a command fails, or the instruction is not known.
   */
  step({ name, argument, stage }: Instruction): void {
    switch (name) {
      case 'FROM':
        return this.#begin(stage);
      case 'WORKDIR':
        this.#folder = resolve(this.#folder, argument);
        mkdirSync(this.#at('.'), { recursive: true });
        return;
      case 'COPY':
        return this.#copy(argument);
      case 'RUN':
        return this.#run(argument);
      case 'ENV':
        return this.#set(argument);
      case 'USER':
        this.#user = argument;
        return;
      case 'HEALTHCHECK':
        this.#health = listOf(argument.slice(argument.indexOf('CMD') + 'CMD'.length));
        return;
      case 'ENTRYPOINT':
        this.#entry = listOf(argument);
        return;
      case 'CMD':
        this.#arguments = listOf(argument);
        return;
      case 'VOLUME':
      case 'EXPOSE':
        return; // said to the engine, and nothing is done
      default:
        throw new Error(`a step must be one that is known, got ${name}`);
    }
  }

  /** Starts what the image is for. */
  start(environment: Readonly<Record<string, string>>): RootProcess {
    return this.#root.start([...this.#entry, ...this.#arguments], this.#surroundings(environment));
  }

  /** Whether its own check says that it is well. */
  isHealthy(environment: Readonly<Record<string, string>>): boolean {
    return this.#root.run(this.#health, this.#surroundings(environment)) === 0;
  }

  /** Removes every stage. */
  remove(): void {
    for (const root of this.#stages.values()) root.remove();
  }

  get #root(): CleanRoot {
    const root = this.#stages.get(this.#stage);
    if (root === undefined) throw new Error('a Dockerfile must begin with FROM');
    return root;
  }

  #begin(stage: string): void {
    this.#stages.set(stage, new CleanRoot());
    [this.#stage, this.#folder, this.#user, this.#environment] = [stage, '/', 'root', {}];
  }

  #at(path: string): string {
    return this.#root.at(resolve(this.#folder, path));
  }

  #copy(argument: string): void {
    const { from, sources, target } = readCopy(argument);
    for (const source of sources) {
      const path = from === undefined ? join(this.#context, source) : this.#stages.get(from)?.at(source);
      if (path === undefined) throw new Error(`COPY must name a stage before, got ${from}`);
      // A folder's content goes into the target, a file into a target that ends in a slash.
      const place = target.endsWith('/') ? this.#at(join(target, basename(source))) : this.#at(target);
      cpSync(path, place, { recursive: true, verbatimSymlinks: true });
    }
  }

  #run(command: string): void {
    const code = this.#root.run(['sh', '-ec', command], this.#surroundings({}));
    if (code !== 0) throw new Error(`RUN must end with 0, got ${code}: ${command}`);
  }

  #set(argument: string): void {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(argument) ?? [];
    this.#environment = { ...this.#environment, [name]: value };
  }

  #surroundings(environment: Readonly<Record<string, string>>): Surroundings {
    return { folder: this.#folder, user: this.#user, environment: { ...this.#environment, ...environment } };
  }
}

/** `["node", "bot.mjs"]` as a list. */
function listOf(argument: string): readonly string[] {
  return JSON.parse(argument) as string[]; // the form that needs no shell, which the tests ask for
}
