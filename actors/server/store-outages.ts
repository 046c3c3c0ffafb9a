/**
 * The outages of the store. The log has a line for the beginning and for the end of each outage. Events about
 * outages are emitted for the metrics and for `/readyz`.
 */

import type { EventObject } from 'xstate';
import type { Log } from '../log.js';

/**
 * - `write`: the store cannot make changes durable.
 * - `catch-up`: the store cannot read the changes of other servers.
 */
export type OutageKind = 'write' | 'catch-up';

/** Emitted after each operation that fails, and after the first operation that succeeds after a failure. */
export interface StoreOutage {
  readonly type: 'store.outage';
  readonly kind: OutageKind;
  readonly isOut: boolean;
}

/** True for {@link StoreOutage} among the events that a tree emits. */
export function isStoreOutage(event: EventObject): event is StoreOutage {
  return event.type === 'store.outage';
}

/** The log messages for the beginning and the end of each kind. */
const MESSAGES = {
  write: ['the store cannot be written: changes are answered 205', 'the store can be written again'],
  'catch-up': [
    'the store cannot be read: changes by other servers are not shown',
    'the store can be read again',
  ],
} as const satisfies Readonly<Record<OutageKind, readonly [begun: string, over: string]>>;

export class StoreOutages {
  readonly #log: Log;
  readonly #emit: (event: StoreOutage) => void;
  readonly #begun = new Set<OutageKind>();

  constructor(log: Log, emit: (event: StoreOutage) => void) {
    this.#log = log;
    this.#emit = emit;
  }

  /** The outages that have begun and not ended. */
  get kinds(): readonly OutageKind[] {
    return [...this.#begun];
  }

  /** Records that an operation has failed. Without an error, records that it has succeeded. */
  report(kind: OutageKind, error?: Error): void {
    const isOut = error !== undefined;
    const wasOut = this.#begun.has(kind);
    if (!isOut && !wasOut) return;
    this.#emit({ type: 'store.outage', kind, isOut });
    const [begun, over] = MESSAGES[kind];
    if (!isOut) {
      this.#begun.delete(kind);
      this.#log.info({}, over);
    } else if (!wasOut) {
      this.#begun.add(kind);
      this.#log.error({ err: error }, begun);
    }
  }
}
