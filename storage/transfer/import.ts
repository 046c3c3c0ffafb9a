/**
 * Imports users and lists from a dump, or from the files of another server.
 *
 * The import commits changes to the store in batches. Each batch is durable before the next one begins. After
 * an interruption, the import can be repeated: it skips users and buddies that exist already.
 */

import type { Device } from '../../protocol/device.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { parseBan } from '../format/fields.js';
import { parseKeyToken, parseReservation, REMOVED_MARK } from '../format/user-lines.js';
import {
  MAX_BUDDIES,
  type OperatorChange,
  type Store,
  type StoreChange,
  type Users,
  type Verdict,
} from '../store.js';
import type { ForeignEntry, ForeignMark, ForeignUser } from './dump.js';

/** How many changes are committed together. */
const BATCH_CHANGES = 8_192;

/** The maximum number of characters of an invalid id that a message shows. */
const SHOWN_CHARACTERS = 80;

/** Reads all entries to import, and passes them on, some at a time. The import calls this function twice. */
export type ReadUsers = (
  importSome: (entries: readonly ForeignEntry[]) => Promise<void>,
  skip: (source: string, reason: string) => void,
) => Promise<void>;

export interface ImportReport {
  /**
   * `users` and `buddies` count the users and list entries that were new; `usersBefore` and `buddiesBefore`
   * count those that existed already.
   */
  readonly users: number;
  readonly usersBefore: number;
  readonly buddies: number;
  readonly buddiesBefore: number;
  readonly reserved: number;
  readonly bans: number;
  readonly skipped: number;
}

export interface ImportOptions {
  /** Called for each skipped entry, such as a user or a buddy. The reason may contain foreign text. */
  readonly onSkip: (source: string, reason: string) => void;
  /** Called after each batch. */
  readonly onProgress: (stage: 'users' | 'buddies', done: number) => void;
}

/**
 * Imports all users, then reserved ids and bans, and then the lists.
 *
 * @throws StoreError when the store cannot be written. All changes that were reported as done are durable.
 */
