/**
 * A client that is killed at one of its system calls: strace sends SIGKILL when the call begins.
 *
 * The client's files are handled by one thread, so that the calls of a run come in the same order each time.
 */

import { execFile } from 'node:child_process';
import type { KeyedHome } from './keyed-home.js';
import { programPath } from './programs.js';

/** The system calls that change a file or directory, make it durable, or speak to the server. */
export const STEPS = [
  'mkdir',
  'pwrite64',
  'fdatasync',
  'rename',
  'fsync',
  'unlink',
  'connect',
  'write',
] as const;
export type Step = (typeof STEPS)[number];

/** A command, and what it reads from standard input. */
export interface Command {
  readonly args: readonly string[];
  readonly input?: string;
}

/**
 * Counts the system calls of an uninterrupted run, for each thread separately. Returns for each call the
 * count of the thread that makes the call most often.
 */
export async function countSteps(home: KeyedHome, command: Command): Promise<ReadonlyMap<Step, number>> {
  const { log } = await runTraced(home, command, ['-e', `trace=${STEPS.join(',')}`]);
  const counts = new Map<string, number>();
  const most = new Map<Step, number>();
  for (const [, thread, name] of log.matchAll(/^(?:\[pid +(\d+)\] )?(\w+)\(/gm)) {
    const count = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, count);
    most.set(name as Step, Math.max(most.get(name as Step) ?? 0, count));
  }
  return most;
}

/** Runs a command, and kills it at the nth call of a kind. Resolves with true if it was killed. */
export async function killAt(home: KeyedHome, command: Command, step: Step, nth: number): Promise<boolean> {
  const options = ['-e', `inject=${step}:signal=SIGKILL:when=${nth}`];
  return (await runTraced(home, command, options)).signal === 'SIGKILL';
}

/** Resolves when the command has ended. If a signal ends the command, strace ends with the same signal. */
function runTraced(
  home: KeyedHome,
  { args, input = '' }: Command,
  options: readonly string[],
): Promise<{ readonly log: string; readonly signal: string | undefined }> {
  const traced = [process.execPath, programPath('im-client'), ...home.options, ...args];
  const env = { ...home.environment, UV_THREADPOOL_SIZE: '1' };
  return new Promise((resolve) => {
    // The log is on standard error, between the lines of the command.
    const running = execFile(
      'strace',
      ['-f', '--seccomp-bpf', '-qq', '-e', 'signal=none', ...options, ...traced],
      { env, maxBuffer: 64 * 1024 * 1024 },
      (error, _stdout, log) => resolve({ log, signal: error?.signal ?? undefined }),
    );
    running.stdin?.on('error', () => {}); // the command may be killed before it has read everything
    running.stdin?.end(input);
  });
}
