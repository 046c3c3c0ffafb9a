/**
 * Two processes under the same load, in turn, so that a noisy machine does not matter.
 */
import { median } from '../median.js';
/** How many times each is loaded; medians count. */
const ROUNDS = 5;
/** How long each is loaded, in milliseconds. */
export const ROUND_MS = 1_500;
/** A generator that is busy for more than this part of its time is the limit. */
const LIMIT_BUSY = 0.9;
/** @param target The largest ratio that is good enough. */
export async function compare(generator, scenario, target, ours, other) {
    await generator.run(ours.job());
    await generator.run(other.job());
    const rounds = [];
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
async function measure(generator, { subject, job, beside }) {
    const takeAway = await beside?.();
    const before = await subject.sample();
    const outcome = await generator.run(job());
    const after = await subject.sample();
    await takeAway?.();
    return {
        cpuUs: (after.cpuUs - before.cpuUs) / outcome.requests,
        perSecond: outcome.requests / outcome.seconds,
        p50Ms: outcome.p50,
        p99Ms: outcome.p99,
        p999Ms: outcome.p999,
        errors: outcome.errors,
        loopDelayMs: after.loopDelayMs,
        busy: outcome.busy,
    };
}
function summary(rounds) {
    const of = (pick) => median(rounds.map(pick));
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
