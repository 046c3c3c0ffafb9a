/**
 * TLS connections over real sockets, and certificate chains of every kind, for tests.
 */

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import type { ExecutionContext } from 'ava';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { acceptTls, type InnerProtocol, TLS_FIRST_BYTE } from '../../keys/tls.js';

/** A server that reads the first bytes of each connection, then starts TLS on it. */
export class TlsServer {
  readonly port: number;
  readonly #accepted: TLSSocket[] = [];
  readonly #waiting: ((socket: TLSSocket) => void)[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** Listens until the test ends. */
  static async start(
    t: ExecutionContext,
    context: SecureContext,
    protocol: InnerProtocol = 'im-dir/1',
  ): Promise<TlsServer> {
    const raw = new Set<Socket>();
    const listener = createServer((socket) => {
      raw.add(socket);
      socket.on('error', () => {});
      socket.once('data', (chunk) => {
        if (chunk[0] === TLS_FIRST_BYTE) server.#take(acceptTls(socket, chunk, context, protocol));
        else socket.destroy();
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const server = new TlsServer(port);
    t.teardown(() => {
      for (const socket of raw) socket.destroy();
      listener.close();
    });
    return server;
  }

  #take(socket: TLSSocket): void {
    socket.on('error', () => {});
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#accepted.push(socket);
    else waiting(socket);
  }

  /** The next connection on which TLS was started. */
  accept(): Promise<TLSSocket> {
    const accepted = this.#accepted.shift();
    return accepted === undefined
      ? new Promise((done) => this.#waiting.push(done))
      : Promise.resolve(accepted);
  }
}

/** A context with any certificates, including some that the project's own code cannot make. */
export function contextOf(options: SecureContextOptions): SecureContext {
  return createSecureContext({ minVersion: 'TLSv1.3', ...options });
}

/** A context with the key of a device, and a given chain. */
export function contextWithChain(device: DeviceCredentials, chain: readonly Uint8Array[]): SecureContext {
  return contextOf({ key: device.toPem().key, cert: chain.map(toPem).join('') });
}

/** Certificates of a device, in DER. */
export function chainOf(device: DeviceCredentials): readonly [device: Buffer, identity: Buffer] {
  const [leaf, identity] = device.toStored().chain;
  return [Buffer.from(leaf, 'base64url'), Buffer.from(identity, 'base64url')];
}

function toPem(der: Uint8Array): string {
  return new X509Certificate(der).toString();
}

/** How a handshake ended, on both sides. */
export interface Handshake {
  readonly server: TLSSocket;
  readonly client: TLSSocket;
  /** Whether the server's socket emitted `secure`. */
  readonly isSecure: boolean;
}

/** Connects to a server, and waits until its handshake is complete or has failed. */
export async function shake(
  t: ExecutionContext,
  server: TlsServer,
  options: ConnectionOptions,
): Promise<Handshake> {
  const socket = options.socket ?? connectTcp(server.port, '127.0.0.1');
  const client = tlsConnect({ rejectUnauthorized: false, ALPNProtocols: ['im-dir/1'], ...options, socket });
  client.on('error', () => {});
  t.teardown(() => client.destroy());
  const accepted = await server.accept();
  const secure = once(accepted, 'secure').then(() => true);
  const ended = once(accepted, 'close').then(() => false);
  const isSecure = await Promise.race([secure, ended]);
  return { server: accepted, client, isSecure };
}
