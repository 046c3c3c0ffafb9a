/**
 * Sends one request to the server over TCP: opens a connection, writes a line, reads the reply line.
 */

import { connect } from 'node:net';
import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { ServerRequest } from '../../machines/client/client-context.js';
import type { ServerReply } from '../../machines/client/events.js';
import { type Silence, silenceOf } from '../../machines/client/silence.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine } from '../../protocol/message.js';
import { isDone } from '../../protocol/reply.js';
import { encodeRequest, MAX_REQUEST_BYTES } from '../../protocol/request.js';
import { networkReason } from './network-reason.js';

/** Longest wait for the server's reply, in milliseconds. The server itself may wait 10 s for its disk. */
const REPLY_TIMEOUT_MS = 12_000;

export interface ServerEndpoint {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Actor logic of one request. Its output is the reply; the message of its error says why there is none. */
export function askServerLogic(server: ServerEndpoint): PromiseActorLogic<ServerReply, ServerRequest> {
  return fromPromise(({ input, signal }) => ask(server, encodeRequest(input.op, ...input.ids), signal));
}

/**
 * Sends one request line and resolves with the reply. Rejects with an error whose message says why there is
 * none.
 */
export function ask(server: ServerEndpoint, request: string, signal: AbortSignal): Promise<ServerReply> {
  return new Promise((resolve, reject) => {
    const splitter = new LineSplitter(MAX_REQUEST_BYTES);
    const socket = connect({ ...server, noDelay: true });
    const fail = (reason: string, cause?: unknown) => {
      socket.destroy();
      reject(new Error(reason, { cause }));
    };
    /** An exception in a listener fails this request only. */
    const guarded =
      <TArgs extends unknown[]>(listener: (...args: TArgs) => void) =>
      (...args: TArgs) => {
        try {
          listener(...args);
        } catch (error) {
          socket.destroy();
          reject(error);
        }
      };
    const resolveWith = (line: Line) => {
      const text = decodeLine(line);
      resolve({ line: toDisplayText(text), done: isDone(text) });
      socket.destroy();
    };
    const timer = setTimeout(() => fail('no reply in time'), REPLY_TIMEOUT_MS);

    socket.on('connect', () => socket.write(request, 'latin1'));
    socket.on(
      'data',
      guarded((chunk: Buffer) => splitter.push(chunk).slice(0, 1).forEach(resolveWith)),
    );
    socket.on(
      'end',
      guarded(() => {
        const line = splitter.end();
        if (line === undefined) fail('it closed the connection without a reply');
        else resolveWith(line);
      }),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => fail(networkReason(error), error));
    const onAbort = () => fail('not waited for');
    signal.addEventListener('abort', onAbort);
    socket.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** When the server does not answer over UDP, asks it over TCP whether it knows the user. Always resolves. */
export async function askWhySilent(
  server: ServerEndpoint,
  user: UserId | undefined,
  signal: AbortSignal,
): Promise<Silence> {
  if (user === undefined) return { cause: 'unknown' };
  try {
    const { line } = await ask(server, encodeRequest('ADD', user), signal);
    return silenceOf(line);
  } catch (error) {
    const { message, cause } = error as Error;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') return { cause: 'down' };
    return { cause: 'unreachable', reason: toDisplayText(signal.aborted ? 'no answer' : message) };
  }
}
