/**
 * A process that is measured: our server or a bare one, on a core of its own.
 */
import { type ChildProcess } from 'node:child_process';
import type { Sample } from './probe.js';
export declare const LOAD_CORE = 1;
/** Without a second core they share one, and hinder each other. */
export declare const HAS_TWO_CORES: boolean;
/** Starts a program of ours under Node.js on a core, with an IPC channel, and its standard output to be read. */
export declare function spawnOn(core: number, args: readonly string[]): ChildProcess;
export interface Ports {
    readonly tcp: number;
    readonly udp: number;
}
export declare class Subject {
    #private;
    readonly ports: Ports;
    private constructor();
    /** Starts our server on a data directory. */
    static server(directory: string): Promise<Subject>;
    static bareTcp(): Promise<Subject>;
    /** @param bytes The size of its answers; 0 for none. */
    static bareUdp(bytes: number): Promise<Subject>;
    /** What it has cost until now. */
    sample(): Promise<Sample>;
    stop(): Promise<void>;
}
