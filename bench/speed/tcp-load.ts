/**
 * TCP load, with a connection for each request: by clients in a closed loop, or at a steady rate.
 */

import { connect } from 'node:net';
import type { Gathered } from './gathered.js';
import { steadily } from './steadily.js';

/** How many local addresses the connections use, so that no address runs out of ports. */
const SOURCES = 50;

/** The kinds of requests. Each request has an effect, except those of the kind `refused`. */
export type RequestKind = 'REG' | 'ADD and DEL' | 'refused';

/** Clients that connect, send a request, read to the end, and start again. */
export interface TcpJob {
  readonly kind: 'tcp';
  readonly port: number;
  readonly clients: number;
  readonly ms: number;
  readonly requests: RequestKind;
  /** The number of the first request. Each later request has the next number. */
  readonly first: number;
  /** The expected beginning of every reply. */
  readonly answer: string;
}

/** Registrations at a steady rate, per second. */
export interface SteadyTcpJob {
  readonly kind: 'steady tcp';
  readonly port: number;
  readonly ms: number;
  readonly rate: number;
}

/** How many users have their lists changed. */
export const LISTS = 1_000;

/** The id of a user whose list is changed. */
export function listId(user: number): string {
  return `list${user}`;
}

const REQUESTS: Readonly<Record<RequestKind, (number: number) => string>> = {
  REG: (number) => `REG new${number}\r\n`,
  'ADD and DEL': changeOfLists,
  refused: () => 'XXX\r\n',
};

/** In each pair of rounds, every user adds a buddy, and then removes that buddy. */
function changeOfLists(number: number): string {
  const list = number % LISTS;
  const round = Math.floor(number / LISTS);
  const distance = 1 + (Math.floor(round / 2) % (LISTS - 1));
  return `${round % 2 === 0 ? 'ADD' : 'DEL'} ${listId(list)} ${listId((list + distance) % LISTS)}\r\n`;
}

/** Sends a request on a new connection. Resolves with the whole reply. */
type Ask = (port: number, request: string) => Promise<string>;

/** Sends a request; passes the latency in milliseconds and the reply to `done`. */
function ask(
  port: number,
  number: number,
  request: string,
  done: (ms: number, answer: string) => void,
): void {
  const startedMs = performance.now();
  const localAddress = `127.0.0.${2 + (number % SOURCES)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  let answer = '';
  socket.write(request, 'latin1');
  socket.on('data', (bytes) => {
    answer += bytes.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => done(performance.now() - startedMs, answer));
}

export function loadTcp(job: TcpJob): Promise<Gathered> {
  return loadInLoop({ ...job, requests: REQUESTS[job.requests] }, ask);
}

/** Like {@link loadTcp}, but the caller passes the function that sends, and may pass its own requests. */
export function loadRequests(
  job: Omit<TcpJob, 'kind' | 'requests'> & {
    readonly requests: RequestKind | ((number: number) => string);
  },
  send: Ask,
): Promise<Gathered> {
  const requests = typeof job.requests === 'string' ? REQUESTS[job.requests] : job.requests;
  return loadInLoop({ ...job, requests }, async (port, _number, request, done) => {
    const startedMs = performance.now();
    const reply = await send(port, request);
    done(performance.now() - startedMs, reply);
  });
}

async function loadInLoop(
  {
    port,
    clients,
    ms,
    requests,
    first,
    answer,
  }: Omit<TcpJob, 'kind' | 'requests'> & { readonly requests: (number: number) => string },
  send: (...args: Parameters<typeof ask>) => void,
): Promise<Gathered> {
  const latencies: number[] = [];
  const startedMs = performance.now();
  let number = first;
  let errors = 0;

  const client = () =>
    new Promise<void>((resolve) => {
      const next = () => {
        if (performance.now() - startedMs >= ms) return resolve();
        const request = requests(number);
        send(port, number++, request, (took, given) => {
          latencies.push(took);
          if (!given.startsWith(answer)) errors += 1;
          next();
        });
      };
      next();
    });
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - startedMs) / 1_000;
  return { requests: number - first, errors, seconds, latencies };
}

export async function loadTcpSteadily({ port, ms, rate }: SteadyTcpJob): Promise<Gathered> {
  const latencies: number[] = [];
  const prefix = `steady${Date.now()}_`;
  let asked = 0;
  let errors = 0;
  let allAnswered = () => {};
  await steadily(rate, ms, (number) => {
    asked += 1;
    ask(port, number, `REG ${prefix}${number}\r\n`, (took, given) => {
      latencies.push(took);
      if (!given.startsWith('200')) errors += 1;
      if (latencies.length === asked) allAnswered();
    });
  });
  await new Promise<void>((resolve) => {
    allAnswered = resolve;
    if (latencies.length === asked) resolve();
  });
  return { requests: asked, errors, seconds: ms / 1_000, latencies };
}
