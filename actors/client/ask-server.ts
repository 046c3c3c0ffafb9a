/**
 * Sends one request to the server over TCP: opens a connection, writes a line, reads the reply line.
 */

import { connect, type Socket } from 'node:net';
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

/** Longest wait for a connection if there are other servers, in milliseconds: less than for any reply. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The message of the error when the server closes the connection without a reply. */
export const NO_REPLY = 'it closed the connection without a reply';

/** The message of the error when the reply does not come in time. */
export const LATE_REPLY = 'no reply in time';

export interface ServerEndpoint {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Destroys a socket that is not connected in time. */
export function limitConnecting(socket: Socket): void {
  const late = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(late), CONNECT_TIMEOUT_MS);
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
}

/** Opens a connection to a server. With `address`, to that address of it. */
export type OpenConnection = (server: ServerEndpoint, address?: string) => Socket;

/** There was no connection to the server, so nothing was sent. */
export class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

interface AskOptions {
  readonly timeoutMs?: number | undefined;
  readonly open?: OpenConnection;
}

/**
 * Sends one request line in clear and resolves with the reply. Rejects with an error whose message says why
 * there is no reply.
 */
export function ask(
  server: ServerEndpoint,
  request: string,
  signal: AbortSignal,
  { timeoutMs = REPLY_TIMEOUT_MS, open = openConnection }: AskOptions = {},
): Promise<ServerReply> {
  const socket = open(server);
  let isConnected = false;
  socket.on('connect', () => {
    isConnected = true;
    socket.write(request, 'latin1');
  });
  const errorOf = (error: NodeJS.ErrnoException) =>
    isConnected ? networkError(error) : unreachedError(error);
  return readReply(socket, { signal, timeoutMs, errorOf });
}

function openConnection({ host, port }: ServerEndpoint, address = host): Socket {
  return connect({ host: address, port, noDelay: true });
}

export interface ReplyOptions {
  /** Aborted when the caller does not wait for the reply any longer. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The error to reject with when the connection breaks, or the reply does not come. */
  readonly errorOf: (error: NodeJS.ErrnoException) => Error;
}

/** Reads the reply to a request: one line. Then destroys the connection, which may be in TLS. */
export function readReply(
  socket: Socket,
  { signal, timeoutMs, errorOf }: ReplyOptions,
): Promise<ServerReply> {
  return new Promise((resolve, reject) => {
    const splitter = new LineSplitter(MAX_REQUEST_BYTES);
    const fail = (error: unknown) => {
      // A socket in TLS may emit `close` while it is being destroyed.
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
    const onAbort = () => fail(new Error('not waited for'));
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

/** An error with the reason in words, and the system's error as its cause. */
function networkError(error: NodeJS.ErrnoException): Error {
  return new Error(error.code === undefined ? error.message : networkReason(error), { cause: error });
}

/** As {@link networkError}, for an error before there was a connection. */
export function unreachedError(error: NodeJS.ErrnoException): Error {
  return error.code === undefined
    ? networkError(error)
    : new UnreachedError(networkReason(error), { cause: error });
}

/**
 * When the server does not answer over UDP, asks it over TCP whether it knows the user. Always resolves.
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
