/**
 * A device that speaks to a server for its identity: requests inside TLS, sessions and sealed datagrams.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { ExecutionContext } from 'ava';
import { DatagramSeal } from '../../keys/datagram-seal.js';
import { DeviceCredentials, type IssueOptions } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { connectTls, createContext, type InnerProtocol } from '../../keys/tls.js';
import { parseLoginReply } from '../../protocol/reply-details.js';
import {
  type BuddyListPage,
  MAX_ANSWER_TEXT_BYTES,
  parseSealed,
  parseSealedAnswer,
  parseUnknownSession,
  type SessionId,
} from '../../protocol/sealed-datagram.js';

/** A new device of a new identity, or of a given one. */
export function deviceOf(
  identity = Identity.create(),
  options: Partial<IssueOptions> = {},
): DeviceCredentials {
  return DeviceCredentials.issue(identity, { nowMs: 1_700_000_000_000, ...options });
}

/** How a test's connection differs from that of a real client. */
export interface SealedOptions {
  /** Used in place of the context of the device. */
  readonly context?: SecureContext;
  readonly protocol?: InnerProtocol;
  /** The local address to connect from. */
  readonly from?: string;
}

/** Opens a TLS connection to a server on this machine. Rejects if the handshake fails. */
export async function secure(
  port: number,
  device: DeviceCredentials,
  { context = createContext(device), protocol = 'im-dir/1', from }: SealedOptions = {},
): Promise<TLSSocket> {
  const local = from === undefined ? {} : { localAddress: from };
  const tls = connectTls(connect({ port, host: '127.0.0.1', ...local }), context, protocol);
  tls.on('error', () => {});
  const refused = once(tls, 'close').then(() => Promise.reject(new Error('refused')));
  await Promise.race([once(tls, 'secureConnect'), refused]);
  return tls;
}

/** Sends one line inside TLS. Resolves to the reply, which is empty if the server closed without a reply. */
export async function askSealed(
  port: number,
  device: DeviceCredentials,
  line: string,
  options?: SealedOptions,
): Promise<string> {
  const tls = await secure(port, device, options);
  tls.write(`${line}\r\n`);
  return readTls(tls);
}

/** Reads everything until the server closes. */
export async function readTls(tls: TLSSocket): Promise<string> {
  let text = '';
  tls.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  await once(tls, 'close');
  return text;
}

/** A session that a `LOG` request has opened. */
export interface OpenSession {
  readonly name: SessionId;
  readonly seal: DatagramSeal;
}

/** Logs in. Rejects if the server opens no session. */
export async function logIn(
  port: number,
  device: DeviceCredentials,
  line: string,
  options?: SealedOptions,
): Promise<OpenSession> {
  const tls = await secure(port, device, options);
  const seal = DatagramSeal.fromTls(tls, 'client');
  tls.write(`${line}\r\n`);
  const reply = await readTls(tls);
  const name = parseLoginReply(reply);
  if (seal === undefined || name === undefined) throw new Error(`no session: ${reply}`);
  return { name, seal };
}

/** A UDP socket that sends and receives sealed datagrams. */
export class SealedPresence {
  readonly #socket: UdpSocket;
  readonly #port: number;

  private constructor(socket: UdpSocket, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  /** Opens a socket for a port of this machine until the test ends. */
  static async open(t: ExecutionContext, port: number, from = '127.0.0.1'): Promise<SealedPresence> {
    const socket = createSocket('udp4');
    socket.bind(0, from);
    await once(socket, 'listening');
    t.teardown(() => socket.close());
    return new SealedPresence(socket, port);
  }

  /** Seals a text and sends it. Returns the datagram, so that a test can send it again. */
  send({ name, seal }: OpenSession, text: string): Buffer {
    const datagram = seal.seal(name, Buffer.from(text))?.datagram as Buffer;
    this.sendRaw(datagram);
    return datagram;
  }

  sendRaw(datagram: Uint8Array): void {
    this.#socket.send(datagram, this.#port, '127.0.0.1');
  }

  /** Calls a listener with every datagram received. */
  onMessage(listener: (bytes: Buffer) => void): void {
    this.#socket.on('message', listener);
  }

  /** The next datagram from the server. */
  async next(): Promise<Buffer> {
    const [bytes] = (await once(this.#socket, 'message')) as [Buffer];
    return bytes;
  }

  /** Asks for a buddy list. Returns the decrypted list, or the id of a session unknown to the server. */
  async ask(session: OpenSession, text: string): Promise<BuddyListPage | SessionId> {
    const next = this.next();
    this.send(session, text);
    return open(session, await next);
  }
}

/** Decrypts an answer. If the answer says that the session is unknown, returns the id of that session. */
export function open({ seal }: OpenSession, bytes: Buffer): BuddyListPage | SessionId {
  const unknown = parseUnknownSession(bytes);
  if (unknown !== undefined) return unknown;
  const datagram = parseSealed(bytes, MAX_ANSWER_TEXT_BYTES + 64);
  const text = datagram && seal.open(datagram);
  const page = text && parseSealedAnswer(text.toString('latin1'));
  if (page === undefined) throw new Error('not an answer');
  return page;
}
