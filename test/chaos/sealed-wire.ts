/**
 * A minimal client with a key: requests inside TLS, and sealed queries in a session.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { SecureContext } from 'node:tls';
import { DatagramSeal } from '../../keys/datagram-seal.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { connectTls, createContext } from '../../keys/tls.js';
import { encodeAnnouncement } from '../../protocol/datagram.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import { parseLoginReply } from '../../protocol/reply-details.js';
import {
  encodeSealedQuery,
  MAX_ANSWER_TEXT_BYTES,
  parseSealed,
  parseSealedAnswer,
  parseUnknownSession,
  type SessionId,
} from '../../protocol/sealed-datagram.js';
import type { Tally } from './tally.js';
import { ANSWER_TIMEOUT_MS, codeOf, HOST, REPLY_TIMEOUT_MS, type Wire } from './wire.js';

interface Session {
  readonly name: SessionId;
  readonly seal: DatagramSeal;
  /** The port of the server that opened the session. */
  readonly port: number;
}

export interface SealedWireOptions {
  readonly owner: UserId;
  /** Returns the port of a server, for each request and each login. */
  readonly pickPort: () => number;
  readonly tally: Tally;
  readonly replyTimeoutMs?: number;
  /** True if an earlier device may still have a session at another server: a login may then get 207. */
  readonly hasSeveralServers?: boolean;
}

/** Has one device at a time. {@link SealedWire.revoke} replaces the device. */
export class SealedWire implements Wire {
  readonly #options: SealedWireOptions;
  readonly #identity = Identity.create();
  readonly #socket: UdpSocket = createSocket('udp4');
  #credentials = DeviceCredentials.issue(this.#identity, { nowMs: 0 });
  #context: SecureContext = createContext(this.#credentials);
  #session: Session | undefined;
  /** The session that the next session replaces. */
  #former: SessionId | undefined;
  #acknowledged: Device | undefined;
  /** Handles the answers to a query. */
  #receive: (bytes: Buffer) => void = () => {};

  constructor(options: SealedWireOptions) {
    this.#options = options;
    this.#socket.on('message', (bytes) => this.#receive(bytes));
  }

  get acknowledged(): Device | undefined {
    return this.#acknowledged;
  }

  async request(text: string, onSent: () => void = () => {}): Promise<number | undefined> {
    const { device } = this.#credentials;
    const code = codeOf((await this.#ask(text, onSent)).reply);
    if (text === `REG ${this.#options.owner}` && code === 200) this.#acknowledged ??= device;
    return code;
  }

  /** The server learns of the new device at the next login. */
  revoke(): void {
    const newestSerial = this.#credentials.device.serial;
    this.#credentials = DeviceCredentials.issue(this.#identity, {
      nowMs: 0,
      newestSerial,
      revokesOthers: true,
    });
    this.#context = createContext(this.#credentials);
    this.#session = undefined;
    this.#former = undefined;
  }

  announce(id: UserId, callPort: number): void {
    if (this.#session !== undefined) this.#send(this.#session, encodeAnnouncement(id, 100, callPort));
  }

  async ask(id: UserId, onSent: () => void = () => {}): Promise<UserId[] | undefined> {
    this.#session ??= await this.#logIn();
    const session = this.#session;
    if (session === undefined) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(undefined), ANSWER_TIMEOUT_MS);
      const done = (list: UserId[] | undefined) => {
        clearTimeout(timer);
        this.#receive = () => {};
        resolve(list);
      };
      const question = this.#send(session, encodeSealedQuery(id, 0));
      onSent();
      this.#receive = (bytes) => {
        if (parseUnknownSession(bytes) === session.name) {
          this.#session = undefined;
          this.#former = session.name;
          return done(undefined);
        }
        const datagram = parseSealed(bytes, MAX_ANSWER_TEXT_BYTES + 64);
        const text = datagram?.session === session.name ? session.seal.open(datagram) : undefined;
        const page = text && parseSealedAnswer(text.toString('latin1'));
        // A late answer to an earlier query is dropped.
        if (page?.question === question) done(page.buddies.map((buddy) => buddy.id));
      };
    });
  }

  close(): void {
    this.#socket.close();
  }

  async #logIn(): Promise<Session | undefined> {
    const { owner, pickPort, tally, hasSeveralServers } = this.#options;
    const { device } = this.#credentials;
    const mode = this.#former === undefined ? 'new' : `again ${this.#former}`;
    const port = pickPort();
    const { reply, seal } = await this.#ask(`LOG ${owner} ${mode}`, () => {}, port);
    const name = parseLoginReply(reply);
    if (codeOf(reply) === 207) {
      // No other client has this key.
      if (!hasSeveralServers) tally.blame('loss', `LOG ${owner} ${mode} was answered 207`);
      this.#former = undefined;
    }
    if (name === undefined || seal === undefined) return undefined;
    this.#acknowledged = device;
    tally.logins += 1;
    return { name, seal, port };
  }

  #send({ name, seal, port }: Session, text: string): number {
    const sealed = seal.seal(name, Buffer.from(text));
    if (sealed === undefined) throw new Error('the counters are used up');
    this.#socket.send(sealed.datagram, port, HOST);
    return sealed.counter;
  }

  #ask(
    text: string,
    onSent: () => void = () => {},
    port = this.#options.pickPort(),
  ): Promise<{ reply: string; seal: DatagramSeal | undefined }> {
    return new Promise((resolve) => {
      let reply = '';
      let seal: DatagramSeal | undefined;
      const socket = connect({ host: HOST, port, noDelay: true });
      const tls = connectTls(socket, this.#context, 'im-dir/1');
      const timer = setTimeout(() => tls.destroy(), this.#options.replyTimeoutMs ?? REPLY_TIMEOUT_MS);
      tls.once('secureConnect', () => {
        seal = DatagramSeal.fromTls(tls, 'client');
        tls.write(`${text}\r\n`, 'latin1');
        onSent();
      });
      tls.on('data', (chunk: Buffer) => {
        reply += chunk.toString('latin1');
      });
      for (const stream of [socket, tls]) stream.on('error', () => {}); // A 'close' event follows.
      tls.on('close', () => {
        clearTimeout(timer);
        resolve({ reply, seal });
      });
    });
  }
}
