/**
 * A child process of the bench. Requests go over its IPC channel, and fail if the process ends.
 */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** The cores of the measured process and of the load generator. */
export const SUBJECT_CORE = 0;
export const LOAD_CORE = 1;

/** Whether the two processes can have a core each. Otherwise, they slow each other down. */
export const HAS_TWO_CORES = process.platform === 'linux' && availableParallelism() >= 2;

export interface WorkerOptions {
  /** The core to run on; default: any. */
  readonly core?: number;
  /** True to open its standard input. */
  readonly hasInput?: boolean;
  /** True to read its standard error. */
  readonly hasErrorOutput?: boolean;
}

export class Worker {
  readonly process: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<unknown>;

  /** Starts a program under Node.js, with an IPC channel and an open standard output. */
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
    this.#exited.catch(() => {}); // `orExit` reports the error
  }

  /** Waits for a value; throws if the process ends first. */
  async orExit<TValue>(value: Promise<TValue>): Promise<TValue> {
    const ended = this.#exited.then((result) => {
      throw new Error(`${this.#name} ended: ${result}`);
    });
    return Promise.race([value, ended]);
  }

  /** Sends a request over the IPC channel, and returns the answer. */
  async ask<TAnswer>(request: object): Promise<TAnswer> {
    this.process.send(request);
    const [answer] = (await this.orExit(once(this.process, 'message'))) as [TAnswer];
    return answer;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exited.catch(() => {}); // rejects if the process could not be started
  }
}
