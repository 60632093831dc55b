// Runs one server for a test, and ends it as soon as the process that asked for it is gone, however it went.
// Standard input is a pipe held open by that process: its end is the sign. Then the folder is removed.
//   node guard.mjs '{"command":"…","args":[…],"folder":"…","stopSignal":"SIGTERM"}'
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const PATIENCE = 5_000;

const { command, args, folder, stopSignal, uid, gid } = JSON.parse(process.argv[2] ?? '{}');
const server = spawn(command, args, { cwd: folder, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });

// The reader may be gone before the server's last words.
process.stdout.on('error', () => {});
for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => process.stdout.write(chunk));

const stop = () => {
  server.kill(stopSignal);
  setTimeout(() => server.kill('SIGKILL'), PATIENCE).unref();
};
const leave = (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
};

process.stdin.resume().on('close', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
server.on('error', (error) => {
  process.stdout.write(`${error.message}\n`);
  leave(1);
});
server.on('close', leave);
