/**
 * An operator bans and unbans one id through the administration socket, asks for the state of the server, and
 * reads its health over HTTP. A ban must hold from the moment when the server has acknowledged it.
 */

import { get } from 'node:http';
import type { AdminRequest } from '../../actors/server/admin-protocol.js';
import { CommandFailed, sendCommand } from '../../bin/admin-client.js';
import type { UserId } from '../../protocol/id.js';
import type { Users } from '../../storage/store.js';
import { pause, type Work } from './pause.js';
import type { Tally } from './tally.js';
import { DECOY } from './user.js';
import { HOST, request } from './wire.js';

/** Pause before a command that failed is sent again, in milliseconds. */
const RETRY_MS = 5;

/** Longest wait for a page of the monitor, in milliseconds. */
const PAGE_TIMEOUT_MS = 15_000;

export interface OperatorOptions {
  /** The id that is banned. It is never registered. */
  readonly outcast: UserId;
  /** The administration socket. */
  readonly socket: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly tally: Tally;
  /** Announces the commands. */
  readonly work: Work;
}

export class Operator {
  readonly name: string;
  /** Time of the last answer, in milliseconds since the process started. */
  lastProgressMs = performance.now();
  readonly #options: OperatorOptions;
  /** The last acknowledged state of the id; `undefined` while a command about it is unanswered. */
  #isBanned: boolean | undefined = false;

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.name = `the operator of ${options.outcast}`;
  }

  /** Works until `stop` is aborted, and finishes the command in progress. */
  async run(stop: AbortSignal): Promise<void> {
    for (let bans = true; !stop.aborted; bans = !bans) {
      await this.#change(bans, stop);
      await this.verify();
      for (const command of ['status', 'who'] as const) await this.#ask({ command });
      for (const path of ['/healthz', '/readyz', '/metrics']) await this.#read(path);
    }
  }

  /** Checks that the server refuses requests of the id if it is banned, and only then. */
  async verify(): Promise<void> {
    const { outcast, port, tally } = this.#options;
    if (this.#isBanned === undefined) return;
    const code = await request(port, `ADD ${outcast} ${DECOY}`);
    if (code === undefined || code === 205 || code === 206) return;
    const expected = this.#isBanned ? 204 : 202;
    if (code !== expected) tally.blame('loss', `${this.name}: ADD was answered ${code}, not ${expected}`);
  }

  /** Checks that the disk has the acknowledged state of the id. */
  verifyDisk(users: Users): void {
    const { outcast, tally } = this.#options;
    const isBanned = users.banOfId(outcast, Date.now()) !== undefined;
    if (this.#isBanned === undefined || this.#isBanned === isBanned) return;
    tally.blame(
      'loss',
      `the disk: ${outcast} is ${isBanned ? 'banned' : 'not banned'}, which is out of date`,
    );
  }

  /** Bans or unbans the id, and repeats the command until it is answered. */
  async #change(bans: boolean, stop: AbortSignal): Promise<void> {
    const { outcast, tally } = this.#options;
    const target = { kind: 'id', name: outcast } as const;
    this.#isBanned = undefined;
    for (let isFirst = true; ; isFirst = false) {
      const outcome = await this.#ask({ command: bans ? 'ban' : 'unban', target });
      // Only after an attempt whose answer was lost may the ban be gone already.
      if (outcome === 'unknown' && isFirst)
        tally.blame('loss', `the acknowledged ban of ${outcast} is missing`);
      if (outcome !== 'unanswered') break;
      if (stop.aborted) return;
      await pause(RETRY_MS, stop);
    }
    tally.acknowledged += 1;
    this.#isBanned = bans;
  }

  /** Sends a command. The outcome is `unknown` if the server found no such ban. */
  async #ask(command: AdminRequest): Promise<'done' | 'unknown' | 'unanswered'> {
    const { socket, tally, work } = this.#options;
    const sentAtMs = performance.now();
    const answer = sendCommand(socket, command);
    work.began();
    try {
      await answer;
    } catch (error) {
      if (error instanceof CommandFailed && error.failure.code === 'unknown') return 'unknown';
      tally.unanswered += 1;
      return 'unanswered';
    }
    this.#recordAnswer(sentAtMs);
    return 'done';
  }

  /** Reads a page of the monitor. It must be served, unless the connection breaks. */
  async #read(path: string): Promise<void> {
    const { monitorPort, tally, work } = this.#options;
    const sentAtMs = performance.now();
    const status = await statusOf(monitorPort, path, () => work.began());
    if (status === undefined) tally.unanswered += 1;
    else if (status === 200 || (status === 503 && path === '/readyz')) this.#recordAnswer(sentAtMs);
    else tally.blame('crash', `the monitor answered GET ${path} with ${status}`);
  }

  #recordAnswer(sentAtMs: number): void {
    this.lastProgressMs = performance.now();
    this.#options.tally.recordAnswer(this.lastProgressMs - sentAtMs);
  }
}

/** The status of an answer that arrived as a whole; `undefined` if none did. */
function statusOf(port: number, path: string, onSent: () => void): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = get({ host: HOST, port, path, agent: false, timeout: PAGE_TIMEOUT_MS }, (response) => {
      response.on('close', () => resolve(response.complete ? response.statusCode : undefined)).resume();
      response.on('error', () => {}); // A 'close' event follows.
    });
    sent.on('finish', onSent);
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
  });
}
