/**
 * Reads the request of a connection: one line, in clear or inside TLS. The first byte shows whether the
 * client uses TLS.
 *
 * Bytes become typed events here. Inside TLS, a device must prove its identity before its line is read.
 */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { acceptTls, identifyPeer, TLS_FIRST_BYTE } from '../../keys/tls.js';
import type { ConnectionEvent } from '../../machines/server/connection.js';
import type { HandshakeBudget } from '../../machines/server/handshake-budget.js';
import type { Quota } from '../../machines/server/quota.js';
import type { Device } from '../../protocol/device.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { encodeBanDetails, encodeVersionDetails } from '../../protocol/reply-details.js';
import { MAX_REQUEST_BYTES, parseRequest, type Request } from '../../protocol/request.js';
import type { Ban } from '../../storage/store.js';
import type { BehaviourScope } from '../../supervision/behaviour.js';
import type { Bans } from './bans.js';
import type { ServerIdentity } from './server-identity.js';
import type { LimitName, RequestKind, ServerMeter } from './server-meter.js';

/**
 * The maximum number of bytes that may follow the request line. The reader ignores these bytes. If more
 * arrive, the server cuts the connection.
 */
export const MAX_IGNORED_BYTES = 64 * 1024;

/** The event for a request that exceeds a limit of its source. */
const BUSY = { type: 'request.decided', reply: 206 } as const;

/** The ALPN name of requests to the server. */
const PROTOCOL = 'im-dir/1';

export interface RequestReaderInput {
  readonly socket: Socket;
  readonly identity: ServerIdentity;
  /** Limits the TLS handshakes of a source. Beyond the limit, the server sends no byte and closes. */
  readonly handshakes: HandshakeBudget;
  /** Limits the REG and REM requests of a source. Beyond the limit, the server replies 206. */
  readonly registrations: Quota;
  /** The wall clock, in milliseconds since 1970. A deletion is recorded with its time. */
  readonly wallClock: () => number;
  /** The server replies 204 to banned clients. */
  readonly bans: Bans;
  /** Limits the ADD, DEL and LOG requests of a source. Beyond the limit, the server replies 206. */
  readonly changes: Quota;
  readonly meter: ServerMeter;
}

/** Turns the bytes of the socket into events, and writes the reply. */
export class RequestReader {
  readonly #scope: BehaviourScope<ConnectionEvent>;
  readonly #input: RequestReaderInput;
  /** The client's address, as the operating system writes it; empty if the client has disconnected. */
  readonly address: string;
  #tls: TLSSocket | undefined;
  #device: Device | undefined;
  /** True while a handshake counts as unfinished. */
  #isShakingHands = false;
  /** Finds the end of the request line; `undefined` once the line is complete. */
  #splitter: LineSplitter | undefined = new LineSplitter(MAX_REQUEST_BYTES);
  #ignoredBytes = 0;
  #request: Request | undefined;
  #requestAtMs: number | undefined;
  #limit: LimitName | undefined;

