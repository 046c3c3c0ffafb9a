/**
 * The server cannot start. The program prints the message as one line, so the message says what to do.
 */
export class StartError extends Error {}
