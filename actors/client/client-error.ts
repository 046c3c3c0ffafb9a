/**
 * Why a client that a program uses could not do what it was asked.
 */

import { toDisplayText } from '../../protocol/display-text.js';

/**
 * - `id.invalid`: what was given is no id; `user.missing`: the client was made without a user;
 * - `server.unreachable`: it could not be asked, or its reply is none; `server.silent`: it did not answer a
 *   GET: the message says whether it is down, or the user is not registered with it;
 * - `port.unavailable`: calls cannot be taken on that port;
 * - `client.busy`: another call or chat is under way; `client.closed`: the client has ended, or its actor
 *   crashed;
 * - `buddy.unknown`: not on the user's list; `list.cut`: not on what the server sent of a list that may be cut;
 *   `buddy.offline`, `buddy.unreachable`, `buddy.refused`, `buddy.unanswered`: what became of a call;
 * - `call.over`: the caller hung up, or was answered before, or waited too long;
 * - `chat.broken`: the chat is closed, and the line was not sent; `chat.stalled`: the buddy does not read;
 *   `chat.full`: too many lines wait to be sent.
 */
export type ClientErrorCode =
  | 'id.invalid'
  | 'user.missing'
  | 'server.unreachable'
  | 'server.silent'
  | 'port.unavailable'
  | 'client.busy'
  | 'client.closed'
  | 'buddy.unknown'
  | 'list.cut'
  | 'buddy.offline'
  | 'buddy.unreachable'
  | 'buddy.refused'
  | 'buddy.unanswered'
  | 'call.over'
  | 'chat.broken'
  | 'chat.stalled'
  | 'chat.full';

/** An error with a code to decide by, and a message, safe to show, for people. */
export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(toDisplayText(message), { cause });
  }
}
