/**
 * The errors that the client library rejects with.
 */

import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';

/**
 * - `id.invalid`: the given id is not valid; `user.missing`: the client was created without a user;
 * - `server.unreachable`: the server could not be asked, or its reply is not valid; `server.silent`: the
 *   server did not answer a GET; the message says whether it is down, or does not know the user;
 * - `server.changed`: the server at a known address has a key other than the known key, and nothing was sent;
 *   `server.busy`: a server that keeps keys accepts no connection at present; `server.unreadable`: the file
 *   with the keys of servers cannot be read, and nothing was sent;
 * - `key.missing`: the id has a key, which is not on this machine; `key.unreadable`: the file of the key
 *   cannot be read; `key.revoked`: the user has shut out this machine; `key.denied`: at the server, the id
 *   has a different key, or none. A request that fails with one of these four codes was not executed;
 * - `user.elsewhere`: the user has signed in through another client, and this client no longer announces the
 *   user;
 *   `user.banned`: the operator of the server has banned the user, or the address of this machine;
 *   `user.deleted`: the user was deleted, and is no longer registered with the server;
 * - `port.unavailable`: the client cannot listen on that port;
 * - `client.busy`: another call or chat is in progress; `client.closed`: the client has ended, or the actor
 *   that handled the request crashed;
 * - `buddy.unknown`: the buddy is not on the user's list; `list.cut`: the buddy is not on the received list,
 *   but the server may have cut that list;
 * - `buddy.offline`, `buddy.unreachable`, `buddy.refused`, `buddy.unanswered`: the call failed for the reason
 *   that the code names;
 * - `key.changed`: the server names a new key for the buddy, or the known key is not readable;
 *   `call.not-private`: the call could not be private, and nothing was sent;
 * - `call.over`: the caller hung up or waited too long, or the call was answered already;
 * - `chat.broken`: the chat is closed, and the line was not sent; `chat.stalled`: the buddy does not read;
 *   `chat.full`: too many lines wait to be sent.
 */
export type ClientErrorCode =
  | 'id.invalid'
  | 'user.missing'
  | 'server.unreachable'
  | 'server.silent'
  | 'server.changed'
  | 'server.busy'
  | 'server.unreadable'
  | 'key.missing'
  | 'key.unreadable'
  | 'key.revoked'
  | 'key.denied'
  | 'user.elsewhere'
  | 'user.banned'
  | 'user.deleted'
  | 'port.unavailable'
  | 'client.busy'
  | 'client.closed'
  | 'buddy.unknown'
  | 'list.cut'
  | 'buddy.offline'
  | 'buddy.unreachable'
  | 'buddy.refused'
  | 'buddy.unanswered'
  | 'key.changed'
  | 'call.not-private'
  | 'call.over'
  | 'chat.broken'
  | 'chat.stalled'
  | 'chat.full';

/** An error with a code for programs, and a message for people that is safe to show. */
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

/** The error when a server that keeps keys accepts no connection at present. */
export function busyError(cause?: unknown): ClientError {
  return new ClientError('server.busy', 'the server is busy: try again in a minute', cause);
}

/** The error when the key of an id is not on this machine. */
export function missingError(id: UserId): ClientError {
  return new ClientError(
    'key.missing',
    `${id} has a key, which is not on this machine; to bring it back: im-client key restore --user ${id}`,
  );
}

/** The error when the user has shut out this machine. */
export function revokedError(id: UserId): ClientError {
  return new ClientError(
    'key.revoked',
    `the key of ${id} on this machine was revoked; to bring it back: im-client key restore --user ${id}`,
  );
}
