/**
 * What a run must not leave behind: handles that keep a process alive, and open files.
 */
/** Resources that keep the process alive, by type. */
export type Resources = ReadonlyMap<string, number>;
/** What keeps the process alive now. */
export declare function resources(): Resources;
/** @returns What is there and was not there `before`, in words, after a while to close. */
export declare function leftovers(before: Resources, directory: string): Promise<string[]>;
