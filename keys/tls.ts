/**
 * TLS 1.3 with certificate chains on both sides, and the checks that Node does not make by itself.
 *
 * Neither side may write before {@link identifyPeer} returned a device. It may be called after the event
 * `secure` of a server's socket, or `secureConnect` of a client's.
 */

import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import {
  type AcceptanceRules,
  acceptChain,
  type ChainFacts,
  type ChainRefusal,
  MAX_CHAIN_BYTES,
} from '../protocol/acceptance.js';
import type { Device } from '../protocol/device.js';
import { readChainFacts, walkChain } from './chain-facts.js';
import type { DeviceCredentials } from './device-credentials.js';

/** The first byte of a TLS connection: a handshake record. No line in clear begins with it. */
export const TLS_FIRST_BYTE = 0x16;

/** The ALPN names of what is spoken inside TLS: with the server, and between buddies. */
export type InnerProtocol = 'im-dir/1' | 'im-chat/1';

/**
 * The maximum number of bytes that a peer may have sent by the time it is identified: a chain, and as much
 * again for the rest of the handshake and a first line. Node takes 30 ms for 200 certificates, even if only
 * two are looked at.
 */
const MAX_HANDSHAKE_BYTES = 2 * MAX_CHAIN_BYTES;

/** Why the peer of a TLS connection was refused. */
export type PeerRefusal = ChainRefusal | 'no-handshake' | 'wrong-version' | 'wrong-protocol';

export type IdentifiedPeer =
  | { readonly device: Device; readonly refusal?: undefined }
  | { readonly device?: undefined; readonly refusal: PeerRefusal };

/**
 * The context of all connections of a device, as a client and as a server. Keep it: creating one takes
 * milliseconds.
 */
export function createContext(credentials: DeviceCredentials): SecureContext {
  return createSecureContext({
    ...credentials.toPem(),
    // Beside a context, the options of a socket ignore minVersion.
    minVersion: 'TLSv1.3',
    sigalgs: 'ed25519',
    // A resumed session would skip the certificates.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}

/**
 * Starts TLS on the server's side of an accepted connection. A handshake that fails ends in `close`, after an
 * `error` if the connection broke.
 *
 * @param received The bytes that were read from the socket already. The first is {@link TLS_FIRST_BYTE}.
 */
export function acceptTls(
  socket: Socket,
  received: Uint8Array,
  secureContext: SecureContext,
  protocol: InnerProtocol,
): TLSSocket {
  socket.pause();
  if (received.length > 0) socket.unshift(received);
  const accepted = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    requestCert: true,
    // No authority signed the chain: identifyPeer() decides.
    rejectUnauthorized: false,
    ALPNProtocols: [protocol],
  });
  transports.set(accepted, socket);
  return accepted;
}

/** Starts TLS on the client's side. The socket is connected, or is connecting. It sends no host name. */
export function connectTls(socket: Socket, secureContext: SecureContext, protocol: InnerProtocol): TLSSocket {
  const options = { secureContext, rejectUnauthorized: false, ALPNProtocols: [protocol] };
  const connecting = connect({ ...options, socket });
  transports.set(connecting, socket);
  return connecting;
}

/**
 * Says which device the peer of a connection is, or why it is refused: the first rule that fails. It may be
 * asked again with other rules. Nothing else may read the certificates of the socket.
 */
export function identifyPeer(
  socket: TLSSocket,
  protocol: InnerProtocol,
  rules: AcceptanceRules = {},
): IdentifiedPeer {
  // Before the peer's Finished message, its certificates are not proven. After the end there is none either.
  if (!socket.getPeerFinished()) return { refusal: 'no-handshake' };
  if (socket.getProtocol() !== 'TLSv1.3' || socket.isSessionReused()) return { refusal: 'wrong-version' };
  // A peer without ALPN passes the handshake.
  if (socket.alpnProtocol !== protocol) return { refusal: 'wrong-protocol' };
  if (!facts.has(socket) && (transports.get(socket)?.bytesRead ?? 0) > MAX_HANDSHAKE_BYTES) {
    return { refusal: 'too-large' };
  }
  return acceptChain(factsOf(socket), rules);
}

/** The sockets under TLS, which count the bytes of the handshake. */
const transports = new WeakMap<TLSSocket, Socket>();

/** The facts of chains that were read. */
const facts = new WeakMap<TLSSocket, ChainFacts>();

/** Reads the chain of a connection once: Node takes certificates out of OpenSSL's list as it returns them. */
function factsOf(socket: TLSSocket): ChainFacts {
  const known = facts.get(socket) ?? readChainFacts(walkChain(socket.getPeerX509Certificate()));
  facts.set(socket, known);
  return known;
}
