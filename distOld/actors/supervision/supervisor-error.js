/**
 * Why a supervisor ended as a crash, or could not be asked.
 */
const WORDS = {
    start_failed: 'could not start',
    gave_up: 'gave up restarting',
    not_running: 'not running:',
};
export class SupervisorError extends Error {
    code;
    id;
    name = 'SupervisorError';
    /**
     * @param id The child's id in its spec, or the actor's of a dynamic child; with `not_running`, the supervisor's.
     * @param cause What the child failed with.
     */
    constructor(code, id, cause) {
        super(`${WORDS[code]} '${id}'`, { cause });
        this.code = code;
        this.id = id;
    }
}
/** Follows the supervisors' errors down to what went wrong first. */
export function rootCause(error) {
    return error instanceof SupervisorError && error.cause !== undefined ? rootCause(error.cause) : error;
}
