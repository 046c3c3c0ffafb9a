/**
 * A deadline that is put off often and passes seldom.
 *
 * It has one timer, which is looked at when it fires: to put a deadline off costs no timer of its own.
 */
import type { EventObject } from 'xstate';
import type { BehaviourScope } from './behaviour.js';
export declare class Deadline<TEvent extends EventObject> {
    #private;
    /**
     * @param scope Of the actor that is sent the event when the deadline passes.
     * @param delayMs From now, in milliseconds.
     */
    constructor(scope: BehaviourScope<TEvent>, event: TEvent, delayMs: number);
    /** Sets it anew, this many milliseconds from now. */
    restart(delayMs: number): void;
    cancel(): void;
}
