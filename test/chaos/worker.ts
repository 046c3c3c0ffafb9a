/**
 * A worker sends one request at a time: registers users, adds and deletes buddies, announces itself and
 * queries its list. It records the replies in its ledger.
 */

import type { UserId } from '../../protocol/id.js';
import type { Random } from '../helpers/random.js';
import { type Entry, Ledger, textOf } from './ledger.js';
import { pause, type Work } from './pause.js';
import type { Tally } from './tally.js';
import type { Wire } from './wire.js';

/** The maximum number of buddies on a worker's list, so that the answer to GET fits well into a datagram. */
const MAX_LIST = 100;

/** Longest pause between two requests, in milliseconds. */
const THINK_MS = 8;

/** Pause before an unanswered request is sent again, in milliseconds. */
const RETRY_MS = 5;

/** If a worker's random number is from 0.15 up to this number, a worker with a key gets a new device. */
const REVOKE_BELOW = 0.17;

/** The port that workers announce. It is never called. */
const CALL_PORT = 4_001;

export interface WorkerOptions {
  readonly name: string;
  readonly wire: Wire;
  readonly random: Random;
  readonly tally: Tally;
  readonly work: Work;
  /**
   * True if each request may reach another server. A server may then answer with an earlier list. A change
   * that was answered 205 may also take effect later, after another server has answered later requests. After
   * a 205, the worker therefore does not use that buddy again.
   */
  readonly hasSeveralServers?: boolean;
}

export class Worker {
  readonly name: string;
  readonly ledger: Ledger;
  /** Time of the last answer, in milliseconds since the process started. */
  lastProgressMs = performance.now();
  /** Number of changes with a reply that says whether the change had an effect. */
  settled = 0;
  readonly #options: WorkerOptions;
  readonly wire: Wire;
  readonly #known: UserId[] = [];
  /** Buddies whose change was answered 205. */
  readonly #untouchable = new Set<UserId>();
  #users = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.name = options.name;
    this.ledger = new Ledger(options.name as UserId);
    this.wire = options.wire;
  }

  /** Works until `stop` is aborted, and finishes the request in progress. */
  async run(stop: AbortSignal): Promise<void> {
    const { name, random } = this.#options;
    await this.#change({ op: 'REG', id: name as UserId }, stop);
    while (!stop.aborted) {
      const choice = random.next();
      if (choice < 0.1) await this.#ask();
      else if (choice < 0.15) this.wire.announce(this.ledger.owner, CALL_PORT);
      else if (choice < REVOKE_BELOW) this.wire.revoke?.();
      else await this.#change(this.#nextChange(), stop);
      await pause(random.between(0, THINK_MS), stop);
    }
  }

  /** Repeats the pending change until it is answered, or `cut` is aborted. */
  async settle(cut: AbortSignal): Promise<void> {
    const { pending } = this.ledger;
    if (pending !== undefined) await this.#change(pending, cut);
  }

  /** Requests a change, and repeats the request until it is answered. */
  async #change(entry: Entry, stop: AbortSignal): Promise<void> {
    const { name, tally, work, hasSeveralServers } = this.#options;
    do {
      this.ledger.begin(entry);
      const sentAtMs = performance.now();
      const code = await this.wire.request(textOf(entry), () => work.began());
      if (code !== undefined) this.#recordAnswer(sentAtMs);
      if (code === 200 || code === 201 || code === 202 || code === 203) {
        const wrong = this.ledger.recordReply(code);
        if (wrong !== undefined) tally.blame('loss', `${name}: ${wrong}`);
        if (code === 200) tally.acknowledged += 1;
        this.settled += 1;
        if (entry.op === 'REG' && entry.id !== this.ledger.owner) this.#known.push(entry.id);
        return;
      }
      // After 205 the outcome is unknown. After 206 the change had no effect; it is repeated in the same way.
      if (code === undefined) tally.unanswered += 1;
      else if (code === 205) {
        if (hasSeveralServers && entry.buddy !== undefined) this.#untouchable.add(entry.buddy);
      } else if (code !== 206) tally.blame('loss', `${textOf(entry)} was answered ${code}`);
      await pause(RETRY_MS, stop);
    } while (!stop.aborted);
  }

  /**
   * Queries the list and compares it with the ledger. With one server, acknowledged changes must be visible
   * immediately.
   */
  async #ask(): Promise<void> {
    const { name, tally, work, hasSeveralServers } = this.#options;
    const sentAtMs = performance.now();
    const list = await this.wire.ask(this.ledger.owner, () => work.began());
    if (list === undefined) {
      tally.unanswered += 1;
      return;
    }
    this.#recordAnswer(sentAtMs);
    const differences = hasSeveralServers ? this.ledger.strayFrom(list) : this.ledger.differences(list);
    for (const { fault, what } of differences) tally.blame(fault, `${name}: ${what}`);
  }

  #recordAnswer(sentAtMs: number): void {
    this.lastProgressMs = performance.now();
    this.#options.tally.recordAnswer(this.lastProgressMs - sentAtMs);
  }

  #nextChange(): Entry {
    const { name, random } = this.#options;
    const { pending, list, owner } = this.ledger;
    if (pending !== undefined) return pending;
    const choice = random.next();
    if (this.#known.length === 0 || choice < 0.15) {
      this.#users += 1;
      return { op: 'REG', id: `${name}-${this.#users}` as UserId };
    }
    const buddy = random.pick(this.#known);
    if (choice < 0.18) return { op: 'REG', id: buddy };
    const adds = list.length < MAX_LIST && choice < 0.65;
    const listed = list.filter((id) => !this.#untouchable.has(id));
    const chosen = adds || listed.length === 0 || !random.chance(0.9) ? buddy : random.pick(listed);
    if (this.#untouchable.has(chosen)) return { op: 'REG', id: chosen };
    return { op: adds ? 'ADD' : 'DEL', id: owner, buddy: chosen };
  }
}
