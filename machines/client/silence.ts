/**
 * Why the server does not answer over UDP. The server drops the datagrams of a user whom it does not know, so
 * silence has several possible causes. A request over TCP distinguishes them.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import { replyCode } from '../../protocol/reply.js';
import { type BanNotice, parseBanReply } from '../../protocol/reply-details.js';

export type Silence =
  /** `wasKnown`: the server answered this user earlier, so the user has since been deleted. */
  | { readonly cause: 'unregistered'; readonly wasKnown?: boolean }
  /** The operator of the server has banned the user, or the address of this machine. */
  | { readonly cause: 'banned'; readonly ban: BanNotice }
  /** Nothing listens on the server's TCP port. */
  | { readonly cause: 'down' }
  | { readonly cause: 'unreachable'; readonly reason: DisplayText }
  /**
   * The server answers over TCP and knows the user. Datagrams are lost, or the server's budget for answers is
   * used up.
   */
  | { readonly cause: 'datagrams' }
  /** The server cannot reach its database, or is busy. A user with a key cannot log in then. */
  | { readonly cause: 'refusing'; readonly code: 205 | 206 }
  | { readonly cause: 'unknown' };

/**
 * Reads the cause from the reply to `ADD <id>`. The request names no buddy, so it changes nothing: the
 * server answers 202 if it does not know the id, and 201 if it does.
 */
export function silenceOf(reply: string): Silence {
  const code = replyCode(reply);
  switch (code) {
    case 202:
      return { cause: 'unregistered' };
    case 201:
      return { cause: 'datagrams' };
    case 205:
    case 206:
      return { cause: 'refusing', code };
    default: {
      const ban = parseBanReply(reply);
      return ban === undefined ? { cause: 'unknown' } : { cause: 'banned', ban };
    }
  }
}