  constructor(scope: BehaviourScope<ConnectionEvent>, input: RequestReaderInput) {
    this.#scope = scope;
    this.#input = input;
    const { socket } = input;
    this.address = socket.remoteAddress ?? '';
    const { self } = scope;
    socket.once(
      'data',
      scope.guard((chunk: Buffer) => this.#onFirstChunk(chunk)),
    );
    socket.on('end', this.#onEnd);
    socket.on('close', () => self.send({ type: 'socket.closed' }));
    // The socket emits 'close' next, which ends the actor.
    socket.on('error', ignore);
  }

  /** The device that sends the request; `undefined` for a request in clear. */
  get device(): Device | undefined {
    return this.#device;
  }

  /** The request; `undefined` if no line has arrived, or the line is not a request. */
  get request(): Request | undefined {
    return this.#request;
  }

  /** The kind of the request. */
  get kind(): RequestKind {
    return this.#request?.op ?? (this.#requestAtMs === undefined ? 'none' : 'invalid');
  }

  /** The limit that refused the handshake or the request, if one did. */
  get limit(): LimitName | undefined {
    return this.#limit;
  }

  /** Milliseconds since the whole line arrived; 0 if no line has arrived. */
  get requestMs(): number {
    return this.#requestAtMs === undefined ? 0 : this.#scope.now() - this.#requestAtMs;
  }

  /** The TLS connection; `undefined` for a request in clear. */
  get tls(): TLSSocket | undefined {
    return this.#tls;
  }

  /** Sends the reply, and closes this side of the connection. */
  end(reply: string): void {
    (this.#tls ?? this.#input.socket).end(reply, 'latin1');
  }

  /** Closes the connection. A pending reply is sent first. */
  release(): void {
    this.#finishHandshake();
    for (const socket of [this.#tls, this.#input.socket]) {
      if (socket === undefined) continue;
      // A closed socket stays in memory until the next major garbage collection, and so do all objects that
      // its listeners refer to. Removing the listeners releases these objects.
      socket.removeAllListeners();
      socket.on('error', ignore);
    }
    const stream = this.#tls ?? this.#input.socket;
    if (stream.writableEnded) stream.destroySoon();
    else stream.destroy();
  }

  #onFirstChunk(chunk: Buffer): void {
    if (chunk[0] === TLS_FIRST_BYTE) return this.#secure(chunk);
    this.#input.socket.on('data', this.#onData);
    this.#onData(chunk);
  }

  #secure(chunk: Buffer): void {
    const { socket, identity, handshakes } = this.#input;
    const { self } = this.#scope;
    const limit = handshakes.begin(this.address, this.#scope.now());
    if (limit !== undefined) {
      this.#refuse(limit);
      return self.send({ type: 'peer.refused' });
    }
    this.#isShakingHands = true;
    self.send({ type: 'handshake.begun' });
    socket.off('end', this.#onEnd);
    const tls = acceptTls(socket, chunk, identity.context, PROTOCOL);
    this.#tls = tls;
    tls.on('error', () => self.send({ type: 'peer.refused' }));
    tls.on('close', () => self.send({ type: 'socket.closed' }));
    // These listeners keep the socket reading. Otherwise the server would not notice that a client leaves
    // during the handshake.
    tls.on('data', this.#onData);
    tls.on('end', this.#onEnd);
    tls.once(
      'secure',
      this.#scope.guard(() => this.#identify(tls)),
    );
  }

  #identify(tls: TLSSocket): void {
    this.#finishHandshake();
    const { device } = identifyPeer(tls, PROTOCOL);
    if (device === undefined) return this.#scope.self.send({ type: 'peer.refused' });
    this.#device = device;
  }

  #finishHandshake(): void {
    if (this.#isShakingHands) this.#input.handshakes.finish(this.address);
    this.#isShakingHands = false;
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      this.#read(chunk);
    } catch (error) {
      this.#scope.fail(error as Error);
    }
  };

  readonly #onEnd = (): void => {
    if (this.#isShakingHands) return this.#scope.self.send({ type: 'peer.refused' });
    // Anyone on the path can end a TLS connection in the middle of a line: only an LF proves that the line is
    // complete.
    const line = this.#tls === undefined ? this.#splitter?.end() : undefined;
    if (line !== undefined) this.#handleLine(line);
    else if (this.#splitter !== undefined) this.#scope.self.send({ type: 'input.ended' });
  };

  #read(chunk: Buffer): void {
    // Bytes inside TLS must never count as a request in clear.
    if (this.#tls !== undefined && this.#device === undefined) {
      return this.#scope.self.send({ type: 'peer.refused' });
    }
    if (this.#splitter === undefined) {
      this.#ignoredBytes += chunk.length;
      if (this.#ignoredBytes > MAX_IGNORED_BYTES) this.#scope.self.send({ type: 'input.flooded' });
      return;
    }
    const [line] = this.#splitter.push(chunk);
    if (line !== undefined) this.#handleLine(line);
  }

  #handleLine(line: Line): void {
    this.#splitter = undefined;
    this.#requestAtMs = this.#scope.now();
    this.#request = line.cut ? undefined : parseRequest(line.bytes);
    this.#scope.self.send(this.#toEvent(this.#request));
  }

  /**
   * The ban that refuses a request. VER is never refused: to a client, a server that refuses VER is a server
   * without keys. A ban of an id does not refuse WHO, because any user may ask about this id.
   */
  #banOn(request: Request | undefined): Ban | undefined {
    if (request?.op === 'VER') return undefined;
    const ban = this.#input.bans.ofAddress(this.address);
    if (ban !== undefined || request === undefined || request.op === 'WHO') return ban;
    return this.#input.bans.ofId(request.id);
  }

  #refuse(limit: LimitName): void {
    this.#limit = limit;
    this.#input.meter.recordRefusal(limit);
  }

  #toEvent(request: Request | undefined): ConnectionEvent {
    const device = this.#device;
    const ban = this.#banOn(request);
    if (ban !== undefined) {
      const { kind: banned, untilMs } = ban;
      return { type: 'request.decided', reply: 204, details: encodeBanDetails({ banned, untilMs }) };
    }
    switch (request?.op) {
      case 'REG':
        if (!this.#isWithin('registrations')) return BUSY;
        return { type: 'request.received', change: withDevice(request, device) };
      case 'ADD':
      case 'DEL':
        if (!this.#isWithin('changes')) return BUSY;
        return { type: 'request.received', change: withDevice(request, device) };
      case 'LOG': {
        if (device === undefined) break;
        if (!this.#isWithin('changes')) return BUSY;
        const { op, id, mode } = request;
        return { type: 'request.received', change: { op, id, device }, mode };
      }
      case 'REM': {
        if (device === undefined) break;
        if (!this.#isWithin('registrations')) return BUSY;
        const { op, id } = request;
        return { type: 'request.received', change: { op, id, device, atMs: this.#input.wallClock() } };
      }
      case 'WHO':
        if (device === undefined) break;
        return { type: 'question.received', question: request };
      case 'VER': {
        if (device !== undefined) break;
        const details = encodeVersionDetails(this.#input.identity.key);
        return { type: 'request.decided', reply: 200, details };
      }
    }
    return { type: 'request.decided', reply: 201 };
  }

  /** Whether the limit allows one more request from this address. */
  #isWithin(limit: 'registrations' | 'changes'): boolean {
    const isWithin = this.#input[limit].tryUse(this.address, 1, this.#scope.now());
    if (!isWithin) this.#refuse(limit);
    return isWithin;
  }
}

function withDevice<TChange extends object>(change: TChange, device: Device | undefined) {
  return device === undefined ? change : { ...change, device };
}

/** Ignores the error: a broken connection is not a fault of the server. */
function ignore(): void {}
