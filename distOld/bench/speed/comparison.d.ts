/**
 * Two processes under the same load, in turn, so that a noisy machine does not matter.
 */
import type { Generator } from './generator.js';
import type { Job } from './load.js';
import type { Subject } from './subject.js';
/** How long each is loaded, in milliseconds. */
export declare const ROUND_MS = 1500;
/** One of the two, and what it is asked. */
export interface Side {
    readonly subject: Subject;
    /** The job of each round, and of the one that warms it up. */
    job(): Job;
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
/** @param target The largest ratio that is good enough. */
export declare function compare(generator: Generator, scenario: string, target: number, ours: Side, other: Side): Promise<Comparison>;
