/**
 * TLS 1.3 with certificate chains on both sides, and the checks that Node does not make by itself.
 *
 * Neither side may write before {@link identifyPeer} has returned a device. Call `identifyPeer` after the
 * event `secure` of a server's socket, or after the event `secureConnect` of a client's socket.
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

/** The first byte of a TLS connection: the type of a handshake record. No line in clear begins with it. */
export const TLS_FIRST_BYTE = 0x16;

/** The ALPN names of the protocols inside TLS: `im-dir/1` with the server, `im-chat/1` between buddies. */
export type InnerProtocol = 'im-dir/1' | 'im-chat/1';

/**
 * The maximum number of bytes that a peer may send before it is identified: {@link MAX_CHAIN_BYTES} for the
 * chain, and the same number again for the rest of the handshake and a first line. Without the limit, Node
 * would take 30 ms for a chain of 200 certificates, even if only two are read.
 */
const MAX_HANDSHAKE_BYTES = 2 * MAX_CHAIN_BYTES;

/** Why the peer of a TLS connection was refused. */
export type PeerRefusal = ChainRefusal | 'no-handshake' | 'wrong-version' | 'wrong-protocol';

export type IdentifiedPeer =
  | { readonly device: Device; readonly refusal?: undefined }
  | { readonly device?: undefined; readonly refusal: PeerRefusal };

/**
 * Creates the TLS context for all connections of a device, as a client and as a server. Call this function
 * only once for each device, because it takes milliseconds.
 */
export function createContext(credentials: DeviceCredentials): SecureContext {
  return createSecureContext({
    ...credentials.toPem(),
    // Set here, because a socket that has a context ignores its own option `minVersion`.
    minVersion: 'TLSv1.3',
    sigalgs: 'ed25519',
    // A resumed session would skip the certificates.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}

/**
 * Starts TLS on the server's side of an accepted connection. After a failed handshake, the TLS socket emits
 * `close`. If the connection broke, the TLS socket emits `error` first.
 *
 * @param received The bytes that were already read from the socket. The first byte is {@link TLS_FIRST_BYTE}.
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

/** Starts TLS on the client's side of a socket that is connected or connecting. Sends no host name. */
export function connectTls(socket: Socket, secureContext: SecureContext, protocol: InnerProtocol): TLSSocket {
  const options = { secureContext, rejectUnauthorized: false, ALPNProtocols: [protocol] };
  const connecting = connect({ ...options, socket });
  transports.set(connecting, socket);
  return connecting;
}

/**
 * Returns the device of a connection's peer, or the first rule that the peer breaks. Can be called again with
 * other rules. Only this function may read the certificates of the socket.
 */
export function identifyPeer(
  socket: TLSSocket,
  protocol: InnerProtocol,
  rules: AcceptanceRules = {},
): IdentifiedPeer {
  // The peer's Finished message proves that the peer has the keys of its certificates. The message is missing
  // before the handshake is complete, and after the connection has ended.
  if (!socket.getPeerFinished()) return { refusal: 'no-handshake' };
  if (socket.getProtocol() !== 'TLSv1.3' || socket.isSessionReused()) return { refusal: 'wrong-version' };
  // The handshake succeeds even if the peer does not use ALPN.
  if (socket.alpnProtocol !== protocol) return { refusal: 'wrong-protocol' };
  if (!facts.has(socket) && (transports.get(socket)?.bytesRead ?? 0) > MAX_HANDSHAKE_BYTES) {
    return { refusal: 'too-large' };
  }
  return acceptChain(factsOf(socket), rules);
}

/** The plain socket under each TLS socket. The plain socket counts the bytes of the handshake. */
const transports = new WeakMap<TLSSocket, Socket>();

/** The facts of the chains that were already read. */
const facts = new WeakMap<TLSSocket, ChainFacts>();

/** Reads the chain of a connection only once: reading removes the certificates from OpenSSL's list. */
function factsOf(socket: TLSSocket): ChainFacts {
  const known = facts.get(socket) ?? readChainFacts(walkChain(socket.getPeerX509Certificate()));
  facts.set(socket, known);
  return known;
}
