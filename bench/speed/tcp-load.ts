/**
 * TCP load, a connection for each request: clients in a closed loop, or so many requests in a second.
 */

import { connect } from 'node:net';
import type { Gathered } from './gathered.js';
import { steadily } from './steadily.js';

/** Addresses of this machine that connections come from: so no address runs out of ports. */
const SOURCES = 50;

/** Requests are made like this; each of them changes something, but for those that are refused. */
export type RequestKind = 'REG' | 'ADD and DEL' | 'refused';

/** Clients that each connect, ask, read to the end, and begin again. */
export interface TcpJob {
  readonly kind: 'tcp';
  readonly port: number;
  readonly clients: number;
  readonly ms: number;
  readonly requests: RequestKind;
  /** The number of the first request: they go on from there. */
  readonly first: number;
  /** What every answer begins with. */
  readonly answer: string;
}

/** So many registrations in a second. */
export interface SteadyTcpJob {
  readonly kind: 'steady tcp';
  readonly port: number;
  readonly ms: number;
  readonly rate: number;
}

/** How many users there are whose lists are changed. */
export const LISTS = 1_000;

/** The users whose lists are changed. */
export function listId(user: number): string {
  return `list${user}`;
}

const REQUESTS: Readonly<Record<RequestKind, (number: number) => string>> = {
  REG: (number) => `REG new${number}\r\n`,
  'ADD and DEL': changeOfLists,
  refused: () => 'XXX\r\n',
};

/** Everybody adds a buddy; then everybody removes them again; and so on with the next. */
function changeOfLists(number: number): string {
  const list = number % LISTS;
  const round = Math.floor(number / LISTS);
  const distance = 1 + (Math.floor(round / 2) % (LISTS - 1));
  return `${round % 2 === 0 ? 'ADD' : 'DEL'} ${listId(list)} ${listId((list + distance) % LISTS)}\r\n`;
}

/** Asks, and tells after how many milliseconds, and how, it was answered. */
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

export async function loadTcp({ port, clients, ms, requests, first, answer }: TcpJob): Promise<Gathered> {
  const latencies: number[] = [];
  const startedMs = performance.now();
  let number = first;
  let errors = 0;

  const client = () =>
    new Promise<void>((resolve) => {
      const next = () => {
        if (performance.now() - startedMs >= ms) return resolve();
        ask(port, number, REQUESTS[requests](number++), (took, given) => {
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
