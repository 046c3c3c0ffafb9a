/**
 * Restart intensity: how many restarts a supervisor may try in a sliding window of time before it
 * gives up. After Erlang/OTP's `supervisor`, MaxR and MaxT.
 */
/** At most `intensity` restarts in `periodMs` milliseconds; 0 means that the first crash escalates. */
export interface RestartLimits {
    readonly intensity: number;
    readonly periodMs: number;
}
/** OTP's default: one restart in five seconds. */
export declare const DEFAULT_RESTART_LIMITS: RestartLimits;
/**
 * Fills in the default.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export declare function checkLimits(limits?: RestartLimits): RestartLimits;
/** What a supervisor may still spend on restarts. */
export declare class RestartBudget {
    #private;
    constructor(limits: RestartLimits);
    /**
     * Counts one more attempt to restart; failed attempts count too.
     *
     * @param nowMs On a monotonic clock, in milliseconds.
     * @returns How many there were in this period, this one included; `undefined` when it is one too many: give up.
     */
    spend(nowMs: number): number | undefined;
}
