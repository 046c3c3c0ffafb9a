/**
 * Why a supervisor ended as a crash, or could not be asked.
 */

/**
 * - `start_failed`: a child could not be started for the first time;
 * - `gave_up`: a child crashed more often than the supervisor's intensity allows;
 * - `not_running`: the supervisor that was asked for something has not begun, or has ended;
 * - `no_supervisor`: what was asked for something is an address, or another actor that is no supervisor;
 * - `timed_out`: it did not answer in the time that it was given.
 */
export type SupervisorErrorCode = 'start_failed' | 'gave_up' | 'not_running' | 'no_supervisor' | 'timed_out';

const WORDS: Readonly<Record<SupervisorErrorCode, string>> = {
  start_failed: 'could not start',
  gave_up: 'gave up restarting',
  not_running: 'not running:',
  no_supervisor: 'not a supervisor:',
  timed_out: 'no answer in time from',
};

export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';

  /**
   * @param id The child's id in its spec, or the actor's of a dynamic child; of a question, the id of the
   *   actor that was asked.
   * @param cause What the child failed with.
   */
  constructor(
    readonly code: SupervisorErrorCode,
    readonly id: string,
    cause?: unknown,
  ) {
    super(`${WORDS[code]} '${id}'`, { cause });
  }
}

/** Follows the supervisors' errors down to what went wrong first. */
export function rootCause(error: unknown): unknown {
  return error instanceof SupervisorError && error.cause !== undefined ? rootCause(error.cause) : error;
}
