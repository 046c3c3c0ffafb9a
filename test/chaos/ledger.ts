/**
 * The state that follows from the server's replies to one user: the registered ids, and the user's buddy list
 * in its order.
 *
 * Only one change is requested at a time, and an unanswered change is requested again until it is answered.
 * Therefore at most one change is pending, with an unknown outcome.
 */

import type { UserId } from '../../protocol/id.js';

/** How many earlier lists a ledger remembers. A server that is cut off answers with the list that it has. */
const MAX_EARLIER_LISTS = 4_096;

/** A change of the owner's list, or a registration. */
export interface Entry {
  readonly op: 'REG' | 'ADD' | 'DEL';
  /** The owner of the list; with REG, the id to register. */
  readonly id: UserId;
  readonly buddy?: UserId;
}

/** A difference between what was acknowledged and what was found. */
export interface Difference {
  readonly fault: 'loss' | 'disorder' | 'duplicate' | 'stray';
  readonly what: string;
}

export class Ledger {
  readonly owner: UserId;
  readonly #ignored: UserId | undefined;
  readonly #registered = new Set<UserId>();
  readonly #effects: string[] = [];
  readonly #earlier: (readonly UserId[])[] = [];
  #list: readonly UserId[] = [];
  #pending: Entry | undefined;
  #wasTried = false;

  /** @param ignored An id that comparisons ignore. */
  constructor(owner: UserId, ignored?: UserId) {
    this.owner = owner;
    this.#ignored = ignored;
  }

  /** The ids that are certainly registered. */
  get registered(): ReadonlySet<UserId> {
    return this.#registered;
  }

  /** The changes that certainly had an effect, in their order. */
  get effects(): readonly string[] {
    return this.#effects;
  }

  /** The buddies on the list if the pending change had no effect. */
  get list(): readonly UserId[] {
    return this.#list;
  }

  /** The change that was requested and not answered. */
  get pending(): Entry | undefined {
    return this.#pending;
  }

  /** Must be called before each request for a change, including repeated requests. */
  begin(entry: Entry): void {
    this.#wasTried = this.#pending !== undefined;
    this.#pending = entry;
  }

  /**
   * Records the reply that settles the pending change. After any other reply, or none, the change stays
   * pending.
   *
   * @returns What is wrong with the reply, if anything.
   */
  recordReply(code: 200 | 201 | 202 | 203): string | undefined {
    const entry = this.#pending as Entry;
    const expected = this.#expected(entry);
    this.#pending = undefined;
    this.#apply(entry);
    if (expected.includes(code)) return undefined;
    return `${textOf(entry)} was answered ${code}, where ${expected.join(' or ')} is due`;
  }

  #apply(entry: Entry): void {
    const before = this.#list;
    if (entry.op === 'REG') {
      if (!this.#registered.has(entry.id)) this.#effects.push(textOf(entry));
      this.#registered.add(entry.id);
      return;
    }
    this.#list = applied(entry, before);
    if (this.#list.length === before.length) return;
    this.#effects.push(textOf(entry));
    this.#earlier.push(before);
    if (this.#earlier.length > MAX_EARLIER_LISTS) this.#earlier.shift();
  }

  /** Like {@link differences}, but also allows each earlier list, because the server may lag. */
  strayFrom(found: readonly UserId[]): Difference[] {
    const isEarlier = () => this.#earlier.some((list) => isSame(list, found));
    if (this.differences(found).length === 0 || isEarlier()) return [];
    return [
      {
        fault: 'stray',
        what: `the list of ${this.owner} is shown as '${found.join(' ')}', which it never was`,
      },
    ];
  }

  /**
   * Compares the owner's list with the one that was found.
   *
   * @param found The list; `undefined` if the owner is not registered.
   */
  differences(found: readonly UserId[] | undefined): Difference[] {
    if (found === undefined) {
      return this.#registered.has(this.owner) ? [lost(`REG ${this.owner}`, 'is not registered')] : [];
    }
    const list = found.filter((id) => id !== this.#ignored);
    const mustBe = this.#list;
    const mayBe = this.#pending === undefined ? mustBe : applied(this.#pending, mustBe);
    if (isSame(list, mustBe) || isSame(list, mayBe)) return [];
    const missing = mustBe.filter((id) => !list.includes(id) && mayBe.includes(id));
    const added = list.filter((id) => !mustBe.includes(id) && !mayBe.includes(id));
    const differences = [
      ...missing.map((id) => lost(`ADD ${this.owner} ${id}`, 'is not on the list')),
      ...added.map((id) => lost(`DEL ${this.owner} ${id}`, 'is on the list')),
    ];
    if (differences.length > 0) return differences;
    return [{ fault: 'disorder', what: `the list of ${this.owner} is in another order` }];
  }

  #expected({ op, id, buddy }: Entry): readonly number[] {
    if (op === 'DEL') return [200];
    const isThere = op === 'REG' ? this.#registered.has(id) : this.#list.includes(buddy as UserId);
    const [fresh, repeated] = op === 'REG' ? [200, 203] : [200, 201];
    if (isThere) return [repeated];
    return this.#wasTried ? [fresh, repeated] : [fresh];
  }
}

/** The request's line, without CR LF. */
export function textOf({ op, id, buddy }: Entry): string {
  return [op, id, buddy].filter((token) => token !== undefined).join(' ');
}

function lost(change: string, outcome: string): Difference {
  return { fault: 'loss', what: `${change} was acknowledged, and ${outcome}` };
}

function applied({ op, buddy }: Entry, list: readonly UserId[]): readonly UserId[] {
  if (op === 'REG' || buddy === undefined) return list;
  if (op === 'DEL') return list.filter((id) => id !== buddy);
  return list.includes(buddy) ? list : [...list, buddy];
}

function isSame(one: readonly UserId[], other: readonly UserId[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
