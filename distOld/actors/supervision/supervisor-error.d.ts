/**
 * Why a supervisor ended as a crash, or could not be asked.
 */
/**
 * - `start_failed`: a child could not be started for the first time;
 * - `gave_up`: a child crashed more often than the supervisor's intensity allows;
 * - `not_running`: the supervisor that was asked for something has ended.
 */
export type SupervisorErrorCode = 'start_failed' | 'gave_up' | 'not_running';
export declare class SupervisorError extends Error {
    readonly code: SupervisorErrorCode;
    readonly id: string;
    readonly name = "SupervisorError";
    /**
     * @param id The child's id in its spec, or the actor's of a dynamic child; with `not_running`, the supervisor's.
     * @param cause What the child failed with.
     */
    constructor(code: SupervisorErrorCode, id: string, cause?: unknown);
}
/** Follows the supervisors' errors down to what went wrong first. */
export declare function rootCause(error: unknown): unknown;
