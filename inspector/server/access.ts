/**
 * Who may look: whoever has the address that the program printed, in a browser on this machine.
 *
 * A page somewhere on the internet can have a browser ask any address of this machine. So the token is asked
 * for with each request; `Host` must name this machine, or a name that somebody points here (DNS rebinding)
 * would make their page one of ours; and `Origin`, where there is one, must be ours.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, with its HTTP status. */
export interface AccessRefusal {
  readonly status: 403 | 405;
  readonly reason: string;
}

/** @returns `undefined` when the request may be answered. */
export function refusalOf(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  given: string | null,
  { port, token }: { readonly port: number; readonly token: string },
): AccessRefusal | undefined {
  if (method !== 'GET') return { status: 405, reason: 'This inspector only shows.' };
  // Browsers leave the usual port away.
  const suffix = port === 80 ? '' : `:${port}`;
  const hosts = [`127.0.0.1${suffix}`, `localhost${suffix}`];
  if (!hosts.includes(headers.host ?? '')) return { status: 403, reason: 'This inspector has another name.' };
  const { origin } = headers;
  if (origin !== undefined && !hosts.includes(origin.replace(/^http:\/\//, '')))
    return { status: 403, reason: 'This inspector answers its own page only.' };
  if (!isEqual(given ?? '', token))
    return { status: 403, reason: 'The address lacks its token: open the one that the program printed.' };
  return undefined;
}

/** Takes as long for one that is nearly right as for one that is not. */
function isEqual(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}
