import type { ActorRef, EventObject, Snapshot } from 'xstate';

/** Another actor, to which a machine sends events. A machine gets its neighbours in its input. */
export type Neighbour<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;
