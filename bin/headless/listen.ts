/**
 * The headless command that takes calls: one at a time, until it is stopped.
 */

import { once } from 'node:events';
import { setInterval } from 'node:timers/promises';
import type { Call } from '../../actors/client/call-handles.js';
import { ClientError } from '../../actors/client/client-error.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { EXIT } from '../command-line.js';
import { LIST_MAY_BE_CUT } from './directory.js';
import { LineInput } from './line-input.js';
import { endOf, printMessages, tellEnd } from './messages.js';
import { type Session, unlessStopped } from './session.js';
import { fieldsOf } from './wording.js';

/** Whose calls are taken: anybody's; those of callers that claim a buddy's id; or as the person says. */
export const ACCEPT_MODES = ['all', 'buddies', 'ask'] as const;
export type AcceptMode = (typeof ACCEPT_MODES)[number];

/** How often the block list is read, in milliseconds. */
const BLOCK_LIST_PERIOD_MS = 5_000;

export async function listen(session: Session, mode: AcceptMode): Promise<number> {
  const { client, output, records, stopped } = session;
  const decide = deciders[mode](session);
  // A user whom the server does not know would listen in vain: this says so.
  const { mayBeCut } = await unlessStopped(stopped, () => client.buddies());
  // A buddy beyond the end of the answer is taken for a stranger.
  if (mayBeCut && mode === 'buddies') output.notify('cut', { error: LIST_MAY_BE_CUT, mayBeCut });
  client.block(records.readBlocked());
  const port = await unlessStopped(stopped, () => client.listen());
  await output.say('listening', { port });
  if (!stopped.aborted) {
    const stop = once(stopped, 'abort');
    const ends = new Set<Promise<void>>();
    await Promise.race([
      takeCalls(session, decide, ends),
      followBlockList(session),
      tellOtherClients(session),
      stop,
    ]);
    await Promise.all(ends);
  }
  return EXIT.done;
}

/** Takes over what the user blocks and unblocks meanwhile, with another client. */
async function followBlockList({ client, records, stopped }: Session): Promise<void> {
  const ticks = setInterval(BLOCK_LIST_PERIOD_MS, undefined, { signal: stopped, ref: false });
  try {
    for await (const _tick of ticks) client.block(records.readBlocked());
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
}

/** Tells of other clients of this home that the server may send buddies to. */
async function tellOtherClients({ output, records, stopped }: Session): Promise<void> {
  for await (const { pid, host } of records.otherClients(stopped)) output.notify('shared', { pid, host });
  if (!stopped.aborted) await once(stopped, 'abort');
}

/** What becomes of a call: only a person who was asked rejects it; a rule dismisses it. */
type Decision = 'accept' | 'reject' | 'dismiss';

type Decide = (call: Call) => Promise<Decision>;

/** A chat that is over may still be closing while the next call is taken. */
async function takeCalls(session: Session, decide: Decide, ends: Set<Promise<void>>): Promise<void> {
  for await (const call of session.client.calls) {
    const chat = await take(session, call, decide);
    if (chat === undefined) continue;
    const end = endOf(chat, session.stopped).then((how) => tellEnd(session.output, chat, how));
    ends.add(end);
    end.finally(() => ends.delete(end));
  }
}

/** Takes a call and prints what the buddy says; returns the chat when the buddy has left it. */
async function take(session: Session, call: Call, decide: Decide): Promise<Chat | undefined> {
  const { output, records } = session;
  const { caller: buddy, address } = call;
  if (records.isBlocked(call)) {
    call.dismiss();
    return undefined;
  }
  await output.say('call', fieldsOf(call));
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
  await output.say('accepted', { buddy, address });
  await printMessages(session, chat);
  return chat;
}

const deciders: Readonly<Record<AcceptMode, (session: Session) => Decide>> = {
  all: () => async () => 'accept',
  buddies: (session) => async (call) => ((await isBuddy(session, call)) ? 'accept' : 'dismiss'),
  ask: (session) => asker(session),
};

/** By the id that the caller says it has. Nothing proves it; who says none is nobody's buddy. */
async function isBuddy({ client }: Session, { caller }: Call): Promise<boolean> {
  if (caller === undefined) return false;
  try {
    return (await client.buddies()).some(({ id }) => id === caller);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'server.silent') return false;
    throw error;
  }
}

/**
 * Asks the person. What is typed while no question is open is dropped: a yes that comes late must not be
 * taken for the next caller's.
 */
function asker({ output }: Session): Decide {
  let answer: ((decision: Decision) => void) | undefined;
  let hasEnded = false;
  const read = async () => {
    for await (const line of new LineInput()) {
      if (/^y(es)?$/i.test(line.trim())) answer?.('accept');
      else if (/^no?$/i.test(line.trim())) answer?.('reject');
    }
    hasEnded = true;
    answer?.('dismiss');
  };
  const reading = read();

  return async ({ over }) => {
    if (hasEnded) return 'dismiss';
    output.ask('Do you want to accept an incoming connection (y/n)?');
    const answered = new Promise<Decision>((resolve) => {
      answer = resolve;
    });
    const dismissed = Promise.race([over, reading]).then((): Decision => 'dismiss');
    const decision = await Promise.race([answered, dismissed]);
    answer = undefined;
    return decision;
  };
}
