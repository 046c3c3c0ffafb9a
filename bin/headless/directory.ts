/**
 * The headless commands that send requests to the server: register, add, del, buddies.
 */

import type { ServerAnswer } from '../../actors/client/create-client.js';
import { type BuddyList, stillKnown } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import { STATUS_WORDS } from '../../protocol/status.js';
import { registrationLine } from '../../terminal/registration-line.js';
import { EXIT } from '../command-line.js';
import { exitOfReply, HEADLESS_EXIT } from './exit-codes.js';
import type { Output } from './output.js';
import { type Session, unlessStopped, untilOver } from './session.js';

/** Printed for a list that fills the server's longest answer. */
export const LIST_MAY_BE_CUT = 'the buddy list may be cut: it is as long as an answer of the server can be';

/** Printed for a list without buddies. */
const LIST_IS_EMPTY = 'im-client: the buddy list is empty: add a buddy with im-client add ID BUDDY';

/** Printed after a registration with a key whose words the user has not copied. */
const WORDS_HINT =
  'The 24 words of the key bring it back if this machine is lost: im-client key words --user ID shows them.';

/** Requests a change, prints the server's reply, and returns the exit code. */
export async function change(
  { output, stopped }: Session,
  request: () => Promise<ServerAnswer>,
): Promise<number> {
  const { code, text, registration } = await unlessStopped(stopped, request);
  const key = registration?.with === 'key' ? { key: registration.key } : {};
  await output.say('reply', { code, text, ...key });
  if (registration !== undefined) output.hint(registrationLine(registration));
  if (registration?.with === 'key' && registration.remindsOfWords) output.hint(WORDS_HINT);
  return exitOfReply(code);
}

/** Prints the user's buddies. With `watch`, also prints each change, until the session is stopped. */
export async function buddies(session: Session, watch: boolean): Promise<number> {
  const { client, output, stopped } = session;
  const list = new BuddyReport(output);
  const current = await unlessStopped(stopped, () => client.buddies());
  await list.report(current);
  if (current.length === 0) output.hint(LIST_IS_EMPTY);
  if (watch && !stopped.aborted) await Promise.race([follow(session, list), untilOver(session)]);
  if (session.signedOut.aborted) return untilOver(session);
  return list.mayBeCut ? HEADLESS_EXIT.cut : EXIT.done;
}

async function follow({ client }: Session, list: BuddyReport): Promise<void> {
  for await (const current of client.watchBuddies()) await list.report(current);
}

/** Prints each buddy once, and again after each change. */
class BuddyReport {
  readonly #output: Output;
  #seen = new Map<UserId, string>();
  #mayBeCut = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** True if the last list may be cut. */
  get mayBeCut(): boolean {
    return this.#mayBeCut;
  }

  async report(current: BuddyList): Promise<void> {
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
      // A missing buddy may be beyond the end of the answer, so it is not reported as removed.
      if (!wasCut) await this.#output.say('cut', { error: LIST_MAY_BE_CUT, mayBeCut: true });
      return;
    }
    for (const id of before.keys()) {
      if (!this.#seen.has(id)) await this.#output.say('removed', { buddy: id });
    }
  }
}
