/**
 * The client's command line: options in, a running tree, an exit code out.
 */
export {};
