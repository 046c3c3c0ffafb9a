/**
 * Imports users and lists from a dump or another server.
 *
 * The import commits REG and ADD changes to the store, in batches; each batch is durable before the next
 * begins. After an interruption it can be repeated: it skips users and buddies that exist already.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import { MAX_BUDDIES, type Store, type Users } from '../store.js';
import type { ForeignUser } from './dump.js';

/** How many changes are committed together. */
const BATCH_CHANGES = 8_192;

/** Most characters of an invalid id that a message shows. */
const SHOWN_CHARACTERS = 80;

/** Reads all users to import, and passes them on, some at a time. The import calls it twice. */
export type ReadUsers = (
  importSome: (users: readonly ForeignUser[]) => Promise<void>,
  skip: (source: string, reason: string) => void,
) => Promise<void>;

export interface ImportReport {
  /** `users` and `buddies` count what was new; `usersBefore` and `buddiesBefore` what existed already. */
  readonly users: number;
  readonly usersBefore: number;
  readonly buddies: number;
  readonly buddiesBefore: number;
  readonly skipped: number;
}

export interface ImportOptions {
  /** Called for each user or buddy that is skipped. The reason may contain foreign text. */
  readonly onSkip: (source: string, reason: string) => void;
  /** Called after each batch. */
  readonly onProgress: (stage: 'users' | 'buddies', done: number) => void;
}

/**
 * Imports all users, and then their lists.
 *
 * @throws StoreError when the store cannot be written. All progress that was reported before is durable.
 */
export async function importUsers(
  store: Store,
  readUsers: ReadUsers,
  { onSkip, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const report = { users: 0, usersBefore: 0, buddies: 0, buddiesBefore: 0, skipped: 0 };
  const skip = (source: string, reason: string) => {
    report.skipped += 1;
    onSkip(source, reason);
  };

  const registrations = new Batch(store, ({ changes, sources, replies }) => {
    for (let index = 0; index < changes.length; index++) {
      const reply = replies[index];
      if (reply === 200) report.users += 1;
      else if (reply === 203) report.usersBefore += 1;
      else skip(sources[index] as string, 'the database is full');
    }
    onProgress('users', report.users + report.usersBefore);
  });
  await readUsers(async (users) => {
    for (const { id: token, source } of users) {
      const id = parseId(token);
      if (id === undefined) skip(source, `'${shortened(token)}' is not a valid id`);
      else if (registrations.add({ op: 'REG', id }, source)) await registrations.commit();
    }
  }, skip);
  await registrations.commit();

  const refusals = new Refusals(store.users);
  const additions = new Batch<Addition>(store, ({ changes, sources, replies }) => {
    for (let index = 0; index < changes.length; index++) {
      const reason = replies[index] === 200 ? undefined : refusals.reasonOf(changes[index] as Addition);
      if (replies[index] === 200) report.buddies += 1;
      else if (reason === undefined) report.buddiesBefore += 1;
      else skip(sources[index] as string, reason);
    }
    onProgress('buddies', report.buddies + report.buddiesBefore);
  });
  await readUsers(
    async (users) => {
      for (const { id: token, buddies, source } of users) {
        const id = parseId(token);
        if (id === undefined) continue;
        for (const other of buddies) {
          const buddy = parseId(other);
          if (buddy === undefined) skip(source, `'${shortened(other)}' is not a valid id`);
          // `add` is synchronous: awaiting it for many millions of entries would take seconds.
          else if (additions.add({ op: 'ADD', id, buddy }, source)) await additions.commit();
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
 * Finds out why the store refused an addition. A repeated import asks this for every entry: a full list is
 * therefore put into a set once, not for each entry, and no list is converted to ids.
 */
class Refusals {
  readonly #users: Users;
  #fullUser = -1;
  #fullList: ReadonlySet<number> = new Set();

  constructor(users: Users) {
    this.#users = users;
  }

  /** Why a buddy was not added; `undefined` when it is on the list already. */
  reasonOf({ id, buddy }: Addition): string | undefined {
    if (buddy === id) return `'${buddy}' cannot be on their own list`;
    const other = this.#users.numberOf(buddy);
    if (other === -1) return `'${buddy}' is not registered`;
    if (this.#isListed(this.#users.numberOf(id), other)) return undefined;
    return `'${buddy}' does not fit: a list has at most ${MAX_BUDDIES} buddies`;
  }

  /** If a list that is not full refuses a buddy, the buddy is on it already. */
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

/** A committed batch. Each change has its source and its reply at the same index. */
interface Committed<TChange> {
  readonly changes: readonly TChange[];
  readonly sources: readonly string[];
  readonly replies: readonly number[];
}

/** Changes that wait to be committed together. */
class Batch<TChange extends Change> {
  readonly #store: Store;
  readonly #onCommitted: (committed: Committed<TChange>) => void;
  #changes: TChange[] = [];
  #sources: string[] = [];

  constructor(store: Store, onCommitted: (committed: Committed<TChange>) => void) {
    this.#store = store;
    this.#onCommitted = onCommitted;
  }

  /**
   * Adds a change.
   *
   * @returns True when the batch is full, and must be committed before another change is added.
   */
  add(change: TChange, source: string): boolean {
    this.#changes.push(change);
    this.#sources.push(source);
    return this.#changes.length === BATCH_CHANGES;
  }

  async commit(): Promise<void> {
    const [changes, sources] = [this.#changes, this.#sources];
    this.#changes = [];
    this.#sources = [];
    this.#onCommitted({ changes, sources, replies: await this.#store.commit(changes) });
  }
}
