/**
 * The presence actor: knows who is online, and answers who of a user's buddies is.
 *
 * It asks the store two things and remembers no question: whether an id that announces itself is
 * registered, and who is on a list. Each question takes its purpose along and brings it back.
 */

import { PresenceTable } from '../../machines/server/presence-table.js';
import type { Buddy, Endpoint } from '../../protocol/buddy-list.js';
import type { Announcement } from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import { type BehaviourLogic, fromBehaviour } from '../supervision/behaviour.js';
import type { Address } from '../supervision/mailbox.js';
import type { StoreEvent, UserLookedUp, UserLookUp } from './store.js';

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
  readonly buddies: readonly Buddy[];
}

type Purpose = PresenceAnnounced | PresenceAsked;

export type PresenceEvent = PresenceAnnounced | PresenceAsked | UserLookedUp<Purpose>;

export interface PresenceInput {
  readonly store: Address<StoreEvent>;
}

export const presenceLogic: BehaviourLogic<PresenceEvent, PresenceInput> = fromBehaviour(
  (scope, { store }) => {
    const table = new PresenceTable();

    function announce({ announcement: { id, status, port }, address }: PresenceAnnounced): void {
      table.set(id, status, { address, port }, scope.now());
    }

    function answer({ from, replyTo }: PresenceAsked, ids: readonly UserId[]): void {
      const now = scope.now();
      const buddies = ids.map((id): Buddy => {
        const presence = table.get(id, now);
        return { id, status: presence?.status ?? 101, endpoint: presence?.endpoint };
      });
      replyTo.send({ type: 'presence.answered', to: from, buddies });
    }

    function lookUp(id: UserId, purpose: Purpose): void {
      store.send({ type: 'user.look-up', id, purpose, replyTo: scope.self } satisfies UserLookUp<Purpose>);
    }

    return {
      receive(event) {
        switch (event.type) {
          case 'presence.announced':
            // Whoever is in the table is registered: only newcomers need the store.
            if (table.get(event.announcement.id, scope.now())) announce(event);
            else lookUp(event.announcement.id, event);
            break;
          case 'presence.asked':
            lookUp(event.id, event);
            break;
          case 'user.looked-up':
            if (event.buddies === undefined) break;
            if (event.purpose.type === 'presence.announced') announce(event.purpose);
            else answer(event.purpose, event.buddies);
        }
      },
    };
  },
);
