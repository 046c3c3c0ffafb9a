/**
 * The presence actor: records which users are online, and answers GET requests with buddy lists.
 *
 * For each GET, presence asks the store for the user. For a SET, it asks the store only if it does not know
 * the user yet. It keeps no pending queries: each query carries its purpose, and the store returns the
 * purpose with the reply.
 *
 * If several servers share the directory, each server passes the announcements that it has accepted on to all
 * other servers. Therefore, each server has the presence records of all users.
 */

import { type OnlineUser, type PresenceCount, PresenceTable } from '../../machines/server/presence-table.js';
import type { Quota } from '../../machines/server/quota.js';
import { type Endpoint, MAX_BUDDY_LINE_BYTES, MAX_BUDDY_LIST_BYTES } from '../../protocol/buddy-list.js';
import { BuddyListWriter, MAX_LINES } from '../../protocol/buddy-list-writer.js';
import type { Announcement } from '../../protocol/datagram.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { PresenceRecord } from '../../protocol/presence-batch.js';
import type { Users } from '../../storage/store.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Bans } from './bans.js';
import type { ServerMeter } from './server-meter.js';
import type { StoreCaughtUp, StoreEvent, UserLookedUp, UserLookUp, UsersExpelled } from './store-events.js';

/** A client sent a SET. Sent by udp, and by sessions. */
interface PresenceAnnounced {
  readonly type: 'presence.announced';
  readonly announcement: Announcement;
  /** The device whose session sealed the datagram; `undefined` if the datagram came in clear. */
  readonly device?: Device;
  /** The address at which the client takes calls. */
  readonly address: string;
}

/** A client sent a GET; answered by {@link PresenceAnswered}. Sent by udp, and by sessions. */
interface PresenceAsked {
  readonly type: 'presence.asked';
  readonly id: UserId;
  /** The device whose session sealed the datagram; `undefined` if the datagram came in clear. */
  readonly device?: Device;
  /** The endpoint that receives the buddy list. */
  readonly from: Endpoint;
  /**
   * The requested part of the list. Without it, the answer is the beginning of the list, as much as fits in
   * one datagram.
   */
  readonly page?: { readonly offset: number; readonly maxBytes: number };
  /** Returned with the answer, so that the sender need not keep its questions. */
  readonly context?: unknown;
  readonly replyTo: Address<PresenceAnswered<never>>;
}

export interface PresenceAnswered<TContext> {
  readonly type: 'presence.answered';
  readonly to: Endpoint;
  /** The encoded part of the buddy list. */
  readonly bytes: Buffer;
  /** How many buddies the whole list has. */
  readonly total: number;
  readonly context: TContext;
}

type Purpose = PresenceAnnounced | PresenceAsked;

/** This server accepted an announcement. Sent to the bus. */
export interface PresenceAccepted {
  readonly type: 'presence.accepted';
  readonly record: PresenceRecord;
}

/** Another server accepted announcements. Sent by the bus. */
export interface PresenceHeard {
  readonly type: 'presence.heard';
  readonly records: readonly PresenceRecord[];
}

/**
 * Asks how many users are online or away; answered by {@link PresenceCounted}. Sent by the monitor and the
 * administration. Presence counts one page of its table in each event-loop iteration, and then sends this
 * event to itself, with the counts of the pages so far.
 */
interface PresenceCountAsked {
  readonly type: 'presence.count';
  readonly replyTo: { send(event: PresenceCounted): void };
  readonly soFar?: PresenceCount & { readonly pages: number };
}

export interface PresenceCounted extends PresenceCount {
  readonly type: 'presence.counted';
}

/**
 * Asks which of the users with the numbers from `first` up to `end` are online. Answered by
 * {@link PresenceListed}. Sent by the administration.
 */
interface PresenceList {
  readonly type: 'presence.list';
  readonly first: number;
  /** Not included. The whole range is searched at once, so it must not be large. */
  readonly end: number;
  readonly replyTo: Address<PresenceListed>;
}

export interface PresenceListed {
  readonly type: 'presence.listed';
  readonly online: readonly OnlineUser[];
  /** Higher than the number of every user who is online. */
  readonly size: number;
}

