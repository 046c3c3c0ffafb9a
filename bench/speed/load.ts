/**
 * The load generator: a process that is told jobs over its IPC channel, and tells what came of each.
 */

import type { Gathered } from './gathered.js';
import { loadTcp, loadTcpSteadily, type SteadyTcpJob, type TcpJob } from './tcp-load.js';
import { loadUdp, type UdpJob } from './udp-load.js';

/** All at once; the outcome is that of the questions, and beside it that of the requests. */
export interface MixedJob {
  readonly kind: 'mixed';
  readonly set: UdpJob;
  readonly get: UdpJob;
  readonly tcp: SteadyTcpJob;
}

export type Job = TcpJob | SteadyTcpJob | UdpJob | MixedJob;

/** What came of a job. Latencies are in milliseconds. */
export interface Outcome {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** The part of its time that this process was busy: near 1, it was the limit. */
  readonly busy: number;
  readonly beside?: { readonly requests: number; readonly errors: number };
}

process.on('message', async (job: Job) => {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const [main, beside] = await run(job);
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1_000 / (performance.now() - startedMs);
  const { requests, errors, seconds, latencies } = main;
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  const percentiles = { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
  const outcome: Outcome = { requests, errors, seconds, ...percentiles, busy };
  process.send?.(beside === undefined ? outcome : { ...outcome, beside: { ...beside, latencies: [] } });
});

async function run(job: Job): Promise<readonly [Gathered, Gathered?]> {
  switch (job.kind) {
    case 'tcp':
      return [await loadTcp(job)];
    case 'steady tcp':
      return [await loadTcpSteadily(job)];
    case 'mixed': {
      const [asked, requested] = await Promise.all([
        loadUdp(job.get),
        loadTcpSteadily(job.tcp),
        loadUdp(job.set),
      ]);
      return [asked, requested];
    }
    default:
      return [await loadUdp(job)];
  }
}
