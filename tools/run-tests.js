/**
 * Runs ava with the arguments given, and leaves no process behind, whether it ends, fails, or is interrupted:
 * neither the programs that the tests start, nor the compiler that tsimp starts in the background.
 */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** How often it is looked at whether npm is still there, in milliseconds. */
const LOOK_MS = 1_000;

const parent = process.ppid;
const hadCompiler = isCompilerRunning();

// A process group of its own: what ava's processes start is in it too, and can be ended when ava is gone.
const ava = spawn('node_modules/.bin/ava', process.argv.slice(2), {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ava.kill(signal));
// npm passes on neither SIGHUP nor, of course, SIGKILL.
setInterval(() => process.ppid !== parent && ava.kill('SIGTERM'), LOOK_MS).unref();

ava.on('exit', (code, signal) => {
  try {
    process.kill(-ava.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // nothing is left
  }
  if (!hadCompiler && isCompilerRunning()) spawnSync('node_modules/.bin/tsimp', ['--stop']);
  process.exitCode = code ?? 128 + constants.signals[signal];
});

/** Whether tsimp's compiler runs: then somebody else may be using it. */
function isCompilerRunning() {
  try {
    return process.kill(Number(readFileSync('.tsimp/daemon/pid', 'utf8')), 0);
  } catch {
    return false;
  }
}
