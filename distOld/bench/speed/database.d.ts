/**
 * The databases that servers are measured with.
 */
/** Users with long lists, and how long these and all others are. */
export declare const LONG_LISTS = 100;
/** What the ids begin with: of users with long lists, and of all others. */
export declare const LONG_PREFIX = "long";
export declare const PREFIX = "user";
/**
 * Makes a database: users of whom half have {@link SHORT} buddies, by chance among all of them, a few with long
 * lists, and those whose lists are changed.
 */
export declare function makeDatabase(directory: string, users: number): Promise<void>;
