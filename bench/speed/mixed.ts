/**
 * Mixed load: SET, GET and TCP requests at a steady rate, even if the server does not keep up.
 */

import { PREFIX } from './database.js';
import type { Generator } from './generator.js';
import type { Subject } from './subject.js';

/** SET, GET and TCP requests in a second. */
const ANNOUNCEMENTS = 50_000;
const QUESTIONS = 50_000;
const REQUESTS = 1_000;

const DURATION_MS = 20_000;

export interface Mixed {
  readonly part: number;
  readonly questions: number;
  /** The fraction of GET requests without an answer. */
  readonly lostPart: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly requests: number;
  readonly tcpErrors: number;
  /** The server's CPU time as a fraction of one core. */
  readonly cpuPart: number;
  /** The load generator's CPU time as a fraction of one core. Near 1, the generator was the bottleneck. */
  readonly loadBusy: number;
  readonly loopDelayMs: number;
}

/**
 * @param registered How many users are registered; half of them are online, and send requests.
 * @param part The fraction of the full load.
 */
export async function mixLoad(
  generator: Generator,
  subject: Subject,
  registered: number,
  part: number,
): Promise<Mixed> {
  const { tcp, udp } = subject.ports;
  const common = { port: udp, ms: DURATION_MS, prefix: PREFIX, users: registered / 2, registered };
  const before = await subject.sample();
  const outcome = await generator.run({
    kind: 'mixed',
    set: { kind: 'SET', ...common, rate: ANNOUNCEMENTS * part },
    get: { kind: 'GET', ...common, rate: QUESTIONS * part },
    tcp: { kind: 'steady tcp', port: tcp, ms: DURATION_MS, rate: REQUESTS * part },
  });
  const after = await subject.sample();
  return {
    part,
    questions: outcome.requests,
    lostPart: outcome.errors / outcome.requests,
    p50Ms: outcome.p50,
    p99Ms: outcome.p99,
    p999Ms: outcome.p999,
    requests: outcome.tcp?.requests ?? 0,
    tcpErrors: outcome.tcp?.errors ?? 0,
    cpuPart: (after.cpuUs - before.cpuUs) / 1_000 / DURATION_MS,
    loadBusy: outcome.busy,
    loopDelayMs: after.loopDelayMs,
  };
}
