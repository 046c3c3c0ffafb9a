/**
 * Looks for what escapes from a tree: throws that reach the process, and actors that outlive their parents.
 */
import { type ExecutionContext } from 'ava';
import { type AnyActorLogic, type AnyActorRef } from 'xstate';
import type { ChildSpec } from '../../actors/supervision/child-spec.js';
import type { LifecycleEvent } from '../../actors/supervision/lifecycle.js';
import { type Watched } from './actors.js';
/** Does something, and tells what of it reached the process in this turn and the next. */
export declare function escapesOf(scenario: () => void | Promise<void>): Promise<unknown[]>;
/** A test that fails also if anything reaches the process. One at a time: there is only one process. */
export declare function contained(title: string, body: (t: ExecutionContext) => void | Promise<void>): void;
export interface Scene extends Watched {
    readonly log: string[];
    /** Every actor that there was. */
    readonly actors: AnyActorRef[];
}
/** A supervisor of `bad`, whatever that is, and a worker `good`. */
export declare function scene(logic: AnyActorLogic, spec?: Partial<ChildSpec>): Scene;
export declare function isRunning(actor: AnyActorRef): boolean;
/** Those that run although their parent does not. */
export declare function orphansIn({ actors }: Scene): string[];
/** The supervisor answers, and so does the child that had nothing to do with it. */
export declare function goesOn(t: ExecutionContext, tree: Scene): Promise<void>;
/** What bystanders did wrong, as `bystander actor: message`. */
export declare function bystanders({ emitted }: {
    readonly emitted: readonly LifecycleEvent[];
}): string[];
export declare const boom: () => never;
/** Of a machine that crashes when it is told to. */
export declare const crashable: {
    on: {
        crash: {
            actions: () => never;
        };
    };
};
/** A callback that writes its start and its clean-up to a log. */
export declare function callback(name: string, log: string[]): import("xstate").CallbackActorLogic<import("xstate").EventObject, import("xstate").NonReducibleUnknown, import("xstate").EventObject>;
/** A machine that crashes, with an invoked and a spawned child, and a grandchild of each kind. */
export declare function ancestor(log: string[], config?: object): import("xstate").StateMachine<import("xstate").MachineContext, import("xstate").AnyEventObject, Record<string, AnyActorRef>, import("xstate").ProvidedActor, import("xstate").ParameterizedObject, import("xstate").ParameterizedObject, string, import("xstate").StateValue, string, unknown, import("xstate").NonReducibleUnknown, import("xstate").EventObject, any, any, any>;
