/**
 * The load generator: a process that receives jobs over its IPC channel, and sends back the outcome of each.
 */

import type { Gathered } from './gathered.js';
import {
  type FloodJob,
  flood,
  loadTcpSealed,
  loadUdpSealed,
  type SealedTcpJob,
  type SealedUdpJob,
} from './sealed-load.js';
import { loadTcp, loadTcpSteadily, type SteadyTcpJob, type TcpJob } from './tcp-load.js';
import { loadUdp, type UdpJob } from './udp-load.js';

/** SET, GET and TCP requests at once. The outcome has the measurements of GET, and the counts of TCP. */
export interface MixedJob {
  readonly kind: 'mixed';
  readonly set: UdpJob;
  readonly get: UdpJob;
  readonly tcp: SteadyTcpJob;
}

export type Job = TcpJob | SteadyTcpJob | UdpJob | MixedJob | SealedTcpJob | SealedUdpJob | FloodJob;

/** The outcome of a job. Latencies are in milliseconds. */
export interface Outcome {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** The fraction of its time that this process was busy. Near 1, this process was the bottleneck. */
  readonly busy: number;
  readonly tcp?: { readonly requests: number; readonly errors: number };
}

process.on('message', async (job: Job) => {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const [main, tcp] = await run(job);
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1_000 / (performance.now() - startedMs);
  const { requests, errors, seconds, latencies } = main;
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  const percentiles = { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
  const outcome: Outcome = { requests, errors, seconds, ...percentiles, busy };
  process.send?.(tcp === undefined ? outcome : { ...outcome, tcp: { ...tcp, latencies: [] } });
});

async function run(job: Job): Promise<readonly [Gathered, Gathered?]> {
  switch (job.kind) {
    case 'tcp':
      return [await loadTcp(job)];
    case 'steady tcp':
      return [await loadTcpSteadily(job)];
    case 'sealed tcp':
      return [await loadTcpSealed(job)];
    case 'sealed SET':
    case 'sealed GET':
      return [await loadUdpSealed(job)];
    case 'hello flood':
      return [await flood(job)];
    case 'mixed': {
      const [get, tcp] = await Promise.all([loadUdp(job.get), loadTcpSteadily(job.tcp), loadUdp(job.set)]);
      return [get, tcp];
    }
    default:
      return [await loadUdp(job)];
  }
}
