/**
 * Why the server does not answer over UDP, as a question over TCP tells. The server drops the datagrams of a
 * user that it does not know, so silence alone has more than one cause.
 */

import type { DisplayText } from '../../protocol/display-text.js';
import { replyCode } from '../../protocol/reply.js';

export type Silence =
  | { readonly cause: 'unregistered' }
  /** Nothing listens on its TCP port. */
  | { readonly cause: 'down' }
  | { readonly cause: 'unreachable'; readonly reason: DisplayText }
  /** It answers over TCP and knows the user: the datagrams are lost, or it has no answers left for them. */
  | { readonly cause: 'datagrams' }
  | { readonly cause: 'unknown' };

/**
 * What the reply to `ADD <id>` tells. Without a buddy it changes nothing: the server answers 202 where it does
 * not know the id, and 201 where it does.
 */
export function silenceOf(reply: string): Silence {
  switch (replyCode(reply)) {
    case 202:
      return { cause: 'unregistered' };
    case 201:
      return { cause: 'datagrams' };
    default:
      return { cause: 'unknown' };
  }
}
