/**
 * How both programs end: which signals end them, what happens when work of theirs hangs, and when their
 * terminal is gone.
 *
 * Loading this file matters already. Node.js does not keep the SIG_IGN that `nohup` hands on, and aborts at
 * its exit when a terminal is gone.
 */

import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT } from './command-line.js';

/** Standard input, output and error. */
const DESCRIPTORS = [0, 1, 2] as const;

/** Those that were a terminal at the start: one that is gone no longer says so. */
const TERMINALS = DESCRIPTORS.filter((descriptor) => isatty(descriptor));

// SIGHUP says that the terminal is gone. For a process without one, as under nohup, it has no meaning.
if (TERMINALS.length === 0) process.on('SIGHUP', () => {});

process.on('exit', () => {
  // At its exit Node.js sets the modes of each terminal, and aborts where it cannot. It skips what is closed.
  for (const descriptor of TERMINALS.filter((one) => !isatty(one))) closeSync(descriptor);
});

/** Longest time from the first signal to the end of the process, in milliseconds. */
const MAX_ENDING_MS = 5_000;

/** A signal that follows the first so soon is its echo, in milliseconds: npm hands a Ctrl-C on once more. */
const ECHO_MS = 500;

/** How often work is looked at that the exit waits for, in milliseconds. */
const POLL_MS = 10;

/** What Node.js does in its thread pool, whose threads an exit waits for: files, and names of hosts. */
const POOL_WORK = new Set(['FSReqPromise', 'FSReqCallback', 'FileHandleCloseReq', 'GetAddrInfoReqWrap']);

/**
 * Calls `stop` at the first SIGINT or SIGTERM, and at the first SIGHUP where standard input, output or error
 * was a terminal at the start. SIGHUP is ignored without a terminal. A process that has not ended 5 s later
 * ends by SIGKILL.
 *
 * @param stopNow Called at the second signal. A second SIGHUP does not count: the kernel and the shell both
 * send one.
 */
export function onStopSignal(stop: () => void, stopNow: () => void = kill): void {
  let firstMs: number | undefined;
  const hear = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      setTimeout(kill, MAX_ENDING_MS).unref();
      stop();
    } else if (signal !== 'SIGHUP' && nowMs - firstMs > ECHO_MS) stopNow();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  if (TERMINALS.length > 0) process.on('SIGHUP', hear);
}

/**
 * Exits when no thread is at work: until then signals are heard. An exit waits for such work without an event
 * loop, and a sync may hang as long as its disk does.
 */
export async function endProcess(code: number): Promise<never> {
  while (isAtWork()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  process.exit(code);
}

/** Exits at once, by SIGKILL when a thread is at work. */
export function endProcessNow(code: number): void {
  if (isAtWork()) kill();
  else process.exit(code);
}

function isAtWork(): boolean {
  return process.getActiveResourcesInfo().some((resource) => POOL_WORK.has(resource));
}

/** Ends the process whatever it waits for. What was acknowledged is on disk. */
function kill(): void {
  process.emit('exit', EXIT.failed); // whose listeners give the terminal back
  process.kill(process.pid, 'SIGKILL');
}
