/**
 * The exit codes of the headless commands: one for each cause that a script may want to tell from others.
 * They never change their meaning.
 */

import type { ClientErrorCode } from '../../actors/client/client-error.js';
import { EXIT } from '../command-line.js';

/** Beside those that all of the programs have. */
export const HEADLESS_EXIT = {
  noServer: 3,
  offline: 10,
  unreachable: 11,
  refused: 12,
  unanswered: 13,
  unknown: 14,
  broken: 15,
  cut: 16,
} as const;

/** What a help text and the manual say of them. */
export const EXIT_CODE_HELP = `
Exit codes of the commands:
   0  done
   1  something unexpected, or interrupted
   2  a mistake on the command line
   3  the server could not be reached, or is silent
   4  201 INVALID: no such id, yourself, or on the list already
   5  202 NO SUCH USER
   6  203 USER EXISTS
   7  204, 205 or 206: denied, unavailable, busy
  10  the buddy is offline
  11  the buddy could not be reached
  12  the buddy refused
  13  the buddy did not answer
  14  not on the buddy list
  15  the chat broke, or ended before everything was sent and confirmed
  16  the buddy list may be cut, and what was asked for may be missing`;

const OF_REPLY: Readonly<Record<number, number>> = {
  200: EXIT.done,
  201: 4,
  202: 5,
  203: 6,
  204: 7,
  205: 7,
  206: 7,
};

/** The exit code for what the server answered to REG, ADD or DEL. */
export function exitOfReply(code: number): number {
  return OF_REPLY[code] ?? EXIT.failed;
}

const OF_ERROR: Readonly<Partial<Record<ClientErrorCode, number>>> = {
  'server.unreachable': HEADLESS_EXIT.noServer,
  'server.silent': HEADLESS_EXIT.noServer,
  'buddy.offline': HEADLESS_EXIT.offline,
  'buddy.unreachable': HEADLESS_EXIT.unreachable,
  'buddy.refused': HEADLESS_EXIT.refused,
  'buddy.unanswered': HEADLESS_EXIT.unanswered,
  'buddy.unknown': HEADLESS_EXIT.unknown,
  'list.cut': HEADLESS_EXIT.cut,
};

/** The exit code for what the client could not do. */
export function exitOfError(code: ClientErrorCode): number {
  return OF_ERROR[code] ?? EXIT.failed;
}
