/**
 * Whose turn it is: the behaviour whose code runs now. A plain `send` does not say who sent; whoever looks at
 * messages as they are sent, as an inspector does, finds the sender here. A turn ends at the first `await`.
 */

import type { AnyActorRef } from 'xstate';

let acting: AnyActorRef | undefined;

/** The behaviour whose code runs now; `undefined` when it is a timer's, or no behaviour's. */
export function actingActor(): AnyActorRef | undefined {
  return acting;
}

/**
 * Begins a turn. Turns nest, for a `send` is received at once. @returns Whose turn it was, for {@link
 * endTurn}.
 */
export function beginTurn(actor: AnyActorRef): AnyActorRef | undefined {
  const interrupted = acting;
  acting = actor;
  return interrupted;
}

/** Ends a turn, however it went. */
export function endTurn(interrupted: AnyActorRef | undefined): void {
  acting = interrupted;
}
