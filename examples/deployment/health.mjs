// Asks the bot in this container how it is: exit code 0 when it is well, else 1. Needs nothing but Node.
const { PORT = '9464' } = process.env;

try {
  const { ok } = await fetch(`http://127.0.0.1:${PORT}/health`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
