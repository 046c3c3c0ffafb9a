/**
 * The presence actor: knows who is online, and answers who of a user's buddies is.
 *
 * It asks the store who it is that asks, or that it does not know yet, and remembers no question: each takes
 * its purpose along and brings it back, together with what the store has in memory.
 */

import { PresenceTable } from '../../machines/server/presence-table.js';
import type { Quota } from '../../machines/server/quota.js';
import { type Endpoint, MAX_BUDDY_LINE_BYTES, MAX_BUDDY_LIST_BYTES } from '../../protocol/buddy-list.js';
import { BuddyListWriter, MAX_LINES } from '../../protocol/buddy-list-writer.js';
import type { Announcement } from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import type { Users } from '../../storage/store.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { StoreEvent, UserLookedUp, UserLookUp } from './store-actor.js';

/** A user said where they are. From udp. */
interface PresenceAnnounced {
  readonly type: 'presence.announced';
  readonly announcement: Announcement;
  /** Whence the announcement came. */
  readonly address: string;
}

/** Someone asks for a buddy list; answered by {@link PresenceAnswered}. From udp. */
interface PresenceAsked {
  readonly type: 'presence.asked';
  readonly id: UserId;
  /** Where the answer goes. */
  readonly from: Endpoint;
  readonly replyTo: Address<PresenceAnswered>;
}

export interface PresenceAnswered {
  readonly type: 'presence.answered';
  readonly to: Endpoint;
  /** The buddy list, as it is sent. */
  readonly list: Buffer;
}

type Purpose = PresenceAnnounced | PresenceAsked;

export type PresenceEvent = PresenceAnnounced | PresenceAsked | UserLookedUp<Purpose>;

export interface PresenceInput {
  readonly store: Address<StoreEvent>;
  /** Bytes of answers that a source may draw. Beyond it an answer is dropped before it is written. */
  readonly answerBytes: Quota;
}

export const presenceLogic: BehaviourLogic<PresenceEvent, PresenceInput> = fromBehaviour(
  (scope, { store, answerBytes }) => {
    const table = new PresenceTable();
    const writer = new BuddyListWriter();
    /** As of the last answer: good enough to know again whoever was registered then. */
    let known: Users | undefined;

    function lookUp(id: UserId, purpose: Purpose): void {
      store.send({ type: 'user.look-up', id, purpose, replyTo: scope.self } satisfies UserLookUp<Purpose>);
    }

    function announce(user: number, { announcement, address }: PresenceAnnounced): void {
      const { id, status, port } = announcement;
      table.set(user, id, status, address, port, scope.now());
    }

    function answer(user: number, users: Users, { from, replyTo }: PresenceAsked): void {
      const now = scope.now();
      // Of a longer list, the rest does not fit in any case.
      const list = users.listOf(user).subarray(0, MAX_LINES);
      const most = Math.min(list.length * MAX_BUDDY_LINE_BYTES, MAX_BUDDY_LIST_BYTES);
      if (!answerBytes.allows(from.address, most, now)) return;
      table.touch(list);
      for (const buddy of list) {
        table.visit(buddy, now, users, writer);
        if (writer.isFull) break;
      }
      const answer = writer.finish();
      answerBytes.use(from.address, answer.length, now);
      replyTo.send({ type: 'presence.answered', to: from, list: answer });
    }

    return {
      receive(event) {
        switch (event.type) {
          case 'presence.announced': {
            const user = known?.numberOf(event.announcement.id) ?? -1;
            return user === -1 ? lookUp(event.announcement.id, event) : announce(user, event);
          }
          case 'presence.asked':
            return lookUp(event.id, event);
          case 'user.looked-up': {
            const { user, users, purpose } = event;
            known = users;
            if (user === -1) return;
            if (purpose.type === 'presence.announced') announce(user, purpose);
            else answer(user, users, purpose);
          }
        }
      },
    };
  },
);
