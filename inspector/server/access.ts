/**
 * Access control: admits a browser on this machine that opens the address printed by the program.
 *
 * Any page on the internet can make a browser send requests to this machine. Three checks keep such pages
 * out:
 *
 * - Each request must carry the token.
 * - `Host` must name this machine. Otherwise a foreign page whose name resolves to 127.0.0.1 (DNS rebinding)
 *   could read the inspector's responses as if they came from the page's own server.
 * - `Origin`, if present, must be that of the inspector's pages.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused, and the HTTP status of the response. */
export interface AccessRefusal {
  readonly status: 403 | 405;
  readonly reason: string;
}

/** @returns `undefined` if the request is allowed. */
export function checkAccess(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  given: string | null,
  { port, token }: { readonly port: number; readonly token: string },
): AccessRefusal | undefined {
  if (method !== 'GET') return { status: 405, reason: 'This inspector is read-only.' };
  // Browsers omit the default port from `Host` and `Origin`.
  const suffix = port === 80 ? '' : `:${port}`;
  const hosts = [`127.0.0.1${suffix}`, `localhost${suffix}`];
  if (!hosts.includes(headers.host ?? ''))
    return { status: 403, reason: 'The Host header does not name this inspector.' };
  const { origin } = headers;
  if (origin !== undefined && !hosts.includes(origin.replace(/^http:\/\//, '')))
    return { status: 403, reason: 'This inspector serves only its own page.' };
  if (!isEqual(given ?? '', token))
    return {
      status: 403,
      reason: 'The token is missing or wrong: open the address that the program printed.',
    };
  return undefined;
}

/** Compares in constant time, so that the duration does not reveal how much of a token is correct. */
function isEqual(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}
