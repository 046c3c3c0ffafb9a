/**
 * The headless commands that ask the server: register, add, del, buddies.
 */

import { once } from 'node:events';
import type { ServerAnswer } from '../../actors/client/create-client.js';
import { type BuddyList, stillKnown } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import { STATUS_WORDS } from '../../protocol/status.js';
import { EXIT } from '../command-line.js';
import { exitOfReply, HEADLESS_EXIT } from './exit-codes.js';
import type { Output } from './output.js';
import { type Session, unlessStopped } from './session.js';

/** Said of a list that is as long as an answer of the server can be. */
export const LIST_MAY_BE_CUT = 'the buddy list may be cut: it is as long as an answer of the server can be';

/** Said of a list that has no buddies. */
const LIST_IS_EMPTY = 'im-client: the buddy list is empty: im-client add ID BUDDY puts a user on it';

/** Tells what the server answered to a change. */
export async function change(
  { output, stopped }: Session,
  ask: () => Promise<ServerAnswer>,
): Promise<number> {
  const { code, text } = await unlessStopped(stopped, ask);
  await output.say('reply', { code, text });
  return exitOfReply(code);
}

/** Lists the user's buddies; with `watch`, whoever changes from then on too, until it is stopped. */
export async function buddies(session: Session, watch: boolean): Promise<number> {
  const { client, output, stopped } = session;
  const list = new BuddyReport(output);
  const current = await unlessStopped(stopped, () => client.buddies());
  await list.tell(current);
  if (current.length === 0) output.hint(LIST_IS_EMPTY);
  if (watch && !stopped.aborted) await Promise.race([follow(session, list), once(stopped, 'abort')]);
  return list.mayBeCut ? HEADLESS_EXIT.cut : EXIT.done;
}

async function follow({ client }: Session, list: BuddyReport): Promise<void> {
  for await (const current of client.watchBuddies()) await list.tell(current);
}

/** Tells of each buddy, and again when it has changed. */
class BuddyReport {
  readonly #output: Output;
  #seen = new Map<UserId, string>();
  #mayBeCut = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** True where the last list may be cut. */
  get mayBeCut(): boolean {
    return this.#mayBeCut;
  }

  async tell(current: BuddyList): Promise<void> {
    const before = this.#seen;
    this.#seen = stillKnown(before, current);
    for (const buddy of current) {
      const { id, status, endpoint } = buddy;
      const seen = JSON.stringify(buddy);
      this.#seen.set(id, seen);
      if (before.get(id) === seen) continue;
      await this.#output.say('buddy', {
        buddy: id,
        status: STATUS_WORDS[status],
        code: status,
        ...endpoint,
      });
    }
    const wasCut = this.#mayBeCut;
    this.#mayBeCut = current.mayBeCut === true;
    if (this.#mayBeCut) {
      // What is missing may stand beyond the end of the answer: it is not said to be removed.
      if (!wasCut) await this.#output.say('cut', { error: LIST_MAY_BE_CUT, mayBeCut: true });
      return;
    }
    for (const id of before.keys()) {
      if (!this.#seen.has(id)) await this.#output.say('removed', { buddy: id });
    }
  }
}
