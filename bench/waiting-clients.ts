/**
 * Measures how many changes become durable in a second while a number of clients wait for replies.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { SILENT_LOG } from '../actors/log.js';
import { storeLogic } from '../actors/server/store-actor.js';
import type { UserId } from '../protocol/id.js';
import type { Change } from '../protocol/request.js';
import type { Store } from '../storage/store.js';
import type { Report } from './report.js';

/** Latencies are in milliseconds. */
export interface Rate {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export function rateOf(latencies: number[], ms: number): Rate {
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
  return { perSecond: (latencies.length / ms) * 1_000, p50: at(0.5), p99: at(0.99) };
}

export function reportRate(report: Report, name: string, { perSecond, p50, p99 }: Rate): void {
  const rate = Math.round(perSecond);
  const shown = `${rate.toLocaleString('en')}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
  report.result(name, { perSecond: rate, p50Ms: p50, p99Ms: p99 }, shown);
}

/** Runs clients of a store actor. Each client requests a change, waits for the reply, and starts again. */
export async function measureClients(
  openStore: () => Promise<Store>,
  clients: number,
  measureMs: number,
): Promise<Rate> {
  const opened = openStore();
  const actor = createActor(storeLogic({ openStore: () => opened, log: SILENT_LOG }), { input: {} }).start();
  await opened;
  while (actor.getSnapshot().ready !== true) await new Promise(setImmediate);
  const latencies: number[] = [];
  const startedMs = performance.now();
  let users = 0;
  const prefix = `c${process.pid}_${Date.now()}_`;
  const client = () =>
    new Promise<void>((resolve) => {
      let askedMs = 0;
      const ask = () => {
        askedMs = performance.now();
        const change: Change = { op: 'REG', id: `${prefix}${users++}` as UserId };
        actor.send({ type: 'change.commit', change, replyTo: { send: answered } as unknown as AnyActorRef });
      };
      const answered = ({ reply }: { readonly reply: number }) => {
        if (reply !== 200) throw new Error(`the reply to a change was ${reply}`);
        const now = performance.now();
        latencies.push(now - askedMs);
        if (now - startedMs < measureMs) setImmediate(ask);
        else resolve();
      };
      ask();
    });
  await Promise.all(Array.from({ length: clients }, client));
  const rate = rateOf(latencies, performance.now() - startedMs);
  actor.send({ type: 'shutdown.requested' });
  await (await opened).close();
  return rate;
}