export type PresenceEvent =
  | PresenceAnnounced
  | PresenceAsked
  | PresenceCountAsked
  | PresenceList
  | PresenceHeard
  | UserLookedUp<Purpose>
  | StoreCaughtUp<undefined>
  | UsersExpelled;

export interface PresenceInput {
  readonly store: Address<StoreEvent>;
  /** Passes announcements to other servers; `undefined` if no other server uses the directory. */
  readonly bus?: Address<PresenceAccepted> | undefined;
  /**
   * Limits the bytes of buddy lists for a source. A list that exceeds the limit is dropped before it is
   * written.
   */
  readonly answerBytes: Quota;
  /** Datagrams of banned users are dropped. */
  readonly bans: Bans;
  readonly meter: ServerMeter;
}

/** The maximum number of records from other servers that wait because their users are not known here yet. */
const MAX_UNKNOWN = 10_000;

/** The part of a list that answers a GET in clear: as much as fits in one datagram. */
const WHOLE = { offset: 0, maxBytes: MAX_BUDDY_LIST_BYTES };

/**
 * Whether a datagram may speak for a user. If the id has a key, the datagram must be sealed by a device that
 * belongs to this key and is not revoked.
 */
function mayAct(user: number, users: Users, device: Device | undefined): boolean {
  if (device === undefined) return !users.isKeyed(user);
  const known = users.deviceOf(user);
  return known !== undefined && known.identity === device.identity && device.serial >= known.floor;
}

