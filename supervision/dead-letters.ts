/**
 * Dead letters: reports the messages that addresses refuse, as lifecycle events of their tree.
 *
 * A sender that floods a full address must not flood the log as well. The first refusal of an address is
 * reported at once, and then, as long as there are more, their number once in {@link REFUSED_EVERY_MS}.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import type { BehaviourScope, Timer } from './behaviour.js';
import { MAX_REFUSING_ADDRESSES, REFUSED_EVERY_MS } from './defaults.js';
import type { LifecycleEvent, RefusalReason } from './lifecycle.js';
import { isRunning } from './xstate-internals.js';

/** What was refused since it was last reported. */
interface Refused {
  readonly address: string | undefined;
  readonly reason: RefusalReason;
  count: number;
  message: string;
}

/** The scope of the supervisor that is to tell. */
export interface Teller extends Pick<BehaviourScope, 'callLater' | 'cancel'> {
  readonly self: AnyActorRef;
  emit(event: LifecycleEvent): void;
}

export class DeadLetters {
  readonly #scope: Teller;
  /** Those reported a moment ago, by reason and address. */
  readonly #recent = new Map<string, Refused>();
  #timer: Timer | undefined;

  constructor(scope: Teller) {
    this.#scope = scope;
  }

  /** Counts a message that was refused. */
  count(address: string, reason: RefusalReason, { type }: EventObject): void {
    if (!isRunning(this.#scope.self)) return;
    const known = this.#recent.get(keyOf(address, reason));
    const refused = known ?? this.#add(address, reason);
    refused.count += 1;
    refused.message = type;
    if (refused !== known && refused.address !== undefined) this.#tell(refused);
  }

  /** Reports what is not reported yet: the tree ends. */
  end(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
    for (const refused of this.#recent.values()) if (refused.count > 0) this.#tell(refused);
    this.#recent.clear();
  }

  #add(address: string, reason: RefusalReason): Refused {
    const name = this.#recent.size < MAX_REFUSING_ADDRESSES ? address : undefined;
    const key = keyOf(name, reason);
    const refused = this.#recent.get(key) ?? { address: name, reason, count: 0, message: '' };
    this.#recent.set(key, refused);
    this.#timer ??= this.#scope.callLater(this.#onTime, REFUSED_EVERY_MS);
    return refused;
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    for (const [key, refused] of [...this.#recent]) {
      if (refused.count > 0) this.#tell(refused);
      else this.#recent.delete(key);
    }
    if (this.#recent.size > 0) this.#timer ??= this.#scope.callLater(this.#onTime, REFUSED_EVERY_MS);
  };

  /** What a listener sends now, and is refused, is counted for the next time. */
  #tell(refused: Refused): void {
    const { address, reason, message, count } = refused;
    refused.count = 0;
    this.#scope.emit({ type: 'message.refused', address, reason, message, count });
  }
}

function keyOf(address: string | undefined, reason: RefusalReason): string {
  return `${reason} ${address ?? ''}`;
}
