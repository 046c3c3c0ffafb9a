/**
 * Watches a run: looks for orphans, for whoever makes no progress, and tells how it goes.
 */
import { until } from './pause.js';
/** Time between two looks, in milliseconds. */
const LOOK_MS = 250;
/** Time between two lines of progress, in milliseconds. */
const PROGRESS_MS = 3_000;
/** Longest time in which a worker may go unanswered, or a pair without a line, in milliseconds. */
const PROGRESS_TIMEOUT_MS = 15_000;
export class Watch {
    #options;
    #looking;
    #telling;
    /** Those who are known to hang. */
    #hanging = new Set();
    constructor(options) {
        this.#options = options;
        const { tally, onProgress } = options;
        const startedAtMs = performance.now();
        this.#looking = setInterval(() => this.#look(), LOOK_MS);
        this.#telling = setInterval(() => onProgress(tally, Math.round((performance.now() - startedAtMs) / 1_000)), PROGRESS_MS);
    }
    /** Waits until every child is there, every worker was answered again, and a line of every pair got through. */
    async settle(timeoutMs) {
        const { registries, workers, pairs, tally } = this.#options;
        const sinceMs = performance.now();
        const missing = () => registries.flatMap((registry) => registry.missing());
        const waiting = () => [...workers, ...pairs].filter(({ lastProgressMs }) => lastProgressMs <= sinceMs);
        if (await until(() => missing().length === 0 && waiting().length === 0, timeoutMs))
            return;
        const when = `${timeoutMs / 1_000} s after the last crash`;
        for (const child of missing())
            tally.blame('hang', `${child} is not there ${when}`);
        for (const { name } of waiting())
            tally.blame('hang', `${name} got nothing through ${when}`);
    }
    close() {
        clearInterval(this.#looking);
        clearInterval(this.#telling);
    }
    #look() {
        const { registries, workers, pairs, tally } = this.#options;
        for (const registry of registries)
            registry.audit();
        for (const pair of pairs)
            pair.measureSilence();
        for (const one of [...workers, ...pairs]) {
            const hangs = performance.now() - one.lastProgressMs > PROGRESS_TIMEOUT_MS;
            if (!hangs)
                this.#hanging.delete(one);
            else if (!this.#hanging.has(one)) {
                this.#hanging.add(one);
                tally.blame('hang', `${one.name} got nothing through for ${PROGRESS_TIMEOUT_MS / 1_000} s`);
            }
        }
    }
}
