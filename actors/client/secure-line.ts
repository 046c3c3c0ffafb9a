/**
 * A private connection to a buddy: lines inside TLS. The client writes nothing inside TLS before the other
 * end has proven a key.
 */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { identifyPeer } from '../../keys/tls.js';
import type { ChatEvent } from '../../machines/client/chat-setup.js';
import type { AcceptanceRules } from '../../protocol/acceptance.js';
import type { Device } from '../../protocol/device.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine } from '../../protocol/message.js';
import { encodePrivateLine, MAX_PRIVATE_LINE_BYTES, type PrivateLine } from '../../protocol/private-chat.js';
import type { BehaviourScope } from '../../supervision/behaviour.js';
import { Delivery } from './delivery.js';
import { LineThrottle } from './line-throttle.js';
import { networkReason } from './network-reason.js';
import type { PrivateLines } from './private-lines.js';

export const CHAT_PROTOCOL = 'im-chat/1';

export interface SecureLineOptions {
  readonly scope: BehaviourScope<ChatEvent>;
  /** The socket under TLS. */
  readonly socket: Socket;
  readonly tls: TLSSocket;
  readonly rules: AcceptanceRules;
  /** Whether a device is the one that the user wants to talk to. */
  readonly isWanted: (device: Device) => boolean;
  readonly confirmationMs: number;
  readonly onProgress: () => void;
}

export class SecureLine {
  readonly tls: TLSSocket;
  readonly throttle: LineThrottle;
  /** The other end, once it has proven its key. */
  device: Device | undefined;
  /** The id that an incoming caller names. */
  caller: UserId | undefined;
  /** The lines of the chat, once the call is accepted. */
  lines: PrivateLines | undefined;
  readonly #options: SecureLineOptions;
  readonly #delivery: Delivery;
  /** True once the TCP connection is established. The handshake follows. */
  #isConnected: boolean;

  constructor(options: SecureLineOptions) {
    const { scope, tls, socket } = options;
    const { self } = scope;
    this.#options = options;
    this.tls = tls;
    this.#isConnected = !socket.connecting;
    socket.once('connect', () => {
      this.#isConnected = true;
    });
    this.throttle = new LineThrottle(
      tls,
      scope.guard((line: Line) => self.send(eventOf(line))),
    );
    this.#delivery = new Delivery(tls, scope, options.confirmationMs, {
      onDead: () => this.#afterLines({ type: 'socket.died' }),
      onConfirmed: () => {},
      onStalled: () => {},
      onReset: () => {},
      onProgress: options.onProgress,
    });
    this.#listen();
  }

  /** True once the other end was reached. The other end may not have proven a key yet. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Starts to watch whether the connection is dead, and whether written lines arrive. */
  watch(): void {
    this.#delivery.watch();
  }

  write(line: PrivateLine, onWritten: () => void): void {
    this.#delivery.write(undefined, Buffer.from(encodePrivateLine(line)), onWritten);
  }

  /** Writes all pending lines, then `text`, and closes this side of the connection. */
  end(text?: string): void {
    this.#delivery.flush();
    this.throttle.resume();
    if (text === undefined) this.tls.end();
    else this.tls.end(text);
  }

  release(): void {
    this.#delivery.release();
    this.tls.destroy();
  }

  #listen(): void {
    const { scope, socket, tls } = this.#options;
    const splitter = new LineSplitter(MAX_PRIVATE_LINE_BYTES);
    socket.on('error', () => {}); // the TLS socket emits the same error
    const onSecure = scope.guard(() => this.#identify());
    tls.once('secure', onSecure);
    tls.once('secureConnect', onSecure);
    tls.on(
      'data',
      scope.guard((chunk: Buffer) => this.throttle.push(splitter.push(chunk), chunk.length)),
    );
    tls.on(
      'end',
      scope.guard(() => this.throttle.end(() => this.#afterLines({ type: 'socket.ended' }))),
    );
    tls.on(
      'error',
      scope.guard((error: NodeJS.ErrnoException) => {
        this.throttle.drain();
        const reason = networkReason(error);
        if (this.device !== undefined || !this.#isConnected)
          this.#afterLines({ type: 'socket.failed', reason, isReset: error.code === 'ECONNRESET' });
        else scope.self.send({ type: 'peer.refused' });
      }),
    );
    tls.on(
      'close',
      scope.guard(() => {
        this.throttle.finish();
        if (this.device === undefined) scope.self.send({ type: 'peer.refused' });
        this.#afterLines({ type: 'socket.closed' });
      }),
    );
  }

  /** Sends an event to the actor after all received lines were handled. */
  #afterLines(event: ChatEvent): void {
    const send = () => this.#options.scope.self.send(event);
    if (this.lines === undefined) send();
    else this.lines.afterAll(send);
  }

  #identify(): void {
    if (this.device !== undefined) return;
    const { scope, tls, rules, isWanted } = this.#options;
    const { device } = identifyPeer(tls, CHAT_PROTOCOL, rules);
    if (device !== undefined && isWanted(device)) {
      this.device = device;
      scope.self.send({ type: 'peer.proven' });
    } else {
      scope.self.send({ type: 'peer.refused' });
    }
  }
}

function eventOf(line: Line): ChatEvent {
  if (line.cut) return { type: 'chat.faulted', reason: toDisplayText('a line is too long') };
  return { type: 'private.received', text: decodeLine(line) };
}
