/**
 * Users and buddy lists in memory, with the rules by which a change is answered.
 */

import type { UserId } from '../protocol/id.js';
import type { ReplyCode } from '../protocol/reply.js';
import type { Change } from '../protocol/request.js';
import { MAX_BUDDIES, MAX_USERS } from './store.js';

/** A change that altered the table, and so must be remembered. */
export type EffectiveChange =
  | { readonly op: 'REG'; readonly id: UserId }
  | { readonly op: 'ADD' | 'DEL'; readonly id: UserId; readonly buddy: UserId };

/** The answer to a change; `effect` and the list before it are there where the table was altered. */
export interface Applied {
  readonly reply: ReplyCode;
  readonly effect?: EffectiveChange;
  readonly before?: readonly UserId[] | undefined;
}

/** Buddy lists are never altered, only replaced: whoever was given one may keep it. */
export class UserTable {
  readonly #buddies = new Map<UserId, readonly UserId[]>();

  /** A user's buddies in the order they were added; `undefined` when nobody has that id. */
  buddiesOf(id: UserId): readonly UserId[] | undefined {
    return this.#buddies.get(id);
  }

  /** Decides one change, in the order of checks that PROTOCOL.md gives, and applies it. */
  apply(change: Change): Applied {
    if (change.op === 'REG') return this.#register(change.id);
    const { op, id, buddy } = change;
    const before = this.#buddies.get(id);
    if (before === undefined) return { reply: 202 };
    if (buddy === undefined) return { reply: 201 };
    if (!this.#buddies.has(buddy)) return { reply: 202 };
    if (buddy === id) return { reply: 201 };
    const listed = before.includes(buddy);
    if (op === 'DEL') {
      if (!listed) return { reply: 200 };
      this.#buddies.set(
        id,
        before.filter((other) => other !== buddy),
      );
    } else {
      if (listed || before.length >= MAX_BUDDIES) return { reply: 201 };
      this.#buddies.set(id, [...before, buddy]);
    }
    return { reply: 200, effect: { op, id, buddy }, before };
  }

  /** Takes back what {@link apply} did. Several must be taken back in reverse order. */
  undo({ effect, before }: Applied): void {
    if (effect === undefined) return;
    if (before === undefined) this.#buddies.delete(effect.id);
    else this.#buddies.set(effect.id, before);
  }

  #register(id: UserId): Applied {
    if (this.#buddies.has(id)) return { reply: 203 };
    if (this.#buddies.size >= MAX_USERS) return { reply: 205 };
    this.#buddies.set(id, []);
    return { reply: 200, effect: { op: 'REG', id } };
  }
}
