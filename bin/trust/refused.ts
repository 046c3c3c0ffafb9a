/**
 * Why a command about keys did not do its work.
 */

/** An error whose message is for the user. It never contains a word or another secret. */
export class Refused extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
