/**
 * One im-server as a process, under a service manager that starts it again whenever it has ended.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { programPath } from '../../helpers/programs.js';
import { pause, stoppable, until } from '../pause.js';
import type { Tally } from '../tally.js';
import { HOST } from '../wire.js';
import type { ClusterTally } from './cluster-tally.js';

/** Pause before a server is started again, in milliseconds. */
const RESTART_PAUSE_MS = 500;

/** Longest wait for the end of a server that was asked to end, in milliseconds. */
const END_TIMEOUT_MS = 30_000;

/** Level of errors in the log. */
const ERROR_LEVEL = 50;

/** Errors that a server may log when its database is down, or is not the database that it knows. */
const EXPECTED_ERRORS = [
  /^the store cannot be (read|written):/,
  /^the bus is down:/,
  /^the directory is not the one that this server knows:/,
];

/** What a server may print when it ends. */
const CANNOT_START = /cannot use the directory: /;
const DIVERGED = /is not the one that this server knows/;

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly isMade?: boolean;
  readonly err?: { readonly message?: string };
}

export interface ImServerOptions {
  readonly name: string;
  readonly port: number;
  /** A guarded directory. */
  readonly directory: string;
  readonly args: readonly string[];
  readonly tally: Tally;
  readonly counts: ClusterTally;
}

export class ImServer {
  readonly name: string;
  readonly port: number;
  isReady = false;
  readonly #options: ImServerOptions;
  readonly #over = stoppable();
  readonly #served: Promise<void>;
  #process: ChildProcess | undefined;
  #isKilled = false;
  #lastWords = '';

  /** Starts the server. */
  constructor(options: ImServerOptions) {
    this.#options = options;
    this.name = options.name;
    this.port = options.port;
    this.#served = this.#serve();
  }

  kill(): void {
    this.#isKilled = true;
    this.#process?.kill('SIGKILL');
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends the server for good. A server that does not end is a fault. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#process?.kill('SIGTERM');
    let hasEnded = false;
    this.#served.then(() => {
      hasEnded = true;
    });
    if (await until(() => hasEnded, END_TIMEOUT_MS)) return;
    this.#options.tally.blame('hang', `${this.name} has not ended ${END_TIMEOUT_MS / 1_000} s after SIGTERM`);
    this.kill();
    await this.#served;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#runOnce();
      if (!signal.aborted) await pause(RESTART_PAUSE_MS, signal);
    }
  }

  async #runOnce(): Promise<void> {
    const { port, directory, args } = this.#options;
    const ports = ['--host', HOST, '--tcp-port', String(port), '--udp-port', String(port)];
    const child = spawn(process.execPath, [programPath('im-server'), ...ports, ...args], {
      cwd: directory,
      // Ctrl-C in a terminal must not end the server.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: directory, NODE_NO_WARNINGS: '1' },
    });
    this.#isKilled = false;
    this.#lastWords = '';
    this.#process = child;
    child.stdout.on('data', () => {
      this.isReady = true;
    });
    createInterface(child.stderr).on('line', (line) => this.#onLine(line));
    const [code] = (await once(child, 'close')) as [number | null];
    this.isReady = false;
    this.#process = undefined;
    this.#onExit(code);
  }

  #onLine(line: string): void {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      this.#lastWords = line;
      return;
    }
    const { level, msg, isMade, err } = parsed;
    const { counts, tally } = this.#options;
    if (msg.startsWith('a commit was not confirmed')) counts.doubts += 1;
    if (isMade === true) counts.doubtsMade += 1;
    if (isMade === false) counts.doubtsUndone += 1;
    if (level < ERROR_LEVEL) return;
    const isExpected =
      EXPECTED_ERRORS.some((expected) => expected.test(msg)) ||
      [CANNOT_START, DIVERGED].some((expected) => expected.test(err?.message ?? ''));
    if (!isExpected) tally.blame('crash', `${this.name}: ${msg} ${err?.message ?? ''}`);
  }

  #onExit(code: number | null): void {
    const { counts, tally } = this.#options;
    if (this.#isKilled) return;
    if (DIVERGED.test(this.#lastWords)) counts.diverged += 1;
    else if (CANNOT_START.test(this.#lastWords)) counts.startsRefused += 1;
    else if (code !== 0) tally.blame('crash', `${this.name} ended with ${code}: ${this.#lastWords}`);
  }
}

/** Parses a line of the log. @returns `undefined` for any other line, and for a line that a kill has cut. */
function parseLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
