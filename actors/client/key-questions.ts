/**
 * Actor logic for the questions of the client's statechart about keys: the key of an added buddy, and the
 * safety words. The tree passes the secrets to the logic by closure.
 */

import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { ServerRequest } from '../../machines/client/client-context.js';
import type { ServerReply } from '../../machines/client/events.js';
import { type StoredTrust, trustLevelOf } from '../../machines/client/pins.js';
import type { OwnWords, WordsRequest, WordsVerdict } from '../../machines/client/verification.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { type Failed, isFailed } from './key-files.js';
import type { Privacy } from './privacy.js';

/** Sends a request to the server. */
type Ask = (request: ServerRequest, signal: AbortSignal) => Promise<ServerReply>;

/**
 * Actor logic of one request to the server. After ADD, the logic pins the key that the user gave. If the user
 * gave no key, it asks the server for the key of the buddy, and pins that key.
 */
export function keyedAskLogic(ask: Ask, privacy: Privacy): PromiseActorLogic<ServerReply, ServerRequest> {
  return fromPromise(async ({ input, signal }) => {
    const reply = await ask(input, signal);
    const [user, buddy] = input.ids.map(parseId);
    if (input.op !== 'ADD' || user === undefined || buddy === undefined) return reply;
    if (privacy.keyOf(user) === undefined || (!reply.done && input.key === undefined)) return reply;
    return { ...reply, trust: await trustAfterAdding(privacy, { user, buddy, key: input.key }) };
  });
}

/** What is known about the key of a buddy that was added. */
async function trustAfterAdding(
  { keeper }: Privacy,
  { user, buddy, key }: { readonly user: UserId; readonly buddy: UserId; readonly key: ServerRequest['key'] },
): Promise<NonNullable<ServerReply['trust']>> {
  if (key !== undefined) {
    const given = await keeper.handle(user, buddy, { type: 'key.given', key });
    if (isFailed(given)) return levelOf(given);
  }
  const { who, trust } = await keeper.check(user, buddy);
  const level = levelOf(trust);
  return level === 'unknown' && who.says !== 'nothing' && who.says !== 'key' ? 'open' : level;
}

/** Actor logic that finds the user's own six words. */
export function findWordsLogic({ keeper, keyOf }: Privacy): PromiseActorLogic<OwnWords, WordsRequest> {
  return fromPromise(async ({ input: { user } }) => {
    const key = keyOf(user);
    if (key === undefined) throw new Error(`${user} has no key here`);
    return { words: await keeper.findOwnWords(user, key) };
  });
}

/** Actor logic that compares the words that the user typed. */
export function compareWordsLogic({ keeper }: Privacy): PromiseActorLogic<WordsVerdict, WordsRequest> {
  return fromPromise(async ({ input: { user, buddy, typed } }) => {
    const compared = await keeper.verify(user, buddy, typed);
    return isFailed(compared)
      ? { result: 'failed', reason: toDisplayText(compared.reason) }
      : { result: compared.result };
  });
}

function levelOf(trust: StoredTrust | Failed) {
  return isFailed(trust) ? 'unknown' : trustLevelOf(trust);
}