export async function importUsers(
  store: Store,
  readUsers: ReadUsers,
  { onSkip, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const report = {
    ...{ users: 0, usersBefore: 0, buddies: 0, buddiesBefore: 0 },
    ...{ reserved: 0, bans: 0, skipped: 0 },
  };
  const skip = (source: string, reason: string) => {
    report.skipped += 1;
    onSkip(source, reason);
  };

  const registrations = new Batch<Registration>(store, ({ changes, sources, verdicts }) => {
    for (let index = 0; index < changes.length; index++) {
      const verdict = verdicts[index];
      const change = changes[index] as Registration;
      const reason = verdict === 203 ? whyNotMerged(store.users, change) : 'the database is full';
      if (verdict === 200) report.users += 1;
      else if (reason === undefined) report.usersBefore += 1;
      else skip(sources[index] as string, reason);
    }
    onProgress('users', report.users + report.usersBefore);
  });
  const marks: ForeignMark[] = [];
  await readUsers(async (entries) => {
    for (const entry of entries) {
      if ('mark' in entry) marks.push(entry);
      else {
        const change = registrationOf(entry);
        if (typeof change === 'string') skip(entry.source, change);
        else if (registrations.add(change, entry.source)) await registrations.commit();
      }
    }
  }, skip);
  await registrations.commit();

  const others = new Batch<OperatorChange>(store, ({ changes, sources, verdicts }) => {
    for (const [index, verdict] of verdicts.entries()) {
      const change = changes[index] as OperatorChange;
      const isRegistered = change.op === 'RESERVE' && store.users.numberOf(change.id) !== -1;
      if (verdict === 200 && change.op === 'RESERVE') report.reserved += 1;
      else if (verdict === 200) report.bans += 1;
      else if (isRegistered) skip(sources[index] as string, `'${change.id}' is registered`);
      else if (verdict !== 203) skip(sources[index] as string, 'the database is full');
    }
  });
  for (const mark of marks) {
    const change = operatorChangeOf(mark);
    if (change === undefined) skip(mark.source, 'it is not a reserved id or a ban');
    else if (others.add(change, mark.source)) await others.commit();
  }
  await others.commit();

  const refusals = new Refusals(store);
  const additions = new Batch<Addition>(store, ({ changes, sources, verdicts }) => {
    for (let index = 0; index < changes.length; index++) {
      const reason = verdicts[index] === 200 ? undefined : refusals.reasonOf(changes[index] as Addition);
      if (verdicts[index] === 200) report.buddies += 1;
      else if (reason === undefined) report.buddiesBefore += 1;
      else skip(sources[index] as string, reason);
    }
    onProgress('buddies', report.buddies + report.buddiesBefore);
  });
  await readUsers(
    async (entries) => {
      for (const entry of entries) {
        const owner = 'mark' in entry ? undefined : ownerOf(store.users, entry);
        if (owner === undefined || 'mark' in entry) continue;
        for (const other of entry.buddies) {
          const buddy = parseId(other);
          if (buddy === undefined) skip(entry.source, `'${shortened(other)}' is not a valid id`);
          // `add` is synchronous: awaiting it for many millions of entries would take seconds.
          else if (additions.add({ op: 'ADD', ...owner, buddy }, entry.source)) await additions.commit();
        }
      }
    },
    () => {},
  );
  await additions.commit();
  return report;
}

interface Owner {
  readonly id: UserId;
  readonly device?: Device;
}

interface Registration extends Owner {
  readonly op: 'REG';
}

/** The registration of a foreign user, or the reason why the user cannot be registered. */
function registrationOf({ id: token, key }: ForeignUser): Registration | string {
  const id = parseId(token);
  if (id === undefined) return `'${shortened(token)}' is not a valid id`;
  if (key === undefined) return { op: 'REG', id };
  const device = parseKeyToken(key);
  // Without the key, the id would be open to everyone.
  return device === undefined ? `'${shortened(key)}' is not a valid key` : { op: 'REG', id, device };
}

/** Why a user must not be merged into the user who has the same id; `undefined` if they may be merged. */
function whyNotMerged(users: Users, { id, device }: Registration): string | undefined {
  const user = users.numberOf(id);
  if (user === -1) return `'${id}' is reserved`;
  const isSame = users.deviceOf(user)?.identity === device?.identity;
  return isSame
    ? undefined
    : `'${id}' exists, and its key differs from the imported key (one of them may have no key)`;
}

/** The user whose list is imported, with the device that may change it; `undefined` for a skipped user. */
function ownerOf(users: Users, entry: ForeignUser): Owner | undefined {
  const change = registrationOf(entry);
  if (typeof change === 'string' || whyNotMerged(users, change) !== undefined) return undefined;
  const device = users.deviceOf(users.numberOf(change.id));
  return device === undefined ? { id: change.id } : { id: change.id, device };
}

function operatorChangeOf({ mark, fields }: ForeignMark): OperatorChange | undefined {
  if (mark === REMOVED_MARK) {
    const reservation = parseReservation(fields);
    return reservation && { op: 'RESERVE', ...reservation };
  }
  const ban = parseBan(fields);
  return ban && { op: 'BAN', ban };
}

function shortened(token: string): string {
  return token.length <= SHOWN_CHARACTERS ? token : `${token.slice(0, SHOWN_CHARACTERS)}...`;
}

interface Addition extends Owner {
  readonly op: 'ADD';
  readonly buddy: UserId;
}

/**
 * Finds out why the store refused an addition. A repeated import asks for the reason of every entry.
 * Therefore each full list is converted to a set only once, and lists are compared as numbers, not as ids.
 */
class Refusals {
  readonly #store: Store;
  #fullUser = -1;
  #fullList: ReadonlySet<number> = new Set();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Why a buddy was not added; `undefined` when it is on the list already. */
  reasonOf({ id, buddy }: Addition): string | undefined {
    if (buddy === id) return `'${buddy}' cannot be on its own buddy list`;
    const { users } = this.#store;
    const other = users.numberOf(buddy);
    if (other === -1) return `'${buddy}' is not registered`;
    if (this.#isListed(users.numberOf(id), other)) return undefined;
    return `'${buddy}' does not fit: a list has at most ${MAX_BUDDIES} buddies`;
  }

  /** If the store refuses a buddy for a list that is not full, the buddy is on this list already. */
  #isListed(user: number, buddy: number): boolean {
    const list = this.#store.users.listOf(user);
    if (list.length < MAX_BUDDIES) return true;
    if (user !== this.#fullUser) {
      this.#fullUser = user;
      this.#fullList = new Set(list);
    }
    return this.#fullList.has(buddy);
  }
}

/** A committed batch. Each change has its source and its verdict at the same index. */
interface Committed<TChange> {
  readonly changes: readonly TChange[];
  readonly sources: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Changes that wait to be committed together. */
class Batch<TChange extends StoreChange> {
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
    if (this.#changes.length === 0) return;
    const [changes, sources] = [this.#changes, this.#sources];
    this.#changes = [];
    this.#sources = [];
    this.#onCommitted({ changes, sources, verdicts: await this.#store.commit(changes) });
  }
}
