/**
 * UDP load at a steady rate, whatever the answers do: so a server that is quick and one that is slow have the same to do.
 */
import type { Gathered } from './gathered.js';
export interface UdpJob {
    readonly kind: 'GET' | 'SET';
    readonly port: number;
    readonly ms: number;
    /** Users `PREFIX0`, `PREFIX1`, … ask, or announce themselves. */
    readonly prefix: string;
    readonly users: number;
    /** Datagrams in a second. */
    readonly rate: number;
}
export declare function loadUdp(job: UdpJob): Promise<Gathered>;
