/**
 * Sends one request to the server inside TLS, with a certificate chain on both sides. The request is
 * written only after the server has presented its known key.
 */

import type { SecureContext } from 'node:tls';
import { DatagramSeal } from '../../keys/datagram-seal.js';
import { connectTls, identifyPeer } from '../../keys/tls.js';
import type { ServerReply } from '../../machines/client/events.js';
import { hostPort } from '../../protocol/address.js';
import type { IdentityKey } from '../../protocol/key.js';
import {
  CONNECT_TIMEOUT_MS,
  connected,
  LATE_REPLY,
  limitWait,
  monotonicMs,
  NO_REPLY,
  NoReplyError,
  REPLY_TIMEOUT_MS,
  type Route,
  readReply,
  type ServerEndpoint,
  UnreachedError,
  unreachedError,
} from './ask-server.js';
import { busyError, ClientError } from './client-error.js';

/** The ALPN name of requests to the server. */
const PROTOCOL = 'im-dir/1';

/**
 * Longest wait for a connection and its handshake if the client could use another server, in milliseconds.
 */
const HANDSHAKE_TIMEOUT_MS = 5_000;

export interface SealedRequest {
  readonly route: Route;
  /** The known key of the server. */
  readonly serverKey: IdentityKey;
  /** The servers for which this key is stored. */
  readonly knownAs: readonly ServerEndpoint[];
  /** The TLS context of the device that sends the request. */
  readonly context: SecureContext;
  /** The request line. */
  readonly request: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

export interface SealedReply {
  readonly reply: ServerReply;
  /** After a LOG that opened a session, seals the session's datagrams. The object exposes no key. */
  readonly seal: DatagramSeal | undefined;
}

/**
 * The request was sent, and the reply did not come. The server may have executed the request, or may have
 * refused the device.
 */
export class UnansweredError extends NoReplyError {
  override readonly name = 'UnansweredError';
}

/**
 * Sends a request inside TLS, and resolves with the reply. Rejects with
 *
 * - a {@link ClientError} `server.changed`: the server proved a key that is not the known key. Nothing was
 *   sent;
 * - a {@link ClientError} `server.busy`: the connection closed during the handshake, what came was not TLS,
 *   or the server proved no key. Nothing was sent;
 * - an {@link UnansweredError};
 * - an {@link UnreachedError}: there was no connection, or no handshake in time. Nothing was sent.
 */
export async function askSealed(options: SealedRequest): Promise<SealedReply> {
  const { route, serverKey, context, request, signal, timeoutMs = REPLY_TIMEOUT_MS } = options;
  const beganMs = monotonicMs();
  const tcp = route.open();
  limitWait(tcp, 'connect', CONNECT_TIMEOUT_MS, route);
  // Begin TLS only on a connected socket. While Node.js tries the addresses of a name, it replaces the handle
  // of the socket, and TLS would go on with the old handle.
  await connected(tcp, { signal, timeoutMs, errorOf: unreachedError });
  const connectMs = monotonicMs() - beganMs;
  const tls = connectTls(tcp, context, PROTOCOL);
  limitWait(tls, 'secureConnect', HANDSHAKE_TIMEOUT_MS - connectMs, route);
  let isSecure = false;
  let seal: DatagramSeal | undefined;
  tls.once('secureConnect', () => {
    const { device } = identifyPeer(tls, PROTOCOL);
    // A chain that is not accepted proves nothing: any host on the way can present such a chain.
    if (device === undefined) return void tls.destroy(busyError());
    if (device.identity !== serverKey) return void tls.destroy(changedError(route, options.knownAs));
    isSecure = true;
    seal = DatagramSeal.fromTls(tls, 'client');
    tls.write(request, 'latin1');
  });
  const reply = await readReply(tls, {
    signal,
    timeoutMs: timeoutMs - connectMs,
    errorOf(error) {
      if (error instanceof ClientError || error instanceof UnreachedError) return error;
      const isLate = error.message === LATE_REPLY;
      if (isSecure) return new UnansweredError(isLate ? LATE_REPLY : NO_REPLY, { cause: error });
      return isLate ? unreachedError(error) : busyError(error);
    },
  });
  return { reply, seal };
}

/**
 * The error when a server presents a key other than the known key. If other servers of the list have the
 * known key, `server` may belong to a stranger: the message then advises to remove `server` from the list.
 *
 * @param knownAs The servers for which the known key is stored. The message has the commands that forget it.
 */
function changedError(server: ServerEndpoint, knownAs: readonly ServerEndpoint[]): ClientError {
  const name = nameOf(server);
  const known = knownAs.map(nameOf);
  const commands = known.map((one) => `im-client server forget ${one}`).join('; ');
  const others = known.filter((one) => one !== name).join(', ');
  return new ClientError(
    'server.changed',
    others === ''
      ? `${name} is not the server that was known here, and nothing was sent. If its operator says that it ` +
          `has a new key: ${commands}`
      : `${name} has another key than ${others}, and nothing was sent. Remove ${name} from --server. ` +
          `Only if the operator of ${others} says that all servers have a new key: ${commands}`,
  );
}

/** The error when two servers of one list are stored with different keys. */
export function conflictError(one: ServerEndpoint, other: ServerEndpoint): ClientError {
  return new ClientError(
    'server.changed',
    `${nameOf(one)} and ${nameOf(other)} are known with different keys, and nothing was sent. Remove the ` +
      'one that is not a server of your directory from --server. If you know from the operator of your ' +
      'directory that a key is old, forget it: im-client server forget HOST:PORT',
  );
}

function nameOf({ host, port }: ServerEndpoint): string {
  return hostPort(host, port);
}
