/**
 * TCP load, a connection for each request: clients in a closed loop, or so many requests in a second.
 */
import type { Gathered } from './gathered.js';
/** Requests are made like this; each of them changes something, but for those that are refused. */
export type RequestKind = 'REG' | 'ADD and DEL' | 'refused';
/** Clients that each connect, ask, read to the end, and begin again. */
export interface TcpJob {
    readonly kind: 'tcp';
    readonly port: number;
    readonly clients: number;
    readonly ms: number;
    readonly requests: RequestKind;
    /** The number of the first request: they go on from there. */
    readonly first: number;
    /** What every answer begins with. */
    readonly answer: string;
}
/** So many registrations in a second. */
export interface SteadyTcpJob {
    readonly port: number;
    readonly ms: number;
    readonly rate: number;
}
/** How many users there are whose lists are changed. */
export declare const LISTS = 1000;
/** The users whose lists are changed. */
export declare function listId(user: number): string;
export declare function loadTcp({ port, clients, ms, requests, first, answer }: TcpJob): Promise<Gathered>;
export declare function loadTcpSteadily({ port, ms, rate }: SteadyTcpJob): Promise<Gathered>;
