/**
 * Presence statuses: a code and its word.
 */

/** All statuses, with their words. */
export const STATUS_WORDS = {
  100: 'ONLINE',
  101: 'OFFLINE',
  102: 'AWAY',
} as const;

export type Status = keyof typeof STATUS_WORDS;

/** Parses a status code. Only the exact spellings of {@link STATUS_WORDS} are valid. */
export function parseStatus(token: string | undefined): Status | undefined {
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
