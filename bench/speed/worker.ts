/**
 * A process of the bench: asked over its IPC channel, and never waited for in vain.
 */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** The cores of those who are measured, and of those who load them. */
export const SUBJECT_CORE = 0;
export const LOAD_CORE = 1;

/** Without a second core they share one, and hinder each other. */
export const HAS_TWO_CORES = process.platform === 'linux' && availableParallelism() >= 2;

export interface WorkerOptions {
  /** Where it runs; default anywhere. */
  readonly core?: number;
  /** Whether it is written to. */
  readonly hasInput?: boolean;
  /** Whether what it says on standard error is read. */
  readonly hasErrorOutput?: boolean;
}

export class Worker {
  readonly process: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<unknown>;

  /** Starts a program under Node.js, with an IPC channel, and with its standard output to be read. */
  constructor(
    args: readonly string[],
    { core, hasInput = false, hasErrorOutput = false }: WorkerOptions = {},
  ) {
    const command = HAS_TWO_CORES && core !== undefined ? ['taskset', '--cpu-list', String(core)] : [];
    const [program, ...rest] = [...command, process.execPath, ...args];
    const errorOutput = hasErrorOutput ? 'pipe' : 'inherit';
    const stdio: StdioOptions = [hasInput ? 'pipe' : 'ignore', 'pipe', errorOutput, 'ipc'];
    this.process = spawn(program as string, rest, { stdio });
    this.#name = args.join(' ');
    this.#exited = once(this.process, 'exit');
    this.#exited.catch(() => {}); // whoever waits for it hears of it
  }

  /** What comes first: the value, or the end of the process, which is an error. */
  async orExit<TValue>(value: Promise<TValue>): Promise<TValue> {
    const ended = this.#exited.then((how) => {
      throw new Error(`${this.#name} ended: ${how}`);
    });
    return Promise.race([value, ended]);
  }

  /** Asks it over its channel. */
  async ask<TAnswer>(question: object): Promise<TAnswer> {
    this.process.send(question);
    const [answer] = (await this.orExit(once(this.process, 'message'))) as [TAnswer];
    return answer;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exited.catch(() => {}); // it could not even be started
  }
}
