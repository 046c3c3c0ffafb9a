/**
 * A supervisor of many children of one kind, after OTP's `simple_one_for_one`.
 *
 * Its children are started from one template, each with an input of its own, and are known by their
 * actors. Starting and stopping one costs the same with one or with 100,000 alive: they live in a `Map`
 * of the supervisor's own, because a machine's `spawnChild` copies the list of all children each time.
 */
import type { AnyActorLogic, InputFrom } from 'xstate';
import { type ActorEnded } from './actor-state.js';
import { type AdministrationEvent, type ChildStart } from './administration.js';
import { type BehaviourLogic } from './behaviour.js';
import { type ChildNews } from './child.js';
import { type ChildOptions } from './child-spec.js';
import type { LifecycleEvent } from './lifecycle.js';
import { type RestartLimits } from './restart-budget.js';
import { type ShareOptions } from './shares.js';
/** The one spec of a dynamic supervisor's children; `shutdown` is for all of them together. */
export interface Template<TLogic extends AnyActorLogic> extends ChildOptions {
    /** What kind of child this is: the first half of each child's id. */
    readonly id: string;
    readonly logic: TLogic;
}
export interface DynamicSupervisorOptions<TLogic extends AnyActorLogic> {
    readonly template: Template<TLogic>;
    /** Most children at once, those being restarted included. */
    readonly limit: number;
    /** Most children of one kind, which their inputs tell. */
    readonly share?: ShareOptions<InputFrom<TLogic>>;
    /** Told of the input of each child that is not started: beyond a limit, or while shutting down. */
    readonly refuse?: (input: InputFrom<TLogic>) => void;
    /** Default `DEFAULT_RESTART_LIMITS`: one restart in 5 s, of all children together. */
    readonly limits?: RestartLimits;
}
export type DynamicSupervisorEvent<TInput> = ChildStart<TInput> | AdministrationEvent | ActorEnded | ChildNews | {
    readonly type: 'shutdown.overdue';
} | {
    readonly type: 'restart.due';
    readonly child: unknown;
};
/**
 * Actor logic of a dynamic supervisor. It emits the lives of its children; what these emit themselves
 * goes no further.
 *
 * @throws TypeError that names the option, or the template's field, when its value is not one of those allowed.
 */
export declare function dynamicSupervisor<TLogic extends AnyActorLogic>(options: DynamicSupervisorOptions<TLogic>): BehaviourLogic<DynamicSupervisorEvent<InputFrom<TLogic>>, undefined, LifecycleEvent>;
