/**
 * Actor logic that answers the questions of the statechart about keys: the key of an added buddy, and the
 * safety words. The tree passes the secrets to the logic by closure.
 */

import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { ServerRequest } from '../../machines/client/client-context.js';
import type { ServerReply } from '../../machines/client/events.js';
import type { OwnWords, WordsRequest, WordsVerdict } from '../../machines/client/verification.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { parseId } from '../../protocol/id.js';
import { isFailed } from './key-files.js';
import type { Privacy } from './privacy.js';

/** Sends a request to the server. */
type Ask = (request: ServerRequest, signal: AbortSignal) => Promise<ServerReply>;

/**
 * Actor logic of one request to the server. After a successful ADD, the logic asks the server for the key of
 * the buddy, and pins it. If the user gave a key, the logic pins that key instead, whatever the server
 * replied to ADD.
 */
export function keyedAskLogic(ask: Ask, privacy: Privacy): PromiseActorLogic<ServerReply, ServerRequest> {
  return fromPromise(async ({ input, signal }) => {
    const reply = await ask(input, signal);
    const [user, buddy] = input.ids.map(parseId);
    if (input.op !== 'ADD' || user === undefined || buddy === undefined) return reply;
    if (!reply.done && input.key === undefined) return reply;
    const trust = await privacy.checkAdded(user, { id: buddy, key: input.key });
    return { ...reply, ...(trust && { trust }) };
  });
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
