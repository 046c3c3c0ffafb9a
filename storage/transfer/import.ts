/**
 * Taking over users and lists from elsewhere.
 *
 * They are registered and added as if somebody asked for it, in groups, each of which is durable before the
 * next. So an import that was interrupted is simply done again: what is there already is passed over.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import { MAX_BUDDIES, type Store } from '../store.js';
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

  const registrations = new Group(store, async (replies) => {
    for (const { reply, at } of replies) {
      if (reply === 200) report.users += 1;
      else if (reply === 203) report.usersBefore += 1;
      else skip(at, 'there is no room for one more user');
    }
    onProgress('users', report.users + report.usersBefore);
  });
  await readUsers(async (users) => {
    for (const { id: token, at } of users) {
      const id = parseId(token);
      if (id === undefined) skip(at, `'${shortened(token)}' is no id`);
      else await registrations.add({ op: 'REG', id }, at);
    }
  }, skip);
  await registrations.finish();

  const additions = new Group<Addition>(store, async (replies) => {
    for (const { change, reply, at } of replies) {
      const reason = reply === 200 ? undefined : whyNot(store, change);
      if (reply === 200) report.buddies += 1;
      else if (reason === undefined) report.buddiesBefore += 1;
      else skip(at, reason);
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
          else await additions.add({ op: 'ADD', id, buddy }, at);
        }
      }
    },
    () => {},
  );
  await additions.finish();
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

/** Why a buddy is not added; `undefined` when it is on the list already. */
function whyNot(store: Store, { id, buddy }: Addition): string | undefined {
  if (buddy === id) return `'${buddy}' is the user, and nobody's own buddy`;
  if (store.users.buddiesOf(buddy) === undefined) return `'${buddy}' is nobody's id`;
  const list = store.users.buddiesOf(id);
  if (list?.includes(buddy)) return undefined;
  return `'${buddy}' would be one more than the ${MAX_BUDDIES} that a list has room for`;
}

interface Replied<TChange> {
  readonly change: TChange;
  readonly at: string;
  readonly reply: number;
}

/** Changes that wait to be made durable together. */
class Group<TChange extends Change> {
  readonly #store: Store;
  readonly #onReplies: (replies: readonly Replied<TChange>[]) => Promise<void>;
  #waiting: { readonly change: TChange; readonly at: string }[] = [];

  constructor(store: Store, onReplies: (replies: readonly Replied<TChange>[]) => Promise<void>) {
    this.#store = store;
    this.#onReplies = onReplies;
  }

  async add(change: TChange, at: string): Promise<void> {
    this.#waiting.push({ change, at });
    if (this.#waiting.length === GROUP_CHANGES) await this.finish();
  }

  async finish(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    const replies = await this.#store.commit(group.map(({ change }) => change));
    await this.#onReplies(group.map((each, index) => ({ ...each, reply: replies[index] as number })));
  }
}
