/**
 * Dead letters: reports messages that an address refuses, as lifecycle events of its tree.
 *
 * A sender that floods a full address must not flood the log. The first refusal by an address is reported at
 * once; the number of further refusals is reported every {@link REFUSED_EVERY_MS}, while they continue.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import type { BehaviourScope, Timer } from './behaviour.js';
import { MAX_REFUSING_ADDRESSES, REFUSED_EVERY_MS } from './defaults.js';
import type { LifecycleEvent, RefusalReason } from './lifecycle.js';
import { isRunning } from './xstate-internals.js';

/** Refused messages that are not reported yet. */
interface Refused {
  readonly address: string | undefined;
  readonly reason: RefusalReason;
  count: number;
  message: string;
}

/** The scope of the supervisor that emits the reports. */
export interface ReporterScope extends Pick<BehaviourScope, 'callLater' | 'cancel'> {
  readonly self: AnyActorRef;
  emit(event: LifecycleEvent): void;
}

export class DeadLetters {
  readonly #scope: ReporterScope;
  /** Addresses with a recent report, by reason and address. */
  readonly #recent = new Map<string, Refused>();
  #timer: Timer | undefined;

  constructor(scope: ReporterScope) {
    this.#scope = scope;
  }

  /** Counts a message that was refused. */
  count(address: string, reason: RefusalReason, { type }: EventObject): void {
    if (!isRunning(this.#scope.self)) return;
    const known = this.#recent.get(keyOf(address, reason));
    const refused = known ?? this.#add(address, reason);
    refused.count += 1;
    refused.message = type;
    if (refused !== known && refused.address !== undefined) this.#report(refused);
  }

  /** Reports all remaining refusals. Called when the tree ends. */
  end(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
    for (const refused of this.#recent.values()) if (refused.count > 0) this.#report(refused);
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
      if (refused.count > 0) this.#report(refused);
      else this.#recent.delete(key);
    }
    if (this.#recent.size > 0) this.#timer ??= this.#scope.callLater(this.#onTime, REFUSED_EVERY_MS);
  };

  /**
   * Resets the count before emitting the report. If a listener of the report sends another message that is
   * refused, that message counts for the next report.
   */
  #report(refused: Refused): void {
    const { address, reason, message, count } = refused;
    refused.count = 0;
    this.#scope.emit({ type: 'message.refused', address, reason, message, count });
  }
}

function keyOf(address: string | undefined, reason: RefusalReason): string {
  return `${reason} ${address ?? ''}`;
}
