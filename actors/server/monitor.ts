/**
 * The monitor: an HTTP server for the tools that watch the server. `/metrics` has the metrics, `/healthz`
 * shows that the process handles events, and `/readyz` says whether clients can be served.
 *
 * It starts before all other actors and stops after them, so that `/readyz` also answers while the server
 * starts and stops. If a page cannot be made, the answer is 500, and no actor crashes.
 *
 * Scrapes must not slow down the clients of the server. The metrics are made at most once per
 * {@link REUSE_MS}, and a connection is closed after its first request.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BehaviourLogic, fromBehaviour, type Timer } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import { HEADER_TIMEOUTS, limitConnections } from '../http-limits.js';
import type { Log } from '../log.js';
import { onlyFirstRequests } from './first-request.js';
import type { SocketBound } from './listener.js';
import type { PresenceCounted, PresenceEvent } from './presence.js';
import type { SessionsCounted, SessionsEvent } from './sessions.js';

/** The maximum number of bytes of the headers of a request. */
const MAX_HEADER_BYTES = 8 * 1024;

/**
 * How long a connection may be idle before the monitor cuts it, in milliseconds. This limit also applies
 * while the monitor sends an answer.
 */
const IDLE_TIMEOUT_MS = 10_000;

/** Longest wait for the counts from presence and from the sessions actor, in milliseconds. */
const COUNT_TIMEOUT_MS = 1_000;

/** How long the metrics are used again after they were made, in milliseconds. */
export const REUSE_MS = 1_000;

/** How many users are online or away, and how many sessions are open. */
export interface Population {
  readonly online: number;
  readonly away: number;
  readonly sessions: number;
}

export interface MonitorPages {
  /** The content type of the metrics. */
  readonly metricsType: string;
  /**
   * Formats the metrics.
   *
   * @param population The current numbers; a number is missing if its actor did not answer in time.
   */
  metrics(population: Partial<Population>): Promise<string>;
}

export interface MonitorInput {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly pages: MonitorPages;
  /** Why the server is not ready; `undefined` if it is ready. */
  readonly findProblem: () => Promise<string | undefined>;
  readonly presence: Address<PresenceEvent>;
  readonly sessions: Address<SessionsEvent>;
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

type MonitorEvent = PresenceCounted | SessionsCounted | { readonly type: 'count.overdue' };

/** Actor logic of the monitor. Emits {@link SocketBound} and is ready when its socket is bound. */
export const monitorLogic: BehaviourLogic<MonitorEvent, MonitorInput> = fromBehaviour((scope, input) => {
  const { host, port, pages, findProblem, presence, sessions, log } = input;
  /** The requests that wait for the metrics. All of them get the same metrics. */
  const waiting = new Set<ServerResponse>();
  let isMaking = false;
  let population: Partial<Population> = {};
  let timer: Timer | undefined;
  let made: { readonly answer: Answer; readonly atMs: number } | undefined;

  const server = createServer({
    ...HEADER_TIMEOUTS,
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: IDLE_TIMEOUT_MS,
    requireHostHeader: false,
  });
  for (const event of ['request', 'checkExpectation']) server.on(event, scope.guard(receiveRequest));
  limitConnections(server);
  onlyFirstRequests(server, IDLE_TIMEOUT_MS);
  server.on('error', (error) => scope.fail(error));
  server.listen(
    port,
    host,
    scope.guard(() => {
      const { address, port: boundPort } = server.address() as AddressInfo;
      scope.emit({
        type: 'socket.bound',
        protocol: 'http',
        host: address,
        port: boundPort,
      } satisfies SocketBound);
      scope.ready();
    }),
  );

  function receiveRequest(request: IncomingMessage, response: ServerResponse): void {
    response.shouldKeepAlive = false;
    response.on('error', () => {}); // a broken connection is not a fault of the server
    handleRequest(request, response);
  }

  function handleRequest(request: IncomingMessage, response: ServerResponse): void {
    const [path] = (request.url ?? '').split('?', 1);
    const isPage = path === '/metrics' || path === '/healthz' || path === '/readyz';
    if (!isPage) return sendText(response, 404, 'Use /metrics, /healthz or /readyz.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendText(response, 405, 'Use GET.');
    }
    if (path === '/healthz') return sendText(response, 200, 'ok');
    if (path === '/metrics') return awaitMetrics(response);
    findProblem().then(
      scope.guard((problem) => sendText(response, problem === undefined ? 200 : 503, problem ?? 'ready')),
      scope.guard((error) => send(response, failed(error))),
    );
  }

  function awaitMetrics(response: ServerResponse): void {
    if (made !== undefined && scope.now() - made.atMs < REUSE_MS) return send(response, made.answer);
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
    if (isMaking) return;
    isMaking = true;
    population = {};
    timer = scope.sendLater({ type: 'count.overdue' }, COUNT_TIMEOUT_MS);
    presence.send({ type: 'presence.count', replyTo: scope.self });
    sessions.send({ type: 'sessions.count', replyTo: scope.self });
  }

  function makeMetrics(): void {
    scope.cancel(timer);
    timer = undefined;
    pages.metrics(population).then(
      scope.guard((text) => sendMetrics({ status: 200, type: pages.metricsType, body: Buffer.from(text) })),
      scope.guard((error) => sendMetrics(failed(error))),
    );
  }

  function sendMetrics(answer: Answer): void {
    isMaking = false;
    made = { answer, atMs: scope.now() };
    const responses = [...waiting];
    waiting.clear();
    for (const response of responses) send(response, answer);
  }

  function failed(error: unknown): Answer {
    log.error({ err: error }, 'a page of the monitor could not be made');
    return answerOf(500, 'This page could not be made: see the log of the server.');
  }

  return {
    starting: true,
    receive(event) {
      if (timer === undefined) return; // the answer came too late
      if (event.type === 'presence.counted') {
        const { online, away } = event;
        population = { ...population, online, away };
      } else if (event.type === 'sessions.counted') {
        population = { ...population, sessions: event.count };
      } else {
        return makeMetrics();
      }
      if (population.online !== undefined && population.sessions !== undefined) makeMetrics();
    },
    release() {
      scope.cancel(timer);
      server.close();
      server.closeAllConnections();
    },
  };
});

function answerOf(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(`${text}\n`) };
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, answerOf(status, text));
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body);
}
