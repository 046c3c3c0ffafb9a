/**
 * The headless command that accepts calls, one at a time, until it is stopped.
 */

import { once } from 'node:events';
import { setInterval } from 'node:timers/promises';
import type { Call } from '../../actors/client/call-handles.js';
import { ClientError } from '../../actors/client/client-error.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { EXIT } from '../command-line.js';
import { LIST_MAY_BE_CUT } from './directory.js';
import { LineInput } from './line-input.js';
import { endChat, printMessages, reportEnd } from './messages.js';
import { type Session, unlessStopped, untilOver } from './session.js';
import { fieldsOf, protectionFields, protectionText } from './wording.js';

/**
 * Which calls to accept: all calls, calls with a buddy's id, or the calls that the user accepts when asked.
 */
export const ACCEPT_MODES = ['all', 'buddies', 'ask'] as const;
export type AcceptMode = (typeof ACCEPT_MODES)[number];

/** Interval between two readings of the block list, in milliseconds. */
const BLOCK_LIST_PERIOD_MS = 5_000;

export async function listen(session: Session, mode: AcceptMode): Promise<number> {
  const { client, output, records, stopped } = session;
  const decide = deciders[mode](session);
  // This request fails if the user is not registered: such a user would never get a call.
  const { mayBeCut } = await unlessStopped(stopped, () => client.buddies());
  // If the list was cut, a buddy who is missing from it counts as a stranger.
  if (mayBeCut && mode === 'buddies') output.notify('cut', { error: LIST_MAY_BE_CUT, mayBeCut });
  client.block(records.readBlocked());
  const port = await unlessStopped(stopped, () => client.listen());
  await output.say('listening', { port });
  if (stopped.aborted) return EXIT.done;
  const ends = new Set<Promise<void>>();
  const over = untilOver(session);
  await Promise.race([
    handleCalls(session, decide, ends),
    followBlockList(session),
    reportOtherClients(session),
    over,
  ]);
  await Promise.all(ends);
  return session.signedOut.aborted ? over : EXIT.done;
}

/** Applies the changes that another client makes to the user's block list. */
async function followBlockList({ client, records, stopped }: Session): Promise<void> {
  const ticks = setInterval(BLOCK_LIST_PERIOD_MS, undefined, { signal: stopped, ref: false });
  try {
    for await (const _tick of ticks) client.block(records.readBlocked());
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
}

/**
 * Reports the user's other clients in the same home directory. Buddies may call one of these clients instead.
 */
async function reportOtherClients({ output, records, stopped }: Session): Promise<void> {
  for await (const { pid, host } of records.otherClients(stopped)) output.notify('shared', { pid, host });
  if (!stopped.aborted) await once(stopped, 'abort');
}

/** What happens to a call. The user's answer can reject a call; a rule of this program only dismisses it. */
type Decision = 'accept' | 'reject' | 'dismiss';

type Decide = (call: Call) => Promise<Decision>;

/**
 * Handles calls one by one. A call can be handled while the connection of the previous chat is still closing.
 */
async function handleCalls(session: Session, decide: Decide, ends: Set<Promise<void>>): Promise<void> {
  for await (const call of session.client.calls) {
    const chat = await handleCall(session, call, decide);
    if (chat === undefined) continue;
    const end = endChat(chat, session.stopped)
      .then((how) => reportEnd(session.output, chat, how))
      .finally(() => ends.delete(end));
    ends.add(end);
  }
}

/**
 * Handles a call. If the call is accepted, prints the buddy's messages, and returns the chat when the buddy
 * has left it. Otherwise returns `undefined`.
 */
async function handleCall(session: Session, call: Call, decide: Decide): Promise<Chat | undefined> {
  const { output, records } = session;
  const { caller: buddy, address } = call;
  if (records.isBlocked(call)) {
    call.dismiss();
    return undefined;
  }
  const protection = protectionFields(call);
  await output.say('call', { ...fieldsOf(call), ...protection });
  const words = protectionText(protection);
  if (words !== undefined) output.hint(`The call is ${words}.`);
  const decision = await decide(call);
  if (decision !== 'accept') {
    call[decision]();
    await output.say('refused', { buddy, address });
    return undefined;
  }
  const chat = await call.accept().catch((error: ClientError) => error);
  if (chat instanceof ClientError) {
    await output.say('closed', { buddy, address, error: chat.message });
    return undefined;
  }
  await output.say('accepted', { buddy, address, ...protection });
  await printMessages(session, chat);
  return chat;
}

const deciders: Readonly<Record<AcceptMode, (session: Session) => Decide>> = {
  all: () => async () => 'accept',
  buddies: (session) => async (call) => ((await isBuddy(session, call)) ? 'accept' : 'dismiss'),
  ask: (session) => asker(session),
};

/**
 * Whether the id that the caller gives is on the user's buddy list. In a call in clear, nothing proves this
 * id. A caller without an id does not count as a buddy. A private caller needs a confirmed key to count as a
 * buddy.
 */
async function isBuddy(
  { client }: Session,
  { caller, confirmed, private: isPrivate }: Call,
): Promise<boolean> {
  if (caller === undefined || (isPrivate && !confirmed)) return false;
  try {
    return (await client.buddies()).some(({ id }) => id === caller);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'server.silent') return false;
    throw error;
  }
}

/**
 * Asks the user about each call. Drops input that arrives while no question is open, so that a late yes does
 * not accept the next caller.
 */
function asker({ output }: Session): Decide {
  let resolveAnswer: ((decision: Decision) => void) | undefined;
  let hasEnded = false;
  const read = async () => {
    for await (const line of new LineInput()) {
      if (/^y(es)?$/i.test(line.trim())) resolveAnswer?.('accept');
      else if (/^no?$/i.test(line.trim())) resolveAnswer?.('reject');
    }
    hasEnded = true;
    resolveAnswer?.('dismiss');
  };
  const reading = read();

  return async ({ over }) => {
    if (hasEnded) return 'dismiss';
    output.ask('Do you want to accept an incoming connection (y/n)?');
    const answered = new Promise<Decision>((resolve) => {
      resolveAnswer = resolve;
    });
    const dismissed = Promise.race([over, reading]).then((): Decision => 'dismiss');
    const decision = await Promise.race([answered, dismissed]);
    resolveAnswer = undefined;
    return decision;
  };
}
