/**
 * Why the server refused REG, ADD or DEL. One reply code stands for several causes: the client tells them apart
 * by what it asked for, and by the buddy list that it has.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import type { Change } from '../../protocol/request.js';

export type WhyRefused =
  | { readonly why: 'notAnId'; readonly typed: DisplayText }
  | { readonly why: 'yourself' }
  | { readonly why: 'listed'; readonly buddy: UserId }
  /** It is not on the list that the client has: that list is old, or full. */
  | { readonly why: 'listedOrFull'; readonly buddy: UserId }
  | { readonly why: 'buddyUnregistered'; readonly buddy: UserId }
  /** Logging in does not ask the server, so the user may be the one whom it does not know. */
  | { readonly why: 'someoneUnregistered'; readonly buddy: UserId; readonly user: string };

/** What a reply leaves open and the client knows; nothing for the other replies. */
export function whyRefused(
  { op, ids }: { readonly op: Change['op']; readonly ids: readonly string[] },
  reply: string,
  buddies: BuddyList,
): WhyRefused | undefined {
  const code = replyCode(reply);
  const [user = '', typed = user] = ids;
  const id = parseId(typed);
  if (code === 201 && id === undefined) return { why: 'notAnId', typed: toDisplayText(typed) };
  if (op === 'REG' || id === undefined) return undefined;
  if (code === 202) {
    // A user who has buddies is known to the server.
    if (buddies.length > 0) return { why: 'buddyUnregistered', buddy: id };
    return { why: 'someoneUnregistered', buddy: id, user };
  }
  if (code !== 201) return undefined;
  if (id === user) return { why: 'yourself' };
  if (op === 'DEL') return undefined;
  return { why: buddies.some((buddy) => buddy.id === id) ? 'listed' : 'listedOrFull', buddy: id };
}
