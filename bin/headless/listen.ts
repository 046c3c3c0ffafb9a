/**
 * The headless command that takes calls: one at a time, until it is stopped.
 */

import { once } from 'node:events';
import type { Call } from '../../actors/client/call-handles.js';
import { ClientError } from '../../actors/client/client-error.js';
import { EXIT } from '../command-line.js';
import { LineInput } from './line-input.js';
import { printMessages, tellEnd } from './messages.js';
import { type Session, unlessStopped } from './session.js';

/** Whose calls are taken: anybody's; those of who says it is a buddy of the user's; or as the person says. */
export const ACCEPT_MODES = ['all', 'buddies', 'ask'] as const;
export type AcceptMode = (typeof ACCEPT_MODES)[number];

export async function listen(session: Session, mode: AcceptMode): Promise<number> {
  const { client, output, records, stopped } = session;
  const decide = deciders[mode](session);
  // A user whom the server does not know would listen in vain: this says so.
  await unlessStopped(stopped, () => client.buddies());
  client.block(records.readBlocked());
  const port = await unlessStopped(stopped, () => client.listen());
  await output.say('listening', { port });
  if (!stopped.aborted) await Promise.race([takeCalls(session, decide), once(stopped, 'abort')]);
  return EXIT.done;
}

/** What becomes of a call: only a person who was asked rejects it; a rule dismisses it. */
type Decision = 'accept' | 'reject' | 'dismiss';

type Decide = (call: Call) => Promise<Decision>;

async function takeCalls(session: Session, decide: Decide): Promise<void> {
  for await (const call of session.client.calls) await take(session, call, decide);
}

async function take(session: Session, call: Call, decide: Decide): Promise<void> {
  const { output, records } = session;
  const { caller: buddy, address } = call;
  if (records.isBlocked(call)) return call.dismiss();
  await output.say('call', { buddy, address });
  const decision = await decide(call);
  if (decision !== 'accept') {
    call[decision]();
    return output.say('refused', { buddy, address });
  }
  const chat = await call.accept().catch((error: ClientError) => error);
  if (chat instanceof ClientError) return output.say('closed', { buddy, address, error: chat.message });
  await output.say('accepted', { buddy, address });
  await printMessages(session, chat);
  await tellEnd(output, chat, await chat.closed);
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
 * Asks the person. What is typed while no question is open is dropped: a yes that comes late must not be taken for
 * the next caller's.
 */
function asker({ output }: Session): Decide {
  let answer: ((isYes: boolean) => void) | undefined;
  let hasEnded = false;
  const read = async () => {
    for await (const line of new LineInput()) {
      if (/^y(es)?$/i.test(line.trim())) answer?.(true);
      else if (/^no?$/i.test(line.trim())) answer?.(false);
    }
    hasEnded = true;
    answer?.(false);
  };
  const reading = read();

  return async ({ over }) => {
    if (hasEnded) return 'dismiss';
    output.ask('Do you want to accept an incoming connection (y/n)?');
    const answered = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    const isYes = await Promise.race([answered, over.then(() => false), reading.then(() => false)]);
    answer = undefined;
    return isYes ? 'accept' : 'reject';
  };
}
