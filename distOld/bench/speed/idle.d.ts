/**
 * Connections that are open and say nothing. The server closes each of them after 10 s.
 */
/** Opens idle connections; the function that it returns closes them, and demands that they were open until then. */
export declare function openIdle(port: number, count: number): Promise<() => Promise<void>>;
