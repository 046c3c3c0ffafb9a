/**
 * Why a supervisor ended as a crash.
 */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';

  /**
   * @param code `start-failed`: a child could not be started for the first time;
   * `gave-up`: a child crashed more often than the supervisor's intensity allows.
   * @param childId The child's id in its spec.
   * @param cause What the child failed with.
   */
  constructor(
    readonly code: 'start-failed' | 'gave-up',
    readonly childId: string,
    cause: unknown,
  ) {
    super(`${code === 'start-failed' ? 'could not start' : 'gave up restarting'} '${childId}'`, { cause });
  }
}

/** Follows the supervisors' errors down to what went wrong first. */
export function rootCause(error: unknown): unknown {
  return error instanceof SupervisorError ? rootCause(error.cause) : error;
}
