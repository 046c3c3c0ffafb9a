/**
 * The headless commands that send requests to the server: register, add, del, buddies.
 */

import type { ServerAnswer } from '../../actors/client/create-client.js';
import type { AddedTrust } from '../../machines/client/pins.js';
import { type BuddyList, stillKnown } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import { STATUS_WORDS } from '../../protocol/status.js';
import { banLine } from '../../terminal/ban-words.js';
import { addedLine, TRUST_WORDS } from '../../terminal/key-words.js';
import { registrationLine } from '../../terminal/registration-line.js';
import { EXIT } from '../command-line.js';
import { exitOfReply, HEADLESS_EXIT } from './exit-codes.js';
import type { Output } from './output.js';
import { type Session, unlessStopped, untilOver } from './session.js';
import type { Fields } from './wording.js';

/** Printed when a list fills the longest answer that the server can send. */
export const LIST_MAY_BE_CUT = 'the buddy list may be cut: it is as long as an answer of the server can be';

/** Printed for a list without buddies. */
const LIST_IS_EMPTY = 'im-client: the buddy list is empty: add a buddy with im-client add ID BUDDY';

/** Registers an id, prints the server's reply, and returns the exit code. */
export async function register(session: Session, id: UserId): Promise<number> {
  const { output, client } = session;
  const { code, registration } = await request(session, () => client.register(id));
  if (registration !== undefined) output.hint(registrationLine(registration));
  if (registration?.with === 'key' && registration.remindsOfWords) output.hint(wordsHint(id));
  return exitOfReply(code);
}

/** Printed after a registration with a key whose words the user has not copied. */
function wordsHint(id: UserId): string {
  return `If this machine is lost, the 24 words restore the key. Copy them: im-client key words --user ${id}`;
}

/**
 * Adds a buddy, prints the server's reply, and returns the exit code.
 *
 * @param text The text that the user typed: the buddy's id, or the id and its key as `bob#KEY`.
 */
export async function add(session: Session, buddy: UserId, text: string): Promise<number> {
  const { output, client } = session;
  const { code, trust } = await request(session, () => client.add(text));
  if (trust !== undefined) output.hint(addedLine(buddy, trust));
  else if (text !== buddy) output.hint(`You have no key on this machine: the key of ${buddy} is not used.`);
  return exitOfReply(code);
}

/** Deletes a buddy, prints the server's reply, and returns the exit code. */
export async function del(session: Session, buddy: UserId): Promise<number> {
  const { code } = await request(session, () => session.client.del(buddy));
  return exitOfReply(code);
}

/** Makes a request, and prints the server's reply. */
async function request(
  { output, stopped, user }: Session,
  work: () => Promise<ServerAnswer>,
): Promise<ServerAnswer> {
  const answer = await unlessStopped(stopped, work);
  const { code, text, ban, registration, trust } = answer;
  const key = registration?.with === 'key' ? { key: registration.key } : {};
  await output.say('reply', { code, text, ...key, ...stateField(trust) });
  if (ban !== undefined) output.hint(banLine(ban, user));
  return answer;
}

/** The field that says what is known about the key of a buddy. Returns no field if nothing is known. */
function stateField(trust: AddedTrust | undefined): Fields {
  return trust === undefined || trust === 'unknown' ? {} : { state: TRUST_WORDS[trust] };
}

/** Prints the user's buddies. With `watch`, also prints each change, until the session is stopped. */
export async function buddies(session: Session, watch: boolean): Promise<number> {
  const { client, output, stopped } = session;
  const list = new BuddyReport(session);
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
  readonly #client: Session['client'];
  #seen = new Map<UserId, string>();
  #mayBeCut = false;

  constructor({ output, client }: Pick<Session, 'output' | 'client'>) {
    this.#output = output;
    this.#client = client;
  }

  /** True if the last list may be cut. */
  get mayBeCut(): boolean {
    return this.#mayBeCut;
  }

  async report(current: BuddyList): Promise<void> {
    const before = this.#seen;
    this.#seen = stillKnown(before, current);
    const trust = await this.#client.trust();
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
        ...stateField(trust.get(id)),
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
