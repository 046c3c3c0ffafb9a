/**
 * The presence actor: records which users are online, and answers GET requests with buddy lists.
 *
 * It asks the store for the user who sent a GET, and for a user whom it does not know yet. It keeps no
 * pending queries: each query carries its purpose, and the store returns the purpose with the reply.
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

/** A client sent a SET. From udp. */
interface PresenceAnnounced {
  readonly type: 'presence.announced';
  readonly announcement: Announcement;
  /** The source address of the datagram. */
  readonly address: string;
}

/** A client sent a GET; answered by {@link PresenceAnswered}. From udp. */
interface PresenceAsked {
  readonly type: 'presence.asked';
  readonly id: UserId;
  /** The endpoint that receives the buddy list. */
  readonly from: Endpoint;
  readonly replyTo: Address<PresenceAnswered>;
}

export interface PresenceAnswered {
  readonly type: 'presence.answered';
  readonly to: Endpoint;
  /** The encoded buddy list. */
  readonly list: Buffer;
}

type Purpose = PresenceAnnounced | PresenceAsked;

export type PresenceEvent = PresenceAnnounced | PresenceAsked | UserLookedUp<Purpose>;

export interface PresenceInput {
  readonly store: Address<StoreEvent>;
  /**
   * Limits the bytes of buddy lists for a source. A list that exceeds the limit is dropped before it is
   * written.
   */
  readonly answerBytes: Quota;
}

export const presenceLogic: BehaviourLogic<PresenceEvent, PresenceInput> = fromBehaviour(
  (scope, { store, answerBytes }) => {
    const table = new PresenceTable();
    const writer = new BuddyListWriter();
    /** The store's users, as of its last reply: enough to recognise users who were registered by then. */
    let known: Users | undefined;

    function lookUp(id: UserId, purpose: Purpose): void {
      store.send({ type: 'user.look-up', id, purpose, replyTo: scope.self } satisfies UserLookUp<Purpose>);
    }

    function announce(user: number, { announcement, address }: PresenceAnnounced): void {
      const { id, status, port } = announcement;
      table.set(user, id, status, address, port, scope.now());
    }

    function sendBuddyList(user: number, users: Users, { from, replyTo }: PresenceAsked): void {
      const now = scope.now();
      // More lines never fit in an answer.
      const list = users.listOf(user).subarray(0, MAX_LINES);
      const most = Math.min(list.length * MAX_BUDDY_LINE_BYTES, MAX_BUDDY_LIST_BYTES);
      if (!answerBytes.allows(from.address, most, now)) return;
      table.touch(list);
      for (const buddy of list) {
        table.visit(buddy, now, users, writer);
        if (writer.isFull) break;
      }
      const encoded = writer.finish();
      answerBytes.use(from.address, encoded.length, now);
      replyTo.send({ type: 'presence.answered', to: from, list: encoded });
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
            else sendBuddyList(user, users, purpose);
          }
        }
      },
    };
  },
);
