/**
 * A worker: registers users, adds them to its list and deletes them, announces and asks, one thing at a time
 * and without an end, and keeps the ledger of what was acknowledged.
 */

import type { UserId } from '../../protocol/id.js';
import type { Random } from '../helpers/random.js';
import { type Entry, Ledger, textOf } from './ledger.js';
import { pause, type Work } from './pause.js';
import type { Tally } from './tally.js';
import { Asker, request } from './wire.js';

/** Most buddies on a worker's list: the answer to its GET stays far from the largest datagram. */
const MAX_LIST = 100;

/** Longest time that a worker thinks between two requests, in milliseconds. */
const THINK_MS = 8;

/** Wait before a request that was not answered is sent again, in milliseconds. */
const RETRY_MS = 5;

/** The port that workers announce; nobody calls them. */
const CALL_PORT = 4_001;

export interface WorkerOptions {
  readonly name: string;
  readonly port: number;
  readonly random: Random;
  readonly tally: Tally;
  readonly work: Work;
}

export class Worker {
  readonly name: string;
  readonly ledger: Ledger;
  /** When it was last answered, in milliseconds since the process began. */
  lastProgressMs = performance.now();
  readonly #options: WorkerOptions;
  readonly #asker: Asker;
  readonly #known: UserId[] = [];
  #users = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.name = options.name;
    this.ledger = new Ledger(options.name as UserId);
    this.#asker = new Asker(options.port);
  }

  /** Works until `stop` says that it is enough; a request under way is waited for. */
  async run(stop: AbortSignal): Promise<void> {
    const { name, random } = this.#options;
    await this.#change({ op: 'REG', id: name as UserId }, stop);
    while (!stop.aborted) {
      const choice = random.next();
      if (choice < 0.1) await this.#ask();
      else if (choice < 0.15) this.#asker.announce(this.ledger.owner, CALL_PORT);
      else await this.#change(this.#nextChange(), stop);
      await pause(random.between(0, THINK_MS), stop);
    }
    this.#asker.close();
  }

  /** Asks for a change, again and again until it is answered. */
  async #change(entry: Entry, stop: AbortSignal): Promise<void> {
    const { name, port, tally, work } = this.#options;
    do {
      this.ledger.begin(entry);
      const sentAtMs = performance.now();
      const code = await request(port, textOf(entry), () => work.began());
      if (code !== undefined) this.#answered(sentAtMs);
      if (code === 200 || code === 201 || code === 202 || code === 203) {
        const wrong = this.ledger.settle(code);
        if (wrong !== undefined) tally.blame('loss', `${name}: ${wrong}`);
        if (code === 200) tally.acknowledged += 1;
        if (entry.op === 'REG' && entry.id !== this.ledger.owner) this.#known.push(entry.id);
        return;
      }
      // 205: nobody knows. 206: not made, but not worth telling apart.
      if (code === undefined) tally.unanswered += 1;
      else if (code !== 205 && code !== 206) tally.blame('loss', `${textOf(entry)} was answered ${code}`);
      await pause(RETRY_MS, stop);
    } while (!stop.aborted);
  }

  /** Asks for the list, and compares it with the ledger: what was acknowledged shows at once. */
  async #ask(): Promise<void> {
    const { name, tally, work } = this.#options;
    const sentAtMs = performance.now();
    const list = await this.#asker.ask(this.ledger.owner, () => work.began());
    if (list === undefined) {
      tally.unanswered += 1;
      return;
    }
    this.#answered(sentAtMs);
    for (const { fault, what } of this.ledger.differences(list)) tally.blame(fault, `${name}: ${what}`);
  }

  #answered(sentAtMs: number): void {
    this.lastProgressMs = performance.now();
    this.#options.tally.answer(this.lastProgressMs - sentAtMs);
  }

  #nextChange(): Entry {
    const { name, random } = this.#options;
    const { doubt, list, owner } = this.ledger;
    if (doubt !== undefined) return doubt;
    const choice = random.next();
    if (this.#known.length === 0 || choice < 0.15) {
      this.#users += 1;
      return { op: 'REG', id: `${name}-${this.#users}` as UserId };
    }
    const buddy = random.pick(this.#known);
    if (choice < 0.18) return { op: 'REG', id: buddy };
    const adds = list.length < MAX_LIST && choice < 0.65;
    if (adds) return { op: 'ADD', id: owner, buddy };
    return { op: 'DEL', id: owner, buddy: list.length > 0 && random.chance(0.9) ? random.pick(list) : buddy };
  }
}
