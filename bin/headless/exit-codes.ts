/**
 * The exit codes of the headless commands: one for each cause that a script may need to distinguish. Their
 * meanings never change.
 */

import type { ClientErrorCode } from '../../actors/client/client-error.js';
import { EXIT } from '../command-line.js';

/** Exit codes in addition to those that both programs share. */
export const HEADLESS_EXIT = {
  noServer: 3,
  offline: 10,
  unreachable: 11,
  refused: 12,
  unanswered: 13,
  unknown: 14,
  broken: 15,
  cut: 16,
  elsewhere: 17,
  serverChanged: 18,
  noKey: 19,
  notPrivate: 20,
  keyChanged: 21,
  wrongWords: 22,
} as const;

/** The exit codes as the help shows them. docs/scripting.md has the same codes. */
export const EXIT_CODE_HELP = `
Exit codes of the commands:
   0  done
   1  an unexpected error, or interrupted
   2  a mistake on the command line
   3  the server could not be reached, or did not answer
   4  201 INVALID: an invalid id, your own id, or a buddy already on the list
   5  202 NO SUCH USER, or the user was deleted
   6  203 USER EXISTS
   7  204 DENIED (also a ban by the operator), 205 UNAVAILABLE or 206 BUSY
  10  the buddy is offline
  11  the buddy could not be reached
  12  the buddy refused the call
  13  the buddy did not answer the call
  14  the buddy is not on the buddy list
  15  the chat broke, or ended before every message was sent and confirmed
  16  the buddy list may be cut, and the buddy may be missing from it
  17  the user has signed in elsewhere
  18  the server presented another key than the known one, and nothing was sent
  19  the key of the id is not on this machine, or is no longer accepted
  20  the call could not be private, and nothing was sent
  21  the buddy's key has changed, or is not readable
  22  the typed words are wrong`;

const REPLY_EXIT: Readonly<Record<number, number>> = {
  200: EXIT.done,
  201: 4,
  202: 5,
  203: 6,
  204: 7,
  205: 7,
  206: 7,
};

/** The exit code for the server's reply to REG, ADD or DEL. */
export function exitOfReply(code: number): number {
  return REPLY_EXIT[code] ?? EXIT.failed;
}

const ERROR_EXIT: Readonly<Partial<Record<ClientErrorCode, number>>> = {
  'server.unreachable': HEADLESS_EXIT.noServer,
  'server.silent': HEADLESS_EXIT.noServer,
  'server.busy': HEADLESS_EXIT.noServer,
  'server.changed': HEADLESS_EXIT.serverChanged,
  'server.unreadable': HEADLESS_EXIT.serverChanged,
  'key.missing': HEADLESS_EXIT.noKey,
  'key.unreadable': HEADLESS_EXIT.noKey,
  'key.revoked': HEADLESS_EXIT.noKey,
  'key.denied': HEADLESS_EXIT.noKey,
  'user.banned': exitOfReply(204),
  'user.deleted': exitOfReply(202),
  'user.elsewhere': HEADLESS_EXIT.elsewhere,
  'buddy.offline': HEADLESS_EXIT.offline,
  'buddy.unreachable': HEADLESS_EXIT.unreachable,
  'buddy.refused': HEADLESS_EXIT.refused,
  'buddy.unanswered': HEADLESS_EXIT.unanswered,
  'buddy.unknown': HEADLESS_EXIT.unknown,
  'list.cut': HEADLESS_EXIT.cut,
  'call.not-private': HEADLESS_EXIT.notPrivate,
  'key.changed': HEADLESS_EXIT.keyChanged,
};

/** The exit code for an error of the client. */
export function exitOfError(code: ClientErrorCode): number {
  return ERROR_EXIT[code] ?? EXIT.failed;
}
