/**
 * Controls how both programs end: on signals, when their work hangs, and when their terminal is gone.
 *
 * Importing this file has side effects, which work around two faults of Node.js: Node.js does not keep the
 * SIG_IGN for SIGHUP that `nohup` sets, and it aborts at exit when a terminal is gone.
 */

import { closeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { EXIT } from './command-line.js';

/** Standard input, output and error. */
const DESCRIPTORS = [0, 1, 2] as const;

/** The descriptors that were terminals at the start. `isatty` returns false when such a terminal is gone. */
const TERMINALS = DESCRIPTORS.filter((descriptor) => isatty(descriptor));

// A process without a terminal, as under nohup, ignores SIGHUP. Without a listener, SIGHUP would end the
// process.
if (TERMINALS.length === 0) process.on('SIGHUP', () => {});

process.on('exit', () => {
  // At exit, Node.js resets the modes of each terminal, and aborts if a terminal is gone. Node.js skips
  // closed descriptors, so close the descriptors of these terminals.
  for (const descriptor of TERMINALS.filter((one) => !isatty(one))) closeSync(descriptor);
});

/** Longest time from the first signal to the end of the process, in milliseconds. */
const MAX_ENDING_MS = 5_000;

/**
 * A signal within this time after the first, in milliseconds, is a duplicate: npm sends Ctrl-C a second time.
 */
const ECHO_MS = 500;

/** Longest wait for slow readers of the output after a signal, in milliseconds. */
const FLUSH_AFTER_SIGNAL_MS = 1_000;

let reportSignal = () => {};
/** Resolves at the first signal. */
const signalled = new Promise<void>((resolve) => {
  reportSignal = resolve;
});

/** Interval between checks for work in the thread pool, in milliseconds. */
const POLL_MS = 10;

/**
 * Work in the thread pool of Node.js: file operations and name lookups. `process.exit` waits for this work.
 */
const POOL_WORK = new Set(['FSReqPromise', 'FSReqCallback', 'FileHandleCloseReq', 'GetAddrInfoReqWrap']);

export interface SignalOptions {
  /**
   * Called at the second signal. A second SIGHUP does not count: the kernel and the shell both send one.
   * By default, the process kills itself with SIGKILL.
   */
  readonly stopNow?: () => void;
  /** Called at each SIGHUP that does not call `stop`. Without this function, such a SIGHUP is ignored. */
  readonly reload?: () => void;
}

/**
 * Calls `stop` at the first stop signal. SIGINT and SIGTERM are stop signals. Without `reload`, SIGHUP is one
 * too if standard input, output or error was a terminal at the start. With `reload`, SIGHUP is a stop signal
 * only if such a terminal is gone. If the process has not ended 5 s after the first stop signal, SIGKILL ends
 * it.
 */
export function onStopSignal(stop: () => void, { stopNow = kill, reload }: SignalOptions = {}): void {
  let firstMs: number | undefined;
  const handle = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      globalThis.setTimeout(kill, MAX_ENDING_MS).unref();
      reportSignal();
      stop();
    } else if (signal !== 'SIGHUP' && nowMs - firstMs > ECHO_MS) stopNow();
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
  process.on('SIGHUP', (signal) => {
    const isStop = reload === undefined ? TERMINALS.length > 0 : TERMINALS.some((one) => !isatty(one));
    if (isStop) handle(signal);
    else reload?.();
  });
}

/**
 * Exits when the readers of the output have taken everything, and the thread pool is idle. After a signal,
 * waits for the readers at most 1 s. Until the exit, the process still handles signals. `process.exit` alone
 * would stop the event loop while it waits for the pool, and a sync may hang for as long as its disk hangs.
 */
export async function endProcess(code: number): Promise<never> {
  const giveUp = signalled.then(() => setTimeout(FLUSH_AFTER_SIGNAL_MS));
  await Promise.race([Promise.all([process.stdout, process.stderr].map(flush)), giveUp]);
  while (isAtWork()) await setTimeout(POLL_MS);
  process.exit(code);
}

/** Exits at once. If the thread pool is busy, the process kills itself with SIGKILL. */
export function endProcessNow(code: number): void {
  if (isAtWork()) kill();
  else process.exit(code);
}

/** Resolves when the reader of an output has taken everything, or has gone. */
function flush(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableLength === 0) resolve();
    else output.write('', () => resolve());
  });
}

function isAtWork(): boolean {
  return process.getActiveResourcesInfo().some((resource) => POOL_WORK.has(resource));
}

/** Ends the process by SIGKILL. No acknowledged change is lost, because it is already on disk. */
function kill(): void {
  process.emit('exit', EXIT.failed); // the listeners of this event restore the terminal
  process.kill(process.pid, 'SIGKILL');
}
