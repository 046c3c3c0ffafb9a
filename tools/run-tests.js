/**
 * Runs ava with the given arguments, and leaves no process running when it ends, fails or is interrupted.
 * That includes the programs that the tests start, and the compiler that tsimp starts in the background.
 */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Interval between checks that npm is still running, in milliseconds. */
const POLL_MS = 1_000;

const parent = process.ppid;
const hadCompiler = isCompilerRunning();

// Ava gets its own process group, which includes the processes of the tests. This group is killed at the end.
const ava = spawn('node_modules/.bin/ava', process.argv.slice(2), {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ava.kill(signal));
// npm does not forward SIGHUP, and cannot forward SIGKILL. In both cases this process gets another parent.
setInterval(() => process.ppid !== parent && ava.kill('SIGTERM'), POLL_MS).unref();

ava.on('exit', (code, signal) => {
  try {
    process.kill(-ava.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // the group has no processes
  }
  if (!hadCompiler && isCompilerRunning()) spawnSync('node_modules/.bin/tsimp', ['--stop']);
  process.exitCode = code ?? 128 + constants.signals[signal];
});

/** Checks whether tsimp's compiler runs. If it ran before this program, another process may be using it. */
function isCompilerRunning() {
  try {
    return process.kill(Number(readFileSync('.tsimp/daemon/pid', 'utf8')), 0);
  } catch {
    return false;
  }
}
