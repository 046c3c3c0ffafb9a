/**
 * Steps a statechart: a state and an event give the next state and the effects to run.
 *
 * XState's own `transition` does the same, and makes an actor for each call: that costs ten times as
 * much as the step, for every key. So one actor, which is never started, stands for all of them.
 */

import {
  type ActorLogic,
  type ActorScope,
  createActor,
  type EventObject,
  initialTransition,
  type Snapshot,
} from 'xstate';

export interface Steps<TState, TEvent> {
  /** The state in which the chart begins. */
  readonly first: TState;
  /**
   * The state after an event, and the names of the event's effects in their order. Runs none of them.
   * In a final state an event changes nothing.
   */
  step(state: TState, event: TEvent): readonly [TState, readonly string[]];
}

/** The steps of a chart that has no children, and effects without parameters; `input` is what it is given. */
export function stepsOf<TState extends Snapshot<unknown>, TEvent extends EventObject, TInput>(
  machine: ActorLogic<TState, TEvent, TInput>,
  ...[input]: undefined extends TInput ? [] : [TInput]
): Steps<TState, TEvent> {
  const self = createActor(machine as ActorLogic<TState, TEvent>, { input });
  const [first] = initialTransition(machine as ActorLogic<TState, TEvent>, input);
  let effects: string[] = [];
  const scope: ActorScope<TState, TEvent> = {
    self,
    id: self.id,
    sessionId: self.sessionId,
    system: self.system,
    actionExecutor: ({ type }) => effects.push(type),
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
  };
  return {
    first,
    step(state, event) {
      effects = [];
      return [state.status === 'active' ? machine.transition(state, event, scope) : state, effects];
    },
  };
}
