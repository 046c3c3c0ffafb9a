/**
 * The texts about bans and deleted users.
 */

import type { UserId } from '../protocol/id.js';
import type { BanNotice } from '../protocol/reply-details.js';
import { clockDate, clockTime } from './presence-lines.js';

const MINUTE_MS = 60_000;

/**
 * Returns a text that says what is banned, and until when: `the operator of the server has banned alice until
 * 2026-12-24 18:00. Only the operator can lift the ban`. The text does not end with a full stop.
 *
 * @param user The user of the request, if there is one.
 */
export function banText({ banned, untilMs }: BanNotice, user: string | undefined): string {
  const what = banned === 'id' ? (user ?? 'this id') : 'the address of this machine';
  const endMs = untilMs && Math.ceil(untilMs / MINUTE_MS) * MINUTE_MS;
  const until = endMs === undefined ? '' : ` until ${clockDate(endMs)} ${clockTime(endMs)}`;
  return `the operator of the server has banned ${what}${until}. Only the operator can lift the ban`;
}

/** Returns the text of {@link banText} as a line for the screen, with a capital and a full stop. */
export function banLine(ban: BanNotice, user: string | undefined): string {
  const text = banText(ban, user);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Returns a text that says that a user was deleted. The text does not end with a full stop. */
export function deletedText(user: UserId): string {
  return `${user} is no longer registered with the server: the id was deleted`;
}
