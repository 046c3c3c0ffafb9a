/**
 * The server's log: pino on standard error, for people on a terminal, as JSON lines elsewhere.
 */
import { type Logger } from 'pino';
/** Most bytes of log that wait for a slow reader; beyond it lines are lost, never the server's time. */
export declare const MAX_LOG_BUFFER_BYTES: number;
export declare const LOG_LEVELS: readonly ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
export type LogFormat = 'pretty' | 'json';
/** Longest wait for a slow reader to take the rest when the process ends, in milliseconds. */
export declare const LOG_CLOSE_TIMEOUT_MS = 500;
/** A log, and what writes the rest of it before the process ends. */
export interface ProcessLog {
    readonly log: Logger;
    close(): Promise<void>;
}
/** Opens the log of this process. */
export declare function createLog(level: (typeof LOG_LEVELS)[number], format: LogFormat): Promise<ProcessLog>;
