/**
 * How many files and sockets this process may have open.
 */
/**
 * Most TCP connections for which there surely are descriptors. Node.js itself has raised the limit as far as it may.
 *
 * @param limits The text of `/proc/self/limits`; without one, as on other systems than Linux, there is no limit.
 */
export declare function connectionsWithin(limits: string | undefined): number;
/** The limits of this process, where the system tells them. */
export declare function ownLimits(): string | undefined;
