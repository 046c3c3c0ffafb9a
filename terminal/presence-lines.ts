/**
 * The lines that show buddies, their presence, and missed calls.
 */

import { type Caller, callerName } from '../machines/client/callers.js';
import type { LastSeen } from '../machines/client/last-seen.js';
import type { StatusShown } from '../machines/client/notices.js';
import type { BuddyTrusts } from '../machines/client/pins.js';
import type { Buddy, BuddyList } from '../protocol/buddy-list.js';
import type { UserId } from '../protocol/id.js';
import { STATUS_WORDS, type Status } from '../protocol/status.js';
import { TRUST_WORDS } from './key-words.js';
import { clipLine } from './layout.js';

/** Sort order: buddies who are online come first. */
const ORDER: Readonly<Record<Status, number>> = { 100: 0, 102: 1, 101: 2 };

/** The maximum number of columns to which ids are padded. */
const MAX_ID_COLUMNS = 24;

/** The maximum number of columns for the id and `, away` before the short menu, in a line of 80 columns. */
const MAX_MENU_USER_COLUMNS = 14;

/** The short menu, for a user who has seen the full one. The capitals are the keys to press. */
export const MENU_REMINDER = 'Register Login Add Delete Message Status aWay History Block eXit';

/** Shown below a buddy list that fills the longest possible answer of the server. */
const LIST_MAY_BE_CUT = '(The list may be cut: it is as long as an answer of the server can be.)';

/** The short menu for a user who has a key. It abbreviates words to make room for Verify. */
const KEYED_MENU_REMINDER = 'Register Login Add Del Msg Status aWay History Block Verify eXit';

/** The user's id and the menu, in one line. */
export function menuLine(user: UserId, isAway: boolean, isKeyed = false): string {
  const reminder = isKeyed ? KEYED_MENU_REMINDER : MENU_REMINDER;
  const away = isAway ? ', away' : '';
  return `${clipLine(user, MAX_MENU_USER_COLUMNS - away.length)}${away}: ${reminder}`;
}

/** A local time of day: `14:05`. */
export function clockTime(atMs: number): string {
  const date = new Date(atMs);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** A local date: `2026-11-26`. */
export function clockDate(atMs: number): string {
  const date = new Date(atMs);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** The lines above the menu's prompt: the user with the short menu, missed calls, and buddies. */
export function statusLines({ user, isAway, buddies, lastSeen, missed, trust }: StatusShown): string[] {
  const columns = Math.min(Math.max(0, ...buddies.map(({ id }) => id.length)), MAX_ID_COLUMNS);
  const sorted = buddies.toSorted((one, other) => ORDER[one.status] - ORDER[other.status]);
  const rows = sorted.map(
    (buddy) => `  ${buddy.id.padEnd(columns)}  ${presenceOf(buddy, lastSeen)}${trustOf(buddy, trust, ', ')}`,
  );
  return [
    ...(user === undefined ? [] : [menuLine(user, isAway, trust !== undefined)]),
    ...missedLines(missed),
    ...(rows.length > 0 ? [buddies.mayBeCut ? 'Your buddies (the list may be cut):' : 'Your buddies:'] : []),
    ...rows,
  ];
}

/**
 * The buddy list from the server: a line for each buddy, with fields separated by tabs.
 *
 * @param trust What is known about the keys of the buddies, if it is to be shown.
 */
export function buddyListLines(buddies: BuddyList, lastSeen: LastSeen, trust?: BuddyTrusts): string[] {
  const rows = buddies.map((buddy) => {
    const { id, status, endpoint } = buddy;
    const seen = status === 101 ? lastSeen.get(id) : undefined;
    return [
      id,
      STATUS_WORDS[status],
      endpoint?.address ?? 'unknown',
      endpoint?.port ?? 'unknown',
      ...(seen === undefined ? [] : [`last seen ${clockTime(seen)}`]),
    ]
      .join('\t')
      .concat(trustOf(buddy, trust, '\t'));
  });
  return ['My buddy list:', ...rows, ...(buddies.mayBeCut ? [LIST_MAY_BE_CUT] : [])];
}

/** The name of a caller. The caller's address, or other facts, may follow in parentheses. */
export function callerLabel(call: Pick<Caller, 'caller' | 'address' | 'hint'>): string {
  if (call.caller !== undefined) return `${call.caller} (${call.address})`;
  return callerName(call) + hintOf(call);
}

/** What is known about a caller who gave no usable id, in parentheses. Empty if nothing is known. */
export function hintOf({ hint }: Pick<Caller, 'hint'>): string {
  if (hint === undefined) return '';
  if ('claims' in hint) return ` (calls itself ${hint.claims}, your id)`;
  const [first, ...others] = hint.buddiesThere;
  return others.length === 0 ? ` (${first}'s address)` : ` (the address of ${hint.buddiesThere.join(', ')})`;
}

/** A line for each missed call. */
export function missedLines(missed: StatusShown['missed']): string[] {
  return missed.map((call) => {
    return `Missed call from ${callerLabel(call)} at ${clockTime(call.atMs)}.`;
  });
}

/** What is known about the key of a buddy, after a separator; empty if nothing is known. */
function trustOf({ id }: Buddy, trust: BuddyTrusts | undefined, separator: string): string {
  const known = trust?.get(id);
  return known === undefined ? '' : `${separator}${TRUST_WORDS[known]}`;
}

function presenceOf({ id, status }: Buddy, lastSeen: LastSeen): string {
  const word = STATUS_WORDS[status].toLowerCase();
  const seen = status === 101 ? lastSeen.get(id) : undefined;
  return seen === undefined ? word : `${word}, last seen ${clockTime(seen)}`;
}