export const presenceLogic: BehaviourLogic<PresenceEvent, PresenceInput> = fromBehaviour(
  (scope, { store, bus, answerBytes, bans, meter }) => {
    const table = new PresenceTable();
    const writer = new BuddyListWriter();
    /**
     * The users that came with the store's last reply. They are used only while that store is open, because
     * the operator may change keys after it is closed.
     */
    let known: Users | undefined;
    /** The latest record of each user whom another server knows, but this server does not know yet. */
    const unknown = new Map<number, PresenceRecord>();

    function lookUp(id: UserId, purpose: Purpose): void {
      store.send({ type: 'user.look-up', id, purpose, replyTo: scope.self } satisfies UserLookUp<Purpose>);
    }

    function announce(user: number, users: Users, event: PresenceAnnounced): void {
      const isSealed = event.device !== undefined;
      if (!mayAct(user, users, event.device)) return meter.recordDatagram('SET', isSealed, 'denied');
      meter.recordDatagram('SET', isSealed, 'accepted');
      const { id, status, port } = event.announcement;
      unknown.delete(user);
      table.set(user, id, status, event.address, port, scope.now());
      bus?.send({
        type: 'presence.accepted',
        record: { user, status, port, address: event.address },
      } satisfies PresenceAccepted);
    }

    /** True for a user who was removed or is banned, and for every user at a banned address. */
    function mustBeOffline(user: number, address: string | number): boolean {
      return bans.isExpelled(user) || bans.ofAddress(address) !== undefined;
    }

    /** Records what another server accepted, as if this server had received the announcement just now. */
    function hear({ user, status, address, port }: PresenceRecord): void {
      // The other server may not know the latest bans yet.
      if (mustBeOffline(user, address)) return table.end(user);
      table.set(user, undefined, status, address, port, scope.now());
    }

    /** Records what another server accepted. If a user is not known here yet, the record waits. */
    function hearAll({ records }: PresenceHeard): void {
      const committed = known === undefined || known.isClosed ? 0 : known.committed;
      for (const record of records) {
        // If an earlier record of the user waits, replace it. Otherwise it would overwrite this one later.
        const waits = unknown.has(record.user);
        if (!waits && record.user < committed) hear(record);
        else if (waits || unknown.size < MAX_UNKNOWN) unknown.set(record.user, record);
      }
      if (unknown.size === 0) return;
      store.send({ type: 'store.catch-up', purpose: undefined as never, replyTo: scope.self });
    }

    function onCaughtUp(users: Users): void {
      known = users;
      for (const record of unknown.values()) if (record.user < users.committed) hear(record);
      unknown.clear();
    }

    /** Takes users offline if they were removed, are banned, have a new key, or are at a banned address. */
    function expel({ expulsions, users }: UsersExpelled): void {
      if (expulsions === 'all') return table.endWhere(mustBeOffline);
      for (const expulsion of expulsions) {
        if (expulsion.kind === 'address') continue;
        const user = 'user' in expulsion ? expulsion.user : users.numberOf(expulsion.name);
        // If the key has changed, the record may still be the presence of the id's former holder.
        if (expulsion.kind === 'key' || (user !== -1 && bans.isExpelled(user))) table.end(user);
      }
      if (!expulsions.some(({ kind }) => kind === 'address')) return;
      table.endWhere((_user, address) => bans.ofAddress(address) !== undefined);
    }

    function countNextPage({ replyTo, soFar }: PresenceCountAsked): void {
      const { pages, online, away } = soFar ?? { pages: 0, online: 0, away: 0 };
      const page = table.countPage(pages, scope.now());
      if (page === undefined) return replyTo.send({ type: 'presence.counted', online, away });
      scope.sendNextIteration({
        type: 'presence.count',
        replyTo,
        soFar: { pages: pages + 1, online: online + page.online, away: away + page.away },
      });
    }

    function sendBuddyList(user: number, users: Users, event: PresenceAsked): void {
      const isSealed = event.device !== undefined;
      if (!mayAct(user, users, event.device)) return meter.recordDatagram('GET', isSealed, 'denied');
      const { from, replyTo, page = WHOLE, context } = event;
      const now = scope.now();
      const whole = users.listOf(user);
      // An answer never has room for more than MAX_LINES lines.
      const list = whole.subarray(page.offset, page.offset + MAX_LINES);
      const most = Math.min(list.length * MAX_BUDDY_LINE_BYTES, page.maxBytes);
      if (!answerBytes.allows(from.address, most, now)) {
        meter.recordRefusal('answers');
        return meter.recordDatagram('GET', isSealed, 'limited');
      }
      table.touch(list);
      writer.start(page.maxBytes);
      for (const buddy of list) {
        table.visit(buddy, now, users, writer);
        if (writer.isFull) break;
      }
      const bytes = writer.finish();
      answerBytes.use(from.address, bytes.length, now);
      replyTo.send({
        type: 'presence.answered',
        to: from,
        bytes,
        total: whole.length,
        context: context as never,
      });
    }

    return {
      receive(event) {
        switch (event.type) {
          case 'presence.announced': {
            if (bans.ofId(event.announcement.id) !== undefined)
              return meter.recordDatagram('SET', event.device !== undefined, 'denied');
            const user = known?.numberOf(event.announcement.id) ?? -1;
            if (known === undefined || known.isClosed || user === -1)
              return lookUp(event.announcement.id, event);
            return announce(user, known, event);
          }
          case 'presence.asked':
            if (bans.ofId(event.id) !== undefined)
              return meter.recordDatagram('GET', event.device !== undefined, 'denied');
            return lookUp(event.id, event);
          case 'presence.count':
            return countNextPage(event);
          case 'presence.list': {
            const online = table.listOnline(event.first, event.end, scope.now());
            return event.replyTo.send({ type: 'presence.listed', online, size: table.size });
          }
          case 'presence.heard':
            return hearAll(event);
          case 'store.caught-up':
            return onCaughtUp(event.users);
          case 'users.expelled':
            return expel(event);
          case 'user.looked-up': {
            const { user, users, purpose } = event;
            known = users;
            const isSet = purpose.type === 'presence.announced';
            // The user or the address may have been banned while the datagram waited for the store.
            if (user === -1 || mustBeOffline(user, isSet ? purpose.address : purpose.from.address)) {
              const kind = isSet ? 'SET' : 'GET';
              const outcome = user === -1 ? 'unknown-user' : 'denied';
              return meter.recordDatagram(kind, purpose.device !== undefined, outcome);
            }
            if (isSet) announce(user, users, purpose);
            else sendBuddyList(user, users, purpose);
          }
        }
      },
    };
  },
);
