/**
 * Waiting: for a while, for a few turns of the event loop, for work to begin, for something to be true.
 */
/** Something that can be stopped, however many wait for that. */
export declare function stoppable(): AbortController;
/** Resolves after some milliseconds, or as soon as `stop` says so. */
export declare function pause(ms: number, stop: AbortSignal): Promise<void>;
/** Lets the event loop turn so many times. */
export declare function turns(count: number): Promise<void>;
/** @returns Whether it became true within `timeoutMs` milliseconds. */
export declare function until(condition: () => boolean, timeoutMs: number): Promise<boolean>;
/** Where those who work say that they asked for something, and those who crash actors hear it. */
export declare class Work {
    #private;
    /** A request was sent this very moment, and is not answered. */
    began(): void;
    /** Resolves right after the next request was sent, or as soon as `stop` says so. */
    next(stop: AbortSignal): Promise<void>;
}
