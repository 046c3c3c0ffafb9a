/**
 * A supervisor of a list of children, after Erlang/OTP's `supervisor`.
 *
 * It starts them in order, each when the one before is ready; restarts what crashes, by its
 * strategy; gives up when restarts come too thick; and stops them in reverse order. One thing
 * happens at a time: a child being started or stopped is waited for (`#awaited`), and the roster
 * holds what comes next, stops before starts. Every event, whatever it was, ends in `#advance`.
 */
import { type ActorEnded } from './actor-state.js';
import type { AdministrationEvent, ChildStart } from './administration.js';
import { type BehaviourLogic } from './behaviour.js';
import { type ChildNews } from './child.js';
import { type ChildSpec } from './child-spec.js';
import type { LifecycleEvent } from './lifecycle.js';
import { type RestartLimits } from './restart-budget.js';
import { type Strategy } from './roster.js';
declare const AUTO_SHUTDOWNS: readonly ["never", "any", "all"];
/** Whether the supervisor ends, normally, when a significant child ends by itself, or when all did. */
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number];
export interface SupervisorOptions {
    /** Default `one_for_one`. */
    readonly strategy?: Strategy;
    /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s. */
    readonly limits?: RestartLimits;
    /** Default `never`. */
    readonly autoShutdown?: AutoShutdown;
    /** In the order in which they start. */
    readonly children: readonly ChildSpec[];
}
/** What reaches a supervisor: the ends of its children from XState, questions from anyone, the rest from itself. */
export type SupervisorEvent = ActorEnded | AdministrationEvent
/** Refused: each of its children has a spec of its own. */
 | ChildStart<unknown> | ChildNews | {
    readonly type: 'restart.due';
};
/**
 * Actor logic of a supervisor.
 *
 * Its events ({@link LifecycleEvent}) and everything that its children emit are emitted by the
 * supervisor too, so one listener at the root hears the whole tree.
 *
 * @throws TypeError that names the option, or a child's field, when its value is not one of those allowed.
 */
export declare function supervisor(options: SupervisorOptions): BehaviourLogic<SupervisorEvent, undefined, LifecycleEvent>;
export {};
