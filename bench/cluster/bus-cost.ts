/**
 * Measures the bus between two servers of a directory: the delay until the other server shows a new status,
 * and the CPU time that an announcement costs.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { ROUND_MS } from '../speed/comparison.js';
import { PREFIX } from '../speed/database.js';
import type { Generator } from '../speed/generator.js';
import type { Job } from '../speed/load.js';
import type { Subject } from '../speed/subject.js';
import { atMost } from '../target.js';
import { rateOf } from '../waiting-clients.js';

/** How many statuses are measured. */
const STATUSES = 300;

/** The longest pause between two statuses, in milliseconds: twice the interval of batches. */
const MAX_PAUSE_MS = 20;

/** How long to wait for an answer before the GET is repeated, in milliseconds. */
const ANSWER_MS = 1_000;

const DELAY_TARGET_MS = 100;

/** To measure the cost of SETs: how many are sent in a second, and how many rounds are measured. */
const RATE = 10_000;
const ROUNDS = 5;

/** A buddy, and a user whose list begins with that buddy. */
export interface Pair {
  readonly buddy: string;
  readonly owner: string;
}

/** Measures how long it takes until a SET at one server shows in a GET at another. */
export async function measureDelay(
  report: Report,
  from: Subject,
  to: Subject,
  { buddy, owner }: Pair,
): Promise<void> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const list = async () => {
    socket.send(`GET ${owner}`, to.ports.udp, '127.0.0.1');
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    return String((await answer.catch(() => ['']))[0]);
  };
  const delays: number[] = [];
  // The bus may not be up yet: the first status is not measured.
  for (let number = 0; number <= STATUSES; number++) {
    await wait(Math.random() * MAX_PAUSE_MS);
    const status = `${buddy} 100 ONLINE`;
    const startedMs = performance.now();
    let shown = '';
    for (let asked = 0; !shown.startsWith(`${status} 127.0.0.1 ${1_024 + number}\n`); asked++) {
      if (asked === 0 || number === 0) {
        socket.send(`SET ${status} ${1_024 + number}`, from.ports.udp, '127.0.0.1');
      }
      shown = await list();
    }
    if (number > 0) delays.push(performance.now() - startedMs);
  }
  socket.close();
  const { p50, p99 } = rateOf(delays, 1);
  report.result('p50', { ms: p50 }, `${p50.toFixed(1)} ms`);
  report.result('p99', { ms: p99 }, `${p99.toFixed(1)} ms`, {
    target: atMost(p99, DELAY_TARGET_MS, 'ms'),
  });
}

/**
 * Measures the CPU time that a SET costs at two servers: at the server that accepts the SET, in comparison
 * with a server without a bus, and at another server, to which the bus brings the announcement.
 */
export async function measureRecords(
  report: Report,
  generator: Generator,
  servers: { readonly plain: Subject; readonly sender: Subject; readonly receiver: Subject },
  users: number,
): Promise<void> {
  const { plain, sender, receiver } = servers;
  const costs: { readonly added: number; readonly heard: number }[] = [];
  await costOf(generator, sender, receiver, users);
  for (let round = 0; round < ROUNDS; round++) {
    const without = await costOf(generator, plain, receiver, users);
    const shared = await costOf(generator, sender, receiver, users);
    costs.push({ added: shared.own - without.own, heard: shared.other });
  }
  for (const [name, cpuUs] of [
    ['at the server that accepts it, in addition', median(costs.map(({ added }) => added))],
    ['at each other server', median(costs.map(({ heard }) => heard))],
  ] as const) {
    report.result(name, { cpuUs }, `${cpuUs.toFixed(2)} µs`);
  }
}

/** The CPU time of a SET at the server that accepts the SET, and at another server, in microseconds. */
async function costOf(
  generator: Generator,
  subject: Subject,
  other: Subject,
  users: number,
): Promise<{ readonly own: number; readonly other: number }> {
  const job: Job = {
    ...{ kind: 'SET', port: subject.ports.udp, ms: ROUND_MS, rate: RATE },
    ...{ prefix: PREFIX, users: users / 2, registered: users },
  };
  const dropped = await subject.drops();
  const before = await Promise.all([subject.sample(), other.sample()]);
  const { requests } = await generator.run(job);
  const after = await Promise.all([subject.sample(), other.sample()]);
  const accepted = requests - ((await subject.drops()) - dropped);
  const [own = Number.NaN, others = Number.NaN] = after.map(
    ({ cpuUs }, index) => (cpuUs - (before[index]?.cpuUs ?? 0)) / accepted,
  );
  return { own, other: others };
}
