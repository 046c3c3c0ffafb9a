/**
 * Runs a flat statechart over a resource that its actor owns.
 *
 * The chart (in machines/) says what happens when; its actor says how: it opens the resource,
 * has one function per action of the chart, and releases the resource however the actor ends.
 *
 * XState's interpreter can run these charts too, and a test holds the two against each other. But
 * it costs a connection several times as much, and it has no place for the release of a resource
 * when an actor is stopped or crashes.
 */
import type { AnyStateMachine, EventObject } from 'xstate';
import { type BehaviourLogic, type BehaviourScope } from './supervision/behaviour.js';
/** The parts of a chart that belong to its actor. */
export interface ChartActor<TEvent extends EventObject, TAction extends string, TInput, TResource> {
    /** Opens what the actor owns; its listeners send the chart's events to `scope.self`. */
    open(scope: BehaviourScope<TEvent>, input: TInput): TResource;
    /** One effect per action that the chart names. */
    readonly actions: Readonly<Record<TAction, (resource: TResource, event: TEvent) => void>>;
    /** Lets go of the resource; runs once, however the actor ends. */
    release(resource: TResource): void;
}
/**
 * Actor logic of a flat chart: atomic and final states, transitions with named actions and with
 * named guards that look at the event alone.
 *
 * @throws TypeError when the chart uses anything else, or names what is not implemented.
 */
export declare function fromChart<TEvent extends EventObject, TAction extends string, TInput, TResource>(machine: AnyStateMachine, { open, actions, release }: ChartActor<TEvent, TAction, TInput, TResource>): BehaviourLogic<TEvent, TInput>;
