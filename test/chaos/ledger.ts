/**
 * What must be true of one user's world, by what the server answered: who is registered, and who is on the
 * user's buddy list, in which order.
 *
 * Only one change is under way at a time, and one that stayed without an answer is asked for again until
 * there is one. So at any time at most one change is in doubt: either it was made, or it was not.
 */

import type { UserId } from '../../protocol/id.js';

/** A change of the owner's list, or the registration of somebody. */
export interface Entry {
  readonly op: 'REG' | 'ADD' | 'DEL';
  /** Whose list; with REG, who. */
  readonly id: UserId;
  readonly buddy?: UserId;
}

/** Something that was acknowledged, and is not so. */
export interface Difference {
  readonly fault: 'loss' | 'disorder';
  readonly what: string;
}

export class Ledger {
  readonly owner: UserId;
  readonly #passedOver: UserId | undefined;
  readonly #registered = new Set<UserId>();
  #list: readonly UserId[] = [];
  #doubt: Entry | undefined;
  #wasTried = false;

  /** @param passedOver Somebody whose place on the list nobody minds. */
  constructor(owner: UserId, passedOver?: UserId) {
    this.owner = owner;
    this.#passedOver = passedOver;
  }

  /** Who is registered for certain. */
  get registered(): ReadonlySet<UserId> {
    return this.#registered;
  }

  /** Who is on the list, when the change in doubt was not made. */
  get list(): readonly UserId[] {
    return this.#list;
  }

  /** The change that was asked for and not answered. */
  get doubt(): Entry | undefined {
    return this.#doubt;
  }

  /** To be called before a change is asked for, again or for the first time. */
  begin(entry: Entry): void {
    this.#wasTried = this.#doubt !== undefined;
    this.#doubt = entry;
  }

  /**
   * Takes the server's answer to the change under way: a reply that says whether it was made. Any other
   * reply, and none, leave it in doubt.
   *
   * @returns What is wrong with the answer, if anything.
   */
  settle(code: 200 | 201 | 202 | 203): string | undefined {
    const entry = this.#doubt as Entry;
    const expected = this.#expected(entry);
    this.#doubt = undefined;
    if (entry.op === 'REG') this.#registered.add(entry.id);
    else this.#list = applied(entry, this.#list);
    if (expected.includes(code)) return undefined;
    return `${textOf(entry)} was answered ${code}, where ${expected.join(' or ')} is due`;
  }

  /**
   * What is wrong with the owner's list as somebody else tells it, if anything: who is missing, who is too
   * many.
   */
  differences(told: readonly UserId[] | undefined): Difference[] {
    if (told === undefined) {
      return this.#registered.has(this.owner) ? [lost(`REG ${this.owner}`, 'is not registered')] : [];
    }
    const list = told.filter((id) => id !== this.#passedOver);
    const mustBe = this.#list;
    const mayBe = this.#doubt === undefined ? mustBe : applied(this.#doubt, mustBe);
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

/** The request's line without its end. */
export function textOf({ op, id, buddy }: Entry): string {
  return [op, id, buddy].filter((token) => token !== undefined).join(' ');
}

function lost(change: string, outcome: string): Difference {
  return { fault: 'loss', what: `${change} was acknowledged, and ${outcome}` };
}

function applied({ op, buddy }: Entry, list: readonly UserId[]): readonly UserId[] {
  if (op === 'REG' || buddy === undefined) return list;
  const others = list.filter((id) => id !== buddy);
  if (op === 'DEL') return others;
  return list.includes(buddy) ? list : [...list, buddy];
}

function isSame(one: readonly UserId[], other: readonly UserId[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
