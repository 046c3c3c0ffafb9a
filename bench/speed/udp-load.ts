/**
 * UDP load at a steady rate, whatever the answers do: so a server that is quick and one that is slow have the
 * same to do.
 */

import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerOf } from './database.js';
import type { Gathered } from './gathered.js';
import { steadily } from './steadily.js';

/** So that no answer is lost here. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How long the last answers are waited for, in milliseconds. */
const LAST_ANSWERS_MS = 300;

/** A step from one user to the next that leads to all of them, in no order. */
const STRIDE = 6_997;

export interface UdpJob {
  /** `GONE` announces that somebody is offline. */
  readonly kind: 'GET' | 'SET' | 'GONE';
  readonly port: number;
  readonly ms: number;
  /** Users `PREFIX0`, `PREFIX1`, … ask, or announce themselves. */
  readonly prefix: string;
  readonly users: number;
  /** How many users are registered: an answer's first buddy tells whose list it is. */
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
  socket.on('error', () => {}); // nobody listens there any more: what is lost is counted
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

/** Who asked for this list; a bare answer does not tell, but comes in its turn. */
function askerOf(bytes: Buffer, { users, registered }: UdpJob): number | undefined {
  const [, first] = /^user(\d+) /.exec(bytes.toString('latin1', 0, 16)) ?? [];
  const asker = first === undefined ? undefined : ownerOf(Number(first), registered);
  return asker !== undefined && asker < users ? asker : undefined;
}
