/**
 * Computes what a database may contain after changes, some of which have no known reply.
 */

import { monotonicMs } from './faults.js';
import { ask } from './network.js';

/** A user's line in a dump; `undefined` for an unregistered id. */
type Line = string | undefined;

/** The reply to a change, and the user's line after it. The buddy is registered. */
function outcome(before: Line, op: string, id: string, buddy: string): { reply: number; after: Line } {
  if (op === 'REG') return before === undefined ? { reply: 200, after: id } : { reply: 203, after: before };
  if (before === undefined) return { reply: 202, after: before };
  const buddies = before.split(' ').slice(1);
  const isListed = buddies.includes(buddy);
  if (op === 'ADD') {
    return isListed ? { reply: 201, after: before } : { reply: 200, after: `${before} ${buddy}` };
  }
  return { reply: 200, after: [id, ...buddies.filter((other) => other !== buddy)].join(' ') };
}

/** The ids that any user may add as buddies. They are registered first. */
const BUDDIES = ['base0', 'base1', 'base2', 'base3'];

/**
 * Requests changes, and tracks for each user which lines a database may have. A change that was answered 205
 * or not at all leads to several possible lines. Each user may have only one request in progress.
 */
export class Ledger {
  readonly #lines = new Map<string, ReadonlySet<Line>>();
  #users = 0;
  #heldReplies: { readonly request: string; readonly reply: number; readonly atMs: number }[] | undefined;
  /** Number of changes that were answered 200. */
  acknowledged = 0;

  /** Returns an unused id. */
  freshId(): string {
    this.#users += 1;
    return `user${this.#users}`;
  }

  /** Registers the common buddies, and adds `base0` to the list of `base1`. */
  async begin(port: number): Promise<void> {
    for (const id of BUDDIES) await this.request(port, `REG ${id}`);
    await this.request(port, 'ADD base1 base0');
    if (this.acknowledged !== BUDDIES.length + 1) throw new Error('the server accepts no changes');
  }

  /**
   * Requests a change.
   *
   * @returns The reply's code; 0 if there was none.
   */
  async request(port: number, request: string): Promise<number> {
    const reply = Number((await ask(port, `${request}\n`).catch(() => '')).slice(0, 3));
    this.record(request, reply);
    return reply;
  }

  /** Records a requested change and the reply's code; 0 if there was none. */
  record(request: string, reply: number): void {
    if (this.#heldReplies === undefined) this.#apply(request, reply);
    else this.#heldReplies.push({ request, reply, atMs: monotonicMs() });
  }

  /** Holds all further replies back until {@link releaseReplies}. */
  holdReplies(): void {
    this.#heldReplies = [];
  }

  /**
   * Records the held replies. A reply that arrived after `untilMs` is recorded as unknown.
   *
   * @param untilMs A time of {@link monotonicMs}.
   */
  releaseReplies(untilMs: number): void {
    const held = this.#heldReplies ?? [];
    this.#heldReplies = undefined;
    for (const { request, reply, atMs } of held) this.#apply(request, atMs < untilMs ? reply : 0);
  }

  #apply(request: string, reply: number): void {
    const [op = '', id = '', buddy = ''] = request.split(' ');
    const before = this.#lines.get(id) ?? new Set([undefined]);
    const isUncertain = reply === 205 || reply === 0;
    const after = new Set<Line>(isUncertain ? before : []);
    for (const line of before) {
      const expected = outcome(line, op, id, buddy);
      if (isUncertain || expected.reply === reply) after.add(expected.after);
    }
    if (after.size === 0) {
      throw new Error(
        `${request} was answered ${reply}, but the only possible lines are ${JSON.stringify([...before])}`,
      );
    }
    if (reply === 200) this.acknowledged += 1;
    this.#lines.set(id, after);
  }

  /**
   * Compares a dump with the possible lines. From then on, the dump's lines are the only possible lines.
   *
   * @returns The differences.
   */
  compare(dump: string): string[] {
    const found = new Map(
      dump
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => [line.split(' ', 1)[0] ?? '', line]),
    );
    const differences: string[] = [];
    for (const [id, possible] of this.#lines) {
      const line = found.get(id);
      if (!possible.has(line))
        differences.push(`${id}: '${line}' is none of ${JSON.stringify([...possible])}`);
      this.#lines.set(id, new Set([line]));
    }
    for (const id of found.keys()) if (!this.#lines.has(id)) differences.push(`${id} was never requested`);
    return differences;
  }
}

/** Clients that each send one request after another, until they are stopped or the server is gone. */
export class Load {
  readonly #clients: Promise<unknown>;
  #isStopped = false;
  /** Number of requests that were answered 205. */
  refused = 0;

  constructor(port: number, ledger: Ledger, clients = 16) {
    this.#clients = Promise.all(Array.from({ length: clients }, () => this.#run(port, ledger)));
    // stop() rethrows an error. This handler only prevents an unhandled rejection before that.
    this.#clients.catch(() => {});
  }

  /** Sends no more requests, and waits for the outstanding replies. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#clients;
  }

  async #run(port: number, ledger: Ledger): Promise<void> {
    for (;;) {
      const id = ledger.freshId();
      const requests = [`REG ${id}`];
      for (let count = Math.floor(Math.random() * 8); count > 0; count--) {
        const buddy = BUDDIES[Math.floor(Math.random() * BUDDIES.length)];
        requests.push(
          Math.random() < 0.1 ? `REG ${id}` : `${Math.random() < 0.7 ? 'ADD' : 'DEL'} ${id} ${buddy}`,
        );
      }
      for (const request of requests) {
        if (this.#isStopped) return;
        const reply = await ledger.request(port, request);
        if (reply === 0) return;
        if (reply === 205) this.refused += 1;
      }
    }
  }
}
