/**
 * Loaded into each process that is measured, before its program: tells over the IPC channel what it has cost
 * so far.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is looked at, in milliseconds. */
const RESOLUTION_MS = 5;

/** What a process has cost: since it began, and since it was asked last. */
export interface Sample {
  /** CPU time of all its threads since it began, in microseconds. */
  readonly cpuUs: number;
  /** The longest delay of its event loop since it was asked last, in milliseconds. */
  readonly loopDelayMs: number;
  /** Resident memory, in bytes. */
  readonly rssBytes: number;
}

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const sample: Sample = {
    cpuUs: user + system,
    loopDelayMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    rssBytes: process.memoryUsage.rss(),
  };
  delay.reset();
  process.send?.(sample);
});
process.channel?.unref();
// Whoever measures is gone.
process.once('disconnect', () => process.exit());
