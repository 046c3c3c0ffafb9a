/**
 * UDP load at a steady rate, which does not depend on the answers: a fast and a slow server get the same
 * load.
 */

import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerOf } from './database.js';
import type { Gathered } from './gathered.js';
import { steadily } from './steadily.js';

/** The receive buffer of the generator: large enough that it loses no answer. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How long the generator waits for the last answers, in milliseconds. */
const LAST_ANSWERS_MS = 300;

/** The step from one user to the next. It visits all users, out of order. */
const STRIDE = 6_997;

export interface UdpJob {
  /** `GONE` sends a SET with the status OFFLINE. */
  readonly kind: 'GET' | 'SET' | 'GONE';
  readonly port: number;
  readonly ms: number;
  /** The datagrams come from the users `PREFIX0`, `PREFIX1`, … */
  readonly prefix: string;
  readonly users: number;
  /** How many users are registered. From this number and the first buddy in an answer follows who asked. */
  readonly registered: number;
  /** Datagrams in a second. */
  readonly rate: number;
}

export async function loadUdp(job: UdpJob): Promise<Gathered> {
  const { kind, port, ms, rate, users } = job;
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: (address, _options, done) => done(null, address, 4),
  });
  socket.on('error', () => {}); // the server is gone: missing answers are counted
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
  const sentMs = new Float64Array(users);
  const latencies: number[] = [];
  let requests = 0;
  socket.on('message', (bytes) => {
    const asker = askerOf(bytes, job) ?? (latencies.length * STRIDE) % users;
    latencies.push(performance.now() - (sentMs[asker] as number));
  });
  await steadily(rate, ms, (number) => {
    const user = (number * STRIDE) % users;
    socket.send(datagram(job, user, number));
    sentMs[user] = performance.now();
    requests += 1;
  });
  if (kind === 'GET') await delay(LAST_ANSWERS_MS);
  socket.close();
  const errors = kind === 'GET' ? requests - latencies.length : 0;
  return { requests, errors, seconds: ms / 1_000, latencies };
}

function datagram({ kind, prefix }: UdpJob, user: number, number: number): string {
  if (kind === 'GET') return `GET ${prefix}${user}`;
  if (kind === 'GONE') return `SET ${prefix}${user} 101 OFFLINE 0`;
  return `SET ${prefix}${user} 100 ONLINE ${1_024 + (number % 60_000)}`;
}

/** The user who asked for this list; `undefined` for the answer of a bare server, which names no buddies. */
function askerOf(bytes: Buffer, { users, registered }: UdpJob): number | undefined {
  const [, first] = /^user(\d+) /.exec(bytes.toString('latin1', 0, 16)) ?? [];
  const asker = first === undefined ? undefined : ownerOf(Number(first), registered);
  return asker !== undefined && asker < users ? asker : undefined;
}
