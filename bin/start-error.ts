/**
 * Why the server cannot start. The program prints the message as one line, so it says what to do.
 */
export class StartError extends Error {}
