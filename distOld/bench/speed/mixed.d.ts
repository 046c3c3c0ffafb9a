/**
 * Everything at once, at a steady rate, whether or not the server keeps up: announcements, questions and requests.
 */
import type { Generator } from './generator.js';
import type { Subject } from './subject.js';
export interface Mixed {
    readonly questions: number;
    /** The part of the questions that had no answer. */
    readonly lostPart: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly p999Ms: number;
    readonly requests: number;
    readonly tcpErrors: number;
    /** The server's CPU time as a part of one core's. */
    readonly cpuPart: number;
    /** The same of the load generator: near 1, it was the limit. */
    readonly loadBusy: number;
    readonly loopDelayMs: number;
}
/** @param users How many users are online, and ask. */
export declare function mixLoad(generator: Generator, subject: Subject, users: number): Promise<Mixed>;
