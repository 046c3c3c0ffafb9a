/**
 * The load generator: a process that is told jobs over its IPC channel, and tells what came of each.
 */
import { type SteadyTcpJob, type TcpJob } from './tcp-load.js';
import { type UdpJob } from './udp-load.js';
/** All at once; the outcome is that of the questions, and beside it that of the requests. */
export interface MixedJob {
    readonly kind: 'mixed';
    readonly set: UdpJob;
    readonly get: UdpJob;
    readonly tcp: SteadyTcpJob;
}
export type Job = TcpJob | UdpJob | MixedJob;
/** What came of a job. Latencies are in milliseconds. */
export interface Outcome {
    readonly requests: number;
    readonly errors: number;
    readonly seconds: number;
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    /** The part of its time that this process was busy: near 1, it was the limit. */
    readonly busy: number;
    readonly beside?: {
        readonly requests: number;
        readonly errors: number;
    };
}
