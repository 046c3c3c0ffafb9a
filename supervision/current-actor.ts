/**
 * Tracks the current actor: the behaviour whose code is running. XState's `send` does not report the sender,
 * so the inspector shows the current actor as the sender. Code after an `await` has no current actor.
 */

import type { AnyActorRef } from 'xstate';

let current: AnyActorRef | undefined;

/** The behaviour whose code is running; `undefined` in any other code, such as an unguarded timer. */
export function currentActor(): AnyActorRef | undefined {
  return current;
}

/**
 * Sets the current actor. Calls nest, because the receiver handles a `send` synchronously.
 *
 * @returns The previous current actor, for {@link leaveActor}.
 */
export function enterActor(actor: AnyActorRef): AnyActorRef | undefined {
  const previous = current;
  current = actor;
  return previous;
}

/** Restores the previous current actor. Must be called after a throw too. */
export function leaveActor(previous: AnyActorRef | undefined): void {
  current = previous;
}
