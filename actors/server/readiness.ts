/**
 * Decides whether the server can serve clients, and if not, why. The lifecycle events of the tree show which
 * actors are up. The store's outages show whether changes can be made durable.
 */

import type { EventObject } from 'xstate';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { CONNECTIONS, PRESENCE, SESSIONS, STORE } from './server-names.js';
import { isStoreOutage } from './store-outages.js';

/**
 * How long the server counts as not ready after a change could not be made durable, in milliseconds. If a
 * change succeeds earlier, the server counts as ready at once. After this time, it counts as ready until the
 * next change fails: only a change shows whether the store works.
 */
export const HOLD_MS = 10_000;

/** The actors that must be up, each with the reason to give while the actor is not up. */
const NEEDED: readonly (readonly [id: string, reason: string])[] = [
  [STORE, 'the store is not open'],
  [PRESENCE, 'presence is not up'],
  [SESSIONS, 'sessions are not up'],
  ['udp', 'the UDP port is not bound'],
  [CONNECTIONS, 'the TCP port does not accept connections'],
  ['listener', 'the TCP port is not bound'],
];

export class Readiness {
  readonly #now: () => number;
  readonly #up = new Set<string>();
  #isStopping = false;
  /** When a change last failed; `undefined` if a change has succeeded since. */
  #failedAtMs: number | undefined;
  #isBehind = false;

  /** @param now Returns the monotonic time in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records an event that the tree emitted. */
  record(event: LifecycleEvent | EventObject): void {
    if (isStoreOutage(event)) {
      if (event.kind === 'catch-up') this.#isBehind = event.isOut;
      else this.#failedAtMs = event.isOut ? this.#now() : undefined;
      return;
    }
    const { type, id } = event as Extract<LifecycleEvent, { readonly type: 'child.started' | 'child.ended' }>;
    if (type === 'child.started') this.#up.add(id);
    else if (type === 'child.ended') this.#up.delete(id);
  }

  /** Records that the server was asked to stop. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Why the server is not ready; `undefined` if it is ready. */
  findProblem(): string | undefined {
    if (this.#isStopping) return 'the server is stopping';
    const missing = NEEDED.find(([id]) => !this.#up.has(id));
    if (missing !== undefined) return missing[1];
    if (this.#failedAtMs !== undefined && this.#now() - this.#failedAtMs < HOLD_MS)
      return 'the store cannot make changes durable: they are answered 205';
    return this.#isBehind ? 'the changes of other servers cannot be read' : undefined;
  }
}
