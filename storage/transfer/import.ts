/**
 * Taking over users and lists from elsewhere.
 *
 * They are registered and added as if somebody asked for it, in groups, each of which is durable before the
 * next. So an import that was interrupted is simply done again: what is there already is passed over.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import { MAX_BUDDIES, type Store, type Users } from '../store.js';
import type { ForeignUser } from './dump.js';

/** How many changes are made durable together. */
const GROUP_CHANGES = 8_192;

/** How much of a token that is no id is shown, in characters. */
const SHOWN_CHARACTERS = 80;

/** Reads all users there are to take over, some at a time; it is done twice. */
export type ReadUsers = (
  take: (users: readonly ForeignUser[]) => Promise<void>,
  skip: (at: string, reason: string) => void,
) => Promise<void>;

export interface ImportReport {
  /** What was new, and what was there already. */
  readonly users: number;
  readonly usersBefore: number;
  readonly buddies: number;
  readonly buddiesBefore: number;
  readonly skipped: number;
}

export interface ImportOptions {
  /** Told of what is not taken over. The reason may have foreign text in it. */
  readonly onSkip: (at: string, reason: string) => void;
  /** Told after each group. */
  readonly onProgress: (stage: 'users' | 'buddies', done: number) => void;
}

/**
 * Takes over users and then, when all of them are known, their lists.
 *
 * @throws StoreError when the store cannot be written; what was reported until then is durable.
 */
export async function importUsers(
  store: Store,
  readUsers: ReadUsers,
  { onSkip, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const report = { users: 0, usersBefore: 0, buddies: 0, buddiesBefore: 0, skipped: 0 };
  const skip = (at: string, reason: string) => {
    report.skipped += 1;
    onSkip(at, reason);
  };

  const registrations = new Group(store, ({ changes, places, replies }) => {
    for (let index = 0; index < changes.length; index++) {
      const reply = replies[index];
      if (reply === 200) report.users += 1;
      else if (reply === 203) report.usersBefore += 1;
      else skip(places[index] as string, 'there is no room for one more user');
    }
    onProgress('users', report.users + report.usersBefore);
  });
  await readUsers(async (users) => {
    for (const { id: token, at } of users) {
      const id = parseId(token);
      if (id === undefined) skip(at, `'${shortened(token)}' is no id`);
      else if (registrations.add({ op: 'REG', id }, at)) await registrations.commit();
    }
  }, skip);
  await registrations.commit();

  const refusals = new Refusals(store.users);
  const additions = new Group<Addition>(store, ({ changes, places, replies }) => {
    for (let index = 0; index < changes.length; index++) {
      const reason = replies[index] === 200 ? undefined : refusals.reasonOf(changes[index] as Addition);
      if (replies[index] === 200) report.buddies += 1;
      else if (reason === undefined) report.buddiesBefore += 1;
      else skip(places[index] as string, reason);
    }
    onProgress('buddies', report.buddies + report.buddiesBefore);
  });
  await readUsers(
    async (users) => {
      for (const { id: token, buddies, at } of users) {
        const id = parseId(token);
        if (id === undefined) continue;
        for (const other of buddies) {
          const buddy = parseId(other);
          if (buddy === undefined) skip(at, `'${shortened(other)}' is no id`);
          // An `await` for each of many millions would take seconds.
          else if (additions.add({ op: 'ADD', id, buddy }, at)) await additions.commit();
        }
      }
    },
    () => {},
  );
  await additions.commit();
  return report;
}

function shortened(token: string): string {
  return token.length <= SHOWN_CHARACTERS ? token : `${token.slice(0, SHOWN_CHARACTERS)}...`;
}

interface Addition {
  readonly op: 'ADD';
  readonly id: UserId;
  readonly buddy: UserId;
}

/**
 * Says of additions that were refused why. When an import is done again, that is asked of every entry: so no
 * list is turned into ids, and the entries of a full one are looked through once, not for each of them.
 */
class Refusals {
  readonly #users: Users;
  #fullUser = -1;
  #fullList: ReadonlySet<number> = new Set();

  constructor(users: Users) {
    this.#users = users;
  }

  /** Why a buddy was not added; `undefined` when it was on the list already. */
  reasonOf({ id, buddy }: Addition): string | undefined {
    if (buddy === id) return `'${buddy}' is the user, and nobody's own buddy`;
    const other = this.#users.numberOf(buddy);
    if (other === -1) return `'${buddy}' is nobody's id`;
    if (this.#isListed(this.#users.numberOf(id), other)) return undefined;
    return `'${buddy}' would be one more than the ${MAX_BUDDIES} that a list has room for`;
  }

  /** A list that has room took a buddy, unless it had it; a full one stays as it is. */
  #isListed(user: number, buddy: number): boolean {
    const list = this.#users.listOf(user);
    if (list.length < MAX_BUDDIES) return true;
    if (user !== this.#fullUser) {
      this.#fullUser = user;
      this.#fullList = new Set(list);
    }
    return this.#fullList.has(buddy);
  }
}

/** What became of a group: each reply, and each place, is that of the change with the same index. */
interface Committed<TChange> {
  readonly changes: readonly TChange[];
  readonly places: readonly string[];
  readonly replies: readonly number[];
}

/** Changes that wait to be made durable together. */
class Group<TChange extends Change> {
  readonly #store: Store;
  readonly #onCommitted: (committed: Committed<TChange>) => void;
  #changes: TChange[] = [];
  #places: string[] = [];

  constructor(store: Store, onCommitted: (committed: Committed<TChange>) => void) {
    this.#store = store;
    this.#onCommitted = onCommitted;
  }

  /**
   * Adds a change.
   *
   * @returns True when the group is full, and must be committed before another change is added.
   */
  add(change: TChange, at: string): boolean {
    this.#changes.push(change);
    this.#places.push(at);
    return this.#changes.length === GROUP_CHANGES;
  }

  async commit(): Promise<void> {
    const [changes, places] = [this.#changes, this.#places];
    this.#changes = [];
    this.#places = [];
    this.#onCommitted({ changes, places, replies: await this.#store.commit(changes) });
  }
}
