/**
 * This module is loaded into each measured process before the program. On request, it sends a sample over the
 * IPC channel.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the delay of the event loop is sampled, in milliseconds. */
const RESOLUTION_MS = 5;

/** The resources that a process has used. */
export interface Sample {
  /** CPU time of all threads since the start, in microseconds. */
  readonly cpuUs: number;
  /** The longest delay of the event loop since the last sample, in milliseconds. */
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
// The bench has ended.
process.once('disconnect', () => process.exit());
