/**
 * The error with which a supervisor crashes, or with which a request to a supervisor fails.
 */

/**
 * - `start_failed`: the first start of a child failed;
 * - `gave_up`: children crashed more often than the supervisor's intensity allows;
 * - `not_running`: the supervisor has not started, or has ended;
 * - `no_supervisor`: the actor is not a supervisor; it may be the mailbox of a supervisor;
 * - `timed_out`: the supervisor did not answer within the time limit.
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
   * @param id The child's id in its spec, or the actor id of a dynamic child. For a failed request, the id of
   *   the actor that received it.
   * @param cause The child's error.
   */
  constructor(
    readonly code: SupervisorErrorCode,
    readonly id: string,
    cause?: unknown,
  ) {
    super(`${WORDS[code]} '${id}'`, { cause });
  }
}

/** Follows the causes of supervisor errors down to the original error. */
export function rootCause(error: unknown): unknown {
  return error instanceof SupervisorError && error.cause !== undefined ? rootCause(error.cause) : error;
}
