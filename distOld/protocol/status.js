/**
 * Presence: what a user is said to be, as a code and its word.
 */
/** Every status, with its word. */
export const STATUS_WORDS = {
    100: 'ONLINE',
    101: 'OFFLINE',
    102: 'AWAY',
};
/** Reads a status code, exactly as written in {@link STATUS_WORDS}. */
export function parseStatus(token) {
    switch (token) {
        case '100':
            return 100;
        case '101':
            return 101;
        case '102':
            return 102;
        default:
            return undefined;
    }
}
