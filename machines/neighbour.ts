import type { ActorRef, EventObject, Snapshot } from 'xstate';

/** Another actor, as a machine knows it: where it sends events. It comes by the machine's input. */
export type Neighbour<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;
