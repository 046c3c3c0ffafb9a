/**
 * Reports the server's state to systemd: the server is ready, reloads its configuration, stops, or is alive.
 * The program `systemd-notify` sends each notice, because Node.js cannot send datagrams to a Unix socket. If
 * systemd did not start the server, nothing is sent.
 */

import { execFile } from 'node:child_process';
import type { Log } from '../actors/log.js';

/** Longest wait for `systemd-notify`, in milliseconds. */
const NOTICE_TIMEOUT_MS = 2_000;

const MICROSECONDS_PER_MS = 1_000;
const NANOSECONDS_PER_MICROSECOND = 1_000n;

/** The variables that systemd sets for this process. Its children must not inherit them. */
const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/** The facts about a ready server that are reported to systemd. */
export interface Service {
  /** A short sentence about the server. */
  readonly status: () => string;
  /** Whether the server can do its work. If it cannot, or if no answer comes, systemd restarts the server. */
  readonly isAlive: () => Promise<boolean>;
}

export class ServiceManager {
  readonly #socket: string | undefined;
  /** Interval between two notices to the watchdog; `undefined` if there is no watchdog. */
  readonly #intervalMs: number | undefined;
  readonly #log: Log;
  #service: Service | undefined;
  /** Resolves when all notices so far are sent. Only one `systemd-notify` runs at a time. */
  #sent: Promise<void> = Promise.resolve();
  #hasFailed = false;
  /** How many reloads are running. */
  #reloads = 0;
  #isStopping = false;

  /** @param environment The variables of this process. The constructor removes those that systemd set. */
  constructor(environment: NodeJS.ProcessEnv, log: Log) {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID = String(process.pid) } = environment;
    for (const name of VARIABLES) delete environment[name];
    const isWatched = WATCHDOG_PID === String(process.pid) && Number(WATCHDOG_USEC) > 0;
    this.#socket = NOTIFY_SOCKET || undefined;
    this.#intervalMs = isWatched ? Number(WATCHDOG_USEC) / MICROSECONDS_PER_MS / 2 : undefined;
    this.#log = log;
  }

  /** Reports that the server is ready, and then, at intervals, that it is alive. */
  ready(service: Service): void {
    this.#service = service;
    this.#notify('READY=1', `STATUS=${service.status()}`);
    if (this.#socket === undefined || this.#intervalMs === undefined) return;
    const reportAlive = async () => {
      if (await service.isAlive()) await this.#notify('WATCHDOG=1', `STATUS=${service.status()}`);
      else this.#log.error({}, 'the actors do not answer: the watchdog will restart the server');
      // Begin the next interval after this notice was sent, so that notices cannot queue.
      if (!this.#isStopping) setTimeout(reportAlive, this.#intervalMs).unref();
    };
    setTimeout(reportAlive, this.#intervalMs).unref();
  }

  /**
   * Runs a reload, and reports its beginning and its end. Overlapping reloads are reported as one. Before the
   * server is ready, nothing is reported.
   */
  async reload<TResult>(work: () => Promise<TResult>): Promise<TResult> {
    this.#reloads += 1;
    if (this.#service !== undefined && this.#reloads === 1)
      await this.#notify('RELOADING=1', `MONOTONIC_USEC=${monotonicUsec()}`);
    try {
      return await work();
    } finally {
      this.#reloads -= 1;
      if (this.#service !== undefined && !this.#isStopping && this.#reloads === 0) {
        await this.#notify('READY=1', `STATUS=${this.#service.status()}`);
      }
    }
  }

  /**
   * Reports that the server stops, and the reason if there was an error. Resolves when all notices are sent.
   */
  stopping(reason?: string): Promise<void> {
    if (!this.#isStopping || reason !== undefined) {
      this.#isStopping = true;
      this.#notify('STOPPING=1', `STATUS=${reason ?? 'Stopping'}`);
    }
    return this.#sent;
  }

  #notify(...assignments: readonly string[]): Promise<void> {
    this.#sent = this.#sent.then(() => this.#send(assignments));
    return this.#sent;
  }

  #send(assignments: readonly string[]): Promise<void> {
    if (this.#socket === undefined) return Promise.resolve();
    const env = { PATH: process.env['PATH'], NOTIFY_SOCKET: this.#socket };
    const options = { env, timeout: NOTICE_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    // execFile itself throws some errors, for example if there is too little memory for another process.
    return new Promise<void>((resolve, reject) => {
      execFile('systemd-notify', assignments, options, (error) =>
        error === null ? resolve() : reject(error),
      );
    }).then(
      () => this.#recordResult(undefined),
      (error) => this.#recordResult(error),
    );
  }

  #recordResult(error: Error | undefined): void {
    if (error !== undefined && !this.#hasFailed) {
      const hint = 'check that systemd-notify is installed, and that the unit has NotifyAccess=all';
      this.#log.warn({ err: error, hint }, 'systemd cannot be notified');
    }
    this.#hasFailed = error !== undefined;
  }
}

/** The time of the monotonic clock, in microseconds. */
function monotonicUsec(): bigint {
  return process.hrtime.bigint() / NANOSECONDS_PER_MICROSECOND;
}
