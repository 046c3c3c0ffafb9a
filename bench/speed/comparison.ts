/**
 * Compares two processes under the same load. The processes are loaded alternately, so that a noisy machine
 * affects both.
 */

import { median, medianInterval } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import type { Generator } from './generator.js';
import type { Job, Outcome } from './load.js';
import type { Subject } from './subject.js';

/**
 * How many times each process is measured. The result is the median of the rounds. For errors, it is the sum;
 * for the delay of the event loop, the maximum.
 */
const ROUNDS = 5;

/** How long each round lasts, in milliseconds. */
export const ROUND_MS = 1_000;

/** A generator that is busy for more than this fraction of its time is the bottleneck. */
const LIMIT_BUSY = 0.9;

/** One of the two processes, and its load. */
export interface Side {
  readonly subject: Subject;
  /** Makes the job of each round, and of the warm-up. */
  job(): Job;
  /** Restores the initial state before each comparison. */
  readonly prepare?: () => Promise<void>;
  /** Sets up the background of a measurement, such as idle connections; returns a function that ends it. */
  readonly background?: () => Promise<() => Promise<void>>;
}

export interface Figures {
  /** CPU time of the process for a request, in microseconds. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly errors: number;
  /** The longest delay of the event loop, in milliseconds. */
  readonly loopDelayMs: number;
}

export interface Comparison {
  readonly scenario: string;
  readonly target: number;
  /** CPU time of our server divided by the CPU time of the other process: the median of the rounds. */
  readonly ratio: number;
  /** The 95 % confidence interval of the ratio; `undefined` after too few rounds. */
  readonly interval: readonly [number, number] | undefined;
  readonly ours: Figures;
  readonly other: Figures;
  readonly isGeneratorLimit: boolean;
}

interface Round extends Figures {
  readonly busy: number;
}

/**
 * Compares our server with another process.
 *
 * @param target The largest acceptable ratio.
 */
export async function compare(
  generator: Generator,
  scenario: string,
  target: number,
  ours: Side,
  other: Side,
  roundCount = ROUNDS,
): Promise<Comparison> {
  await ours.prepare?.();
  await other.prepare?.();
  await generator.run(ours.job());
  await generator.run(other.job());
  const rounds: { readonly ours: Round; readonly other: Round }[] = [];
  for (let round = 0; round < roundCount; round++) {
    rounds.push({ other: await measure(generator, other), ours: await measure(generator, ours) });
  }
  const ratios = rounds.map((round) => round.ours.cpuUs / round.other.cpuUs);
  return {
    scenario,
    target,
    ratio: median(ratios),
    interval: medianInterval(ratios),
    ours: summary(rounds.map((round) => round.ours)),
    other: summary(rounds.map((round) => round.other)),
    isGeneratorLimit: median(rounds.map((round) => round.ours.busy)) > LIMIT_BUSY,
  };
}

async function measure(generator: Generator, { subject, job, background }: Side): Promise<Round> {
  const endBackground = await background?.();
  // One round is not measured: the memory that the setup allocated slows the next garbage collections.
  if (background) await generator.run(job());
  const dropsBefore = await subject.drops();
  const before = await subject.sample();
  const outcome: Outcome = await generator.run(job());
  const after = await subject.sample();
  const drops = (await subject.drops()) - dropsBefore;
  await endBackground?.();
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
  const medianOf = (pick: (round: Round) => number) => median(rounds.map(pick));
  return {
    cpuUs: medianOf((round) => round.cpuUs),
    perSecond: medianOf((round) => round.perSecond),
    p50Ms: medianOf((round) => round.p50Ms),
    p99Ms: medianOf((round) => round.p99Ms),
    p999Ms: medianOf((round) => round.p999Ms),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    loopDelayMs: Math.max(...rounds.map(({ loopDelayMs }) => loopDelayMs)),
  };
}

/** Reports the result of a comparison. */
export function reportComparison(
  report: Report,
  { scenario, target, ratio, interval, ours, other, isGeneratorLimit }: Comparison,
): void {
  const range = interval && `95 % interval ${interval.map((end) => end.toFixed(2)).join(' to ')}, `;
  const details = `${range ?? ''}${brief(ours)}; the other: ${brief(other)}`;
  const limit = isGeneratorLimit ? '; the generator was the bottleneck' : '';
  const [low, high] = interval ?? [];
  const ends = low !== undefined && high !== undefined ? { low, high } : {};
  const figures = {
    ratio,
    ...ends,
    isGeneratorLimit,
    ...prefixed('ours', ours),
    ...prefixed('other', other),
  };
  report.result(scenario, figures, `${ratio.toFixed(2)} times`, {
    details: details + limit,
    target: atMost(ratio, target),
  });
}

function brief({ cpuUs, perSecond, p50Ms, p99Ms, p999Ms, errors, loopDelayMs }: Figures): string {
  const latency = Number.isNaN(p50Ms)
    ? ''
    : `, ${[p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join('/')} ms`;
  const rate = `${Math.round(perSecond).toLocaleString('en')}/s`;
  const loop = `, loop ${loopDelayMs.toFixed(0)} ms`;
  return `${cpuUs.toFixed(1)} µs, ${rate}${latency}${loop}${errors > 0 ? `, ${errors} errors` : ''}`;
}

function prefixed(prefix: string, figures: Figures): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
}
