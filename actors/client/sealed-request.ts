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
  LATE_REPLY,
  NO_REPLY,
  type OpenConnection,
  REPLY_TIMEOUT_MS,
  readReply,
  type ServerEndpoint,
  unreachedError,
} from './ask-server.js';
import { busyError, ClientError } from './client-error.js';

/** The ALPN name of requests to the server. */
const PROTOCOL = 'im-dir/1';

export interface SealedRequest {
  readonly server: ServerEndpoint;
  /** In place of the host: its resolved address. */
  readonly address?: string | undefined;
  readonly open: OpenConnection;
  /** The known key of the server. */
  readonly serverKey: IdentityKey;
  /** The context of the device that asks. */
  readonly context: SecureContext;
  /** The request line. */
  readonly request: string;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

export interface SealedReply {
  readonly reply: ServerReply;
  /** Seals the datagrams of the session, for a LOG that was granted. The object shows no key. */
  readonly seal: DatagramSeal | undefined;
}

/**
 * The request was sent, and the reply did not come. The server may have executed the request, or it does not
 * accept the device.
 */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
}

/**
 * Sends a request inside TLS, and resolves with the reply. Rejects with
 *
 * - a {@link ClientError} `server.changed`: the server proved that it has another key, and nothing was sent;
 * - a {@link ClientError} `server.busy`: the connection closed during the handshake, what came was not TLS,
 *   or the server proved no key. Nothing was sent;
 * - an {@link UnansweredError};
 * - an {@link UnreachedError}: there was no connection;
 * - another error: no handshake in time. Nothing was sent.
 */
export async function askSealed(options: SealedRequest): Promise<SealedReply> {
  const { server, serverKey, context, request, signal, timeoutMs = REPLY_TIMEOUT_MS } = options;
  const tcp = options.open(server, options.address);
  const tls = connectTls(tcp, context, PROTOCOL);
  let phase: 'connecting' | 'shaking hands' | 'secure' = 'connecting';
  let seal: DatagramSeal | undefined;
  tcp.once('connect', () => {
    phase = 'shaking hands';
  });
  tls.once('secureConnect', () => {
    const { device } = identifyPeer(tls, PROTOCOL);
    // A chain that is not accepted proves nothing: any host in the middle can present one.
    if (device === undefined) return void tls.destroy(busyError());
    if (device.identity !== serverKey) return void tls.destroy(changedError(server));
    phase = 'secure';
    seal = DatagramSeal.fromTls(tls, 'client');
    tls.write(request, 'latin1');
  });
  const reply = await readReply(tls, {
    signal,
    timeoutMs,
    errorOf(error) {
      if (error instanceof ClientError) return error;
      switch (phase) {
        case 'connecting':
          return unreachedError(error);
        case 'shaking hands':
          return error.message === LATE_REPLY ? error : busyError(error);
        case 'secure':
          return new UnansweredError(error.message === LATE_REPLY ? LATE_REPLY : NO_REPLY, { cause: error });
      }
    },
  });
  return { reply, seal };
}

/** The error when a known server presents another key. */
export function changedError({ host, port }: ServerEndpoint): ClientError {
  const name = hostPort(host, port);
  return new ClientError(
    'server.changed',
    `${name} is not the server that was known here, and nothing was sent. If its operator says that it has ` +
      `a new key: im-client server forget ${name}`,
  );
}
