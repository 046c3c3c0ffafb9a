/**
 * What may be in a database after changes whose replies are known, or not.
 */

import { monotonicMs } from './faults.js';
import { ask } from './network.js';

/** A user's line in a dump; `undefined` for an id that is not registered. */
type Line = string | undefined;

/** What a change makes of a user's line, and the reply to it. The buddy is registered. */
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

/** The ids that any user may have as buddies: they are registered before anything else. */
const BUDDIES = ['base0', 'base1', 'base2', 'base3'];

/**
 * Asks for changes, and remembers for each user which lines a database may have: one, unless a change was
 * answered 205 or not at all. Only one change of a user may be under way at a time.
 */
export class Ledger {
  readonly #lines = new Map<string, ReadonlySet<Line>>();
  #users = 0;
  #held: { readonly request: string; readonly reply: number; readonly atMs: number }[] | undefined;
  /** How many changes were answered 200. */
  acknowledged = 0;

  /** An id that nobody has. */
  freshId(): string {
    this.#users += 1;
    return `user${this.#users}`;
  }

  /** Registers everybody's buddies; `base1` has `base0` on its list. */
  async begin(port: number): Promise<void> {
    for (const id of BUDDIES) await this.request(port, `REG ${id}`);
    await this.request(port, 'ADD base1 base0');
    if (this.acknowledged !== BUDDIES.length + 1) throw new Error('the server cannot be written to');
  }

  /**
   * Asks for a change.
   *
   * @returns The reply's code; 0 when none came.
   */
  async request(port: number, request: string): Promise<number> {
    const reply = Number((await ask(port, `${request}\n`).catch(() => '')).slice(0, 3));
    this.note(request, reply);
    return reply;
  }

  /** Takes note of a change that was asked for, and the reply's code; 0 when none came. */
  note(request: string, reply: number): void {
    if (this.#held === undefined) this.#enter(request, reply);
    else this.#held.push({ request, reply, atMs: monotonicMs() });
  }

  /** Judges no more replies until it is known which of them count. */
  hold(): void {
    this.#held = [];
  }

  /** Counts those that came before a moment, by {@link monotonicMs}; the others may be true or not. */
  release(untilMs: number): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { request, reply, atMs } of held) this.#enter(request, atMs < untilMs ? reply : 0);
  }

  #enter(request: string, reply: number): void {
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
        `${request} was answered ${reply}, and the user is one of ${JSON.stringify([...before])}`,
      );
    }
    if (reply === 200) this.acknowledged += 1;
    this.#lines.set(id, after);
  }

  /**
   * Compares a dump with what may be there, and takes it for what is there.
   *
   * @returns What differs.
   */
  settle(dump: string): string[] {
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
    for (const id of found.keys()) if (!this.#lines.has(id)) differences.push(`nobody asked for ${id}`);
    return differences;
  }
}

/** Clients that ask for changes, each one after another, for as long as there is a server. */
export class Load {
  readonly #clients: Promise<unknown>;
  #isStopped = false;
  /** How many were answered 205. */
  refused = 0;

  constructor(port: number, ledger: Ledger, clients = 16) {
    this.#clients = Promise.all(Array.from({ length: clients }, () => this.#run(port, ledger)));
    // Whoever stops it hears of what went wrong.
    this.#clients.catch(() => {});
  }

  /** Waits for the answers that are still to come. */
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
