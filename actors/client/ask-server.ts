/**
 * Sends one request to the server over TCP: opens a connection, writes a line, reads the reply line.
 */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ServerReply } from '../../machines/client/events.js';
import { type Silence, silenceOf } from '../../machines/client/silence.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine } from '../../protocol/message.js';
import { isDone } from '../../protocol/reply.js';
import { MAX_REQUEST_BYTES } from '../../protocol/request.js';
import { networkReason } from './network-reason.js';

/** Longest wait for the server's reply, in milliseconds. The server itself may wait 10 s for its disk. */
export const REPLY_TIMEOUT_MS = 12_000;

/**
 * Longest wait for a connection if the client could use another server, in milliseconds. It is shorter than
 * the wait for any reply.
 */
export const CONNECT_TIMEOUT_MS = 2_000;

/** The message of the error when the server closes the connection without a reply. */
export const NO_REPLY = 'it closed the connection without a reply';

/** The message of the error when the reply does not come in time. */
export const LATE_REPLY = 'no reply in time';

export interface ServerEndpoint {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** A server, and how to connect to it. */
export interface Route extends ServerEndpoint {
  open(): Socket;
  /** Whether the client could use another server. If so, it gives up sooner on a server that is slow. */
  hasOthers(): boolean;
}

const NOT_AWAITED = 'not waited for';

/** Nothing was sent to the server: there was no connection, or no TLS handshake in time. */
export class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

/** The request was sent, and no reply came. The server may have executed the request. */
export class NoReplyError extends Error {
  /** True if the connection stayed open, but the reply did not come in time. */
  get isLate(): boolean {
    return this.message === LATE_REPLY;
  }
}

/**
 * Sends one request line in clear and resolves with the reply. Rejects with an {@link UnreachedError} or a
 * {@link NoReplyError}, whose message says why there is no reply, or with an `Error` if `signal` aborts.
 */
export function ask(
  route: Route,
  request: string,
  signal: AbortSignal,
  timeoutMs = REPLY_TIMEOUT_MS,
): Promise<ServerReply> {
  const socket = route.open();
  limitWait(socket, 'connect', CONNECT_TIMEOUT_MS, route);
  let isConnected = false;
  socket.on('connect', () => {
    isConnected = true;
    socket.write(request, 'latin1');
  });
  const errorOf = (error: NodeJS.ErrnoException) =>
    isConnected ? new NoReplyError(reasonOf(error), { cause: error }) : unreachedError(error);
  return readReply(socket, { signal, timeoutMs, errorOf });
}

/** Waits until a socket is connected. If this fails, destroys the socket and rejects. */
export async function connected(socket: Socket, { signal, timeoutMs, errorOf }: ReplyOptions): Promise<void> {
  const timer = setTimeout(() => socket.destroy(new Error(LATE_REPLY)), timeoutMs);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw signal.aborted ? new Error(NOT_AWAITED) : errorOf(error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
  }
}

/** If `socket` does not emit `event` in time, and there is another server to use, destroys the socket. */
export function limitWait(socket: Socket, event: string, timeoutMs: number, route: Route): void {
  const late = () => {
    if (route.hasOthers()) socket.destroy(unreachedError(new Error(LATE_REPLY)));
  };
  const timer = setTimeout(late, timeoutMs);
  for (const end of [event, 'close']) socket.once(end, () => clearTimeout(timer));
}

export interface ReplyOptions {
  /** Aborts when the caller no longer waits for the reply. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The error to reject with when the connection breaks, or the reply does not come. */
  readonly errorOf: (error: NodeJS.ErrnoException) => Error;
}

/** Reads the reply to a request: one line. Then destroys the connection, which may be a TLS connection. */
export function readReply(
  socket: Socket,
  { signal, timeoutMs, errorOf }: ReplyOptions,
): Promise<ServerReply> {
  return new Promise((resolve, reject) => {
    const splitter = new LineSplitter(MAX_REQUEST_BYTES);
    const fail = (error: unknown) => {
      // Reject first: a socket in TLS may emit `close` while it is being destroyed.
      reject(error);
      socket.destroy();
    };
    /** An exception in a listener fails this request only. */
    const guarded =
      <TArgs extends unknown[]>(listener: (...args: TArgs) => void) =>
      (...args: TArgs) => {
        try {
          listener(...args);
        } catch (error) {
          fail(error);
        }
      };
    const resolveWith = (line: Line) => {
      const text = decodeLine(line);
      resolve({ line: toDisplayText(text), done: isDone(text) });
      socket.destroy();
    };
    const timer = setTimeout(() => fail(errorOf(new Error(LATE_REPLY))), timeoutMs);

    socket.on(
      'data',
      guarded((chunk: Buffer) => splitter.push(chunk).slice(0, 1).forEach(resolveWith)),
    );
    socket.on(
      'end',
      guarded(() => {
        const line = splitter.end();
        if (line === undefined) fail(errorOf(new Error(NO_REPLY)));
        else resolveWith(line);
      }),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => fail(errorOf(error)));
    const onAbort = () => fail(new Error(NOT_AWAITED));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    socket.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      // A connection may close without an end or an error.
      reject(errorOf(new Error(NO_REPLY)));
    });
  });
}

/** The error for a failure before anything was sent. The message gives the reason in words. */
export function unreachedError(error: NodeJS.ErrnoException): UnreachedError {
  return error instanceof UnreachedError ? error : new UnreachedError(reasonOf(error), { cause: error });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === undefined ? error.message : networkReason(error);
}

/**
 * Asks the server over TCP whether it knows the user, because it does not answer over UDP. Always resolves.
 *
 * @param request Sends `ADD <user>`, in clear or inside TLS.
 */
export async function askWhySilent(
  request: (signal: AbortSignal) => Promise<ServerReply>,
  signal: AbortSignal,
): Promise<Silence> {
  try {
    const { line } = await request(signal);
    return silenceOf(line);
  } catch (error) {
    const { message, cause } = error as Error;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') return { cause: 'down' };
    return { cause: 'unreachable', reason: toDisplayText(signal.aborted ? 'no answer' : message) };
  }
}

/** Monotonic time, in milliseconds. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
