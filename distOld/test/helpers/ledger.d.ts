/**
 * What may be in a database after changes whose replies are known, or not.
 */
/**
 * Asks for changes, and remembers for each user which lines a database may have: one, unless a change was answered
 * 205 or not at all. Only one change of a user may be under way at a time.
 */
export declare class Ledger {
    #private;
    /** How many changes were answered 200. */
    acknowledged: number;
    /** An id that nobody has. */
    freshId(): string;
    /** Registers everybody's buddies; `base1` has `base0` on its list. */
    begin(port: number): Promise<void>;
    /**
     * Asks for a change.
     *
     * @returns The reply's code; 0 when none came.
     */
    request(port: number, request: string): Promise<number>;
    /** Takes note of a change that was asked for, and the reply's code; 0 when none came. */
    note(request: string, reply: number): void;
    /** Judges no more replies until it is known which of them count. */
    hold(): void;
    /** Counts those that came before a moment, by {@link monotonicMs}; the others may be true or not. */
    release(untilMs: number): void;
    /**
     * Compares a dump with what may be there, and takes it for what is there.
     *
     * @returns What differs.
     */
    settle(dump: string): string[];
}
/** Clients that ask for changes, each one after another, for as long as there is a server. */
export declare class Load {
    #private;
    /** How many were answered 205. */
    refused: number;
    constructor(port: number, ledger: Ledger, clients?: number);
    /** Waits for the answers that are still to come. */
    stop(): Promise<void>;
}
