/**
 * The error with which a command about keys ends if it does not do its work.
 */

/**
 * An error whose message is for the user. The message never contains one of the 24 words or another secret.
 * If a comment in this directory says that a function refuses, the function throws this error.
 */
export class Refused extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
