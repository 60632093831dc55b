/**
 * Says in one line that tests are skipped for want of a server.
 * @throws Error on a build server (CI=true), where every server has to be there.
 */
export function reportMissing(server: string, debianPackage: string, variable: string): undefined {
  const advice = `${server} is not here: apt-get install ${debianPackage}, or set ${variable}`;
  if (process.env['CI'] === 'true') throw new Error(advice);
  process.stderr.write(`skipped: ${advice}\n`);
  return undefined;
}

/** A server that somebody else runs, when the environment names one. */
export function givenServer(
  variable: string,
): { url: string; folder: undefined; stop: () => Promise<void> } | undefined {
  const url = process.env[variable];
  return url === undefined || url === '' ? undefined : { url, folder: undefined, stop: () => Promise.resolve() };
}
