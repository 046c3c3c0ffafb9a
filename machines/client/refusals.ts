/**
 * Finds out why the server refused REG, ADD or DEL. A reply code has several possible causes. The client
 * finds the cause from its request and its buddy list.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { type BanNotice, parseBanReply } from '../../protocol/reply-details.js';
import type { Change } from '../../protocol/request.js';

export type WhyRefused =
  /** The operator of the server has banned the id, or the address of this machine. */
  | { readonly why: 'banned'; readonly ban: BanNotice; readonly user: string }
  | { readonly why: 'notAnId'; readonly typed: DisplayText }
  | { readonly why: 'yourself' }
  | { readonly why: 'listed'; readonly buddy: UserId }
  /**
   * The refused buddy is not on the client's list. Either the client's list is outdated, or the list on the
   * server is full.
   */
  | { readonly why: 'listedOrFull'; readonly buddy: UserId }
  | { readonly why: 'buddyUnregistered'; readonly buddy: UserId }
  /** The user or the buddy is not registered. Login does not check whether the user is registered. */
  | { readonly why: 'someoneUnregistered'; readonly buddy: UserId; readonly user: string };

/** Finds the cause of a refusal. Returns `undefined` if the reply says enough or the cause is unknown. */
export function whyRefused(
  { op, ids }: { readonly op: Change['op']; readonly ids: readonly string[] },
  reply: string,
  buddies: BuddyList,
): WhyRefused | undefined {
  const code = replyCode(reply);
  const ban = parseBanReply(reply);
  const [user = '', typed = user] = ids;
  const id = parseId(typed);
  if (ban !== undefined) return { why: 'banned', ban, user };
  if (code === 201 && id === undefined) return { why: 'notAnId', typed: toDisplayText(typed) };
  if (op === 'REG' || id === undefined) return undefined;
  if (code === 202) {
    // A user who has buddies is registered.
    if (buddies.length > 0) return { why: 'buddyUnregistered', buddy: id };
    return { why: 'someoneUnregistered', buddy: id, user };
  }
  if (code !== 201) return undefined;
  if (id === user) return { why: 'yourself' };
  if (op === 'DEL') return undefined;
  return { why: buddies.some((buddy) => buddy.id === id) ? 'listed' : 'listedOrFull', buddy: id };
}
