/**
 * Two processes under the same load, in turn, so that a noisy machine does not matter.
 */

import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import type { Generator } from './generator.js';
import type { Job, Outcome } from './load.js';
import type { Subject } from './subject.js';

/** How many times each is loaded; medians count. */
const ROUNDS = 5;

/** How long each is loaded, in milliseconds. */
export const ROUND_MS = 1_000;

/** A generator that is busy for more than this part of its time is the limit. */
const LIMIT_BUSY = 0.9;

/** One of the two, and what it is asked. */
export interface Side {
  readonly subject: Subject;
  /** The job of each round, and of the one that warms it up. */
  job(): Job;
  /** Has everything as it was before each comparison. */
  readonly prepare?: () => Promise<void>;
  /** Brings about what it is measured beside, and takes it away again. */
  readonly beside?: () => Promise<() => Promise<void>>;
}

export interface Figures {
  /** The server's CPU time for a request, in microseconds. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly errors: number;
  /** The longest delay of its event loop, in milliseconds. */
  readonly loopDelayMs: number;
}

export interface Comparison {
  readonly scenario: string;
  readonly target: number;
  /** The median of the rounds' ratios: CPU time of ours to that of the other. */
  readonly ratio: number;
  readonly ours: Figures;
  readonly other: Figures;
  readonly isGeneratorLimit: boolean;
}

interface Round extends Figures {
  readonly busy: number;
}

/** @param target The largest ratio that is good enough. */
export async function compare(
  generator: Generator,
  scenario: string,
  target: number,
  ours: Side,
  other: Side,
): Promise<Comparison> {
  await ours.prepare?.();
  await other.prepare?.();
  await generator.run(ours.job());
  await generator.run(other.job());
  const rounds: { readonly ours: Round; readonly other: Round }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ other: await measure(generator, other), ours: await measure(generator, ours) });
  }
  return {
    scenario,
    target,
    ratio: median(rounds.map((round) => round.ours.cpuUs / round.other.cpuUs)),
    ours: summary(rounds.map((round) => round.ours)),
    other: summary(rounds.map((round) => round.other)),
    isGeneratorLimit: median(rounds.map((round) => round.ours.busy)) > LIMIT_BUSY,
  };
}

async function measure(generator: Generator, { subject, job, beside }: Side): Promise<Round> {
  const takeAway = await beside?.();
  // What was allocated to bring it about is copied and marked by the next collections, whatever else is done.
  if (beside) await generator.run(job());
  const dropsBefore = await subject.drops();
  const before = await subject.sample();
  const outcome: Outcome = await generator.run(job());
  const after = await subject.sample();
  const drops = (await subject.drops()) - dropsBefore;
  await takeAway?.();
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / (outcome.requests - drops),
    perSecond: (outcome.requests - drops) / outcome.seconds,
    p50Ms: outcome.p50,
    p99Ms: outcome.p99,
    p999Ms: outcome.p999,
    errors: Math.max(outcome.errors, drops),
    loopDelayMs: after.loopDelayMs,
    busy: outcome.busy,
  };
}

function summary(rounds: readonly Round[]): Figures {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  return {
    cpuUs: of((round) => round.cpuUs),
    perSecond: of((round) => round.perSecond),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    p999Ms: of((round) => round.p999Ms),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    loopDelayMs: Math.max(...rounds.map(({ loopDelayMs }) => loopDelayMs)),
  };
}

/** Tells what came of a comparison. */
export function tellComparison(
  report: Report,
  { scenario, target, ratio, ours, other, isGeneratorLimit }: Comparison,
): void {
  const details = `${brief(ours)}; the other: ${brief(other)}`;
  const limit = isGeneratorLimit ? '; the generator was the limit' : '';
  const figures = { ratio, isGeneratorLimit, ...prefixed('ours', ours), ...prefixed('other', other) };
  report.result(scenario, figures, `${ratio.toFixed(2)} times`, {
    details: details + limit,
    target: atMost(ratio, target),
  });
}

function brief({ cpuUs, perSecond, p50Ms, p99Ms, p999Ms, errors, loopDelayMs }: Figures): string {
  const latency = Number.isNaN(p50Ms)
    ? ''
    : `, ${[p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join('/')} ms`;
  const loop = `, loop ${loopDelayMs.toFixed(0)} ms`;
  return `${cpuUs.toFixed(1)} µs, ${Math.round(perSecond).toLocaleString('en')}/s${latency}${loop}${errors > 0 ? `, ${errors} errors` : ''}`;
}

function prefixed(prefix: string, figures: Figures): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
}
