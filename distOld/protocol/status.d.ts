/**
 * Presence: what a user is said to be, as a code and its word.
 */
/** Every status, with its word. */
export declare const STATUS_WORDS: {
    readonly 100: "ONLINE";
    readonly 101: "OFFLINE";
    readonly 102: "AWAY";
};
export type Status = keyof typeof STATUS_WORDS;
/** Reads a status code, exactly as written in {@link STATUS_WORDS}. */
export declare function parseStatus(token: string | undefined): Status | undefined;
