/** One instruction of a Dockerfile, lines that go on joined. */
export interface Instruction {
  /** `FROM`, `RUN`, … */
  readonly name: string;
  readonly argument: string;
  /** Stage it belongs to, by its name or number. */
  readonly stage: string;
}

/** Reads the instructions of a Dockerfile. Knows no variables and no here-documents. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, ' ');
  let [stage, stages] = ['', 0];
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...words] = line.trim().split(/\s+/);
      const argument = words.join(' ');
      if (name === 'FROM') stage = / AS (\S+)$/i.exec(argument)?.[1] ?? String(stages++);
      return { name, argument, stage };
    });
}

/** The files of a COPY: where from, which, and where to. */
export function readCopy(argument: string): { from: string | undefined; sources: string[]; target: string } {
  const words = argument.split(' ');
  const from = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1];
  const paths = from === undefined ? words : words.slice(1);
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
}
