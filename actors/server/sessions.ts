/**
 * The sessions actor: opens the sealed datagrams of clients, passes the questions in them to presence, and
 * seals the answers.
 *
 * Only this actor keeps the keys of the sessions. After a crash, it therefore knows no session, and asks each
 * client to log in again.
 */

import { randomBytes } from 'node:crypto';
import type { DatagramSeal } from '../../keys/datagram-seal.js';
import type { Quota } from '../../machines/server/quota.js';
import { type SessionFacts, SessionTable } from '../../machines/server/session-table.js';
import { plainAddress } from '../../protocol/address.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { LoginMode } from '../../protocol/request.js';
import {
  encodeAnswerHead,
  encodeUnknownSession,
  MAX_ANSWER_HEAD_BYTES,
  MAX_ANSWER_TEXT_BYTES,
  parseSealedQuestion,
  type SealedDatagram,
  type SessionId,
} from '../../protocol/sealed-datagram.js';
import { type BehaviourLogic, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Bans } from './bans.js';
import type { PresenceAnswered, PresenceEvent } from './presence.js';
import type { DatagramKind, DatagramOutcome, ServerMeter } from './server-meter.js';
import type { UsersExpelled } from './store-events.js';

/**
 * A device logged in, and the store has recorded the login. Answered by {@link SessionAnswered}. Sent by
 * connections.
 */
interface SessionOpen {
  readonly type: 'session.open';
  readonly id: UserId;
  readonly device: Device;
  readonly mode: LoginMode;
  /** The address from which the device logged in. */
  readonly address: string;
  /** Holds the session's keys and counters in private fields: logs and the inspector do not show them. */
  readonly seal: DatagramSeal;
  readonly replyTo: Address<SessionAnswered>;
}

/** `session` is `undefined` if another client's session announces the id. The server then replies 207. */
export interface SessionAnswered {
  readonly type: 'session.answered';
  readonly session: SessionId | undefined;
}

/** A sealed datagram arrived. Sent by udp. */
interface DatagramSealed {
  readonly type: 'datagram.sealed';
  readonly datagram: SealedDatagram;
  readonly from: Endpoint;
  readonly replyTo: Address<DatagramReady>;
}

/** A datagram is ready to be sent to a client. Sent to udp. */
export interface DatagramReady {
  readonly type: 'datagram.ready';
  readonly to: Endpoint;
  readonly bytes: Buffer;
  /** The kind of the answered question, and its outcome, for the meter. */
  readonly kind: DatagramKind;
  readonly outcome: DatagramOutcome;
}

/** The context of a sealed question. Presence returns it with the answer. */
interface Question {
  readonly session: SessionId;
  readonly counter: number;
  readonly offset: number;
  readonly udp: Address<DatagramReady>;
}

/**
 * Asks how many sessions are open; answered by {@link SessionsCounted}. Sent by the monitor and the
 * administration.
 */
interface SessionsCountAsked {
  readonly type: 'sessions.count';
  readonly replyTo: { send(event: SessionsCounted): void };
}

export interface SessionsCounted {
  readonly type: 'sessions.counted';
  readonly count: number;
}

/** Asks for the sessions of an id; answered by {@link SessionsListed}. Sent by the administration. */
interface SessionsList {
  readonly type: 'sessions.list';
  readonly id: UserId;
  readonly replyTo: Address<SessionsListed>;
}

export interface SessionsListed {
  readonly type: 'sessions.listed';
  readonly sessions: readonly SessionFacts[];
}

export type SessionsEvent =
  | SessionOpen
  | DatagramSealed
  | PresenceAnswered<Question>
  | SessionsCountAsked
  | UsersExpelled
  | SessionsList;

export interface SessionsInput {
  readonly presence: Address<PresenceEvent>;
  /** Limits the bytes of answers to each source. */
  readonly answerBytes: Quota;
  /** The sessions of banned users are ended. */
  readonly bans: Bans;
  readonly meter: ServerMeter;
}

export const sessionsLogic: BehaviourLogic<SessionsEvent, SessionsInput> = fromBehaviour(
  (scope, { presence, answerBytes, bans, meter }) => {
    const table = new SessionTable<DatagramSeal>();

    function open({ id, device, mode, address, seal, replyTo }: SessionOpen): void {
      const name = randomBytes(8).toString('hex') as SessionId;
      const login = { id, device, address: plainAddress(address), keys: seal };
      const isOpen = table.open(name, mode, login, scope.now());
      replyTo.send({ type: 'session.answered', session: isOpen ? name : undefined });
    }

    /** Asks a client to log in again, because its session is unknown, or because its address has changed. */
    function refuse({ datagram, from, replyTo }: DatagramSealed): void {
      const bytes = encodeUnknownSession(datagram.session);
      if (answerBytes.tryUse(from.address, bytes.length, scope.now())) {
        const [kind, outcome] = ['unreadable', 'unknown-session'] as const;
        replyTo.send({ type: 'datagram.ready', to: from, bytes, kind, outcome });
      } else {
        meter.recordRefusal('answers');
        meter.recordDatagram('unreadable', true, 'limited');
      }
    }

    function receiveDatagram(event: DatagramSealed): void {
      const { datagram, from, replyTo } = event;
      const session = table.find(datagram.session, scope.now());
      if (session === undefined || session.address !== plainAddress(from.address)) return refuse(event);
      const text = session.keys.open(datagram);
      if (text === undefined) return meter.recordDatagram('unreadable', true, 'invalid');
      table.touch(datagram.session, scope.now());
      const question = parseSealedQuestion(text);
      const { id, device, address, announces } = session;
      if (question === undefined) return meter.recordDatagram('unreadable', true, 'invalid');
      if (question.id !== id) return meter.recordDatagram(question.op, true, 'denied');
      if (question.op === 'GET') {
        const { offset } = question;
        const context: Question = {
          session: datagram.session,
          counter: datagram.counter,
          offset,
          udp: replyTo,
        };
        const page = { offset, maxBytes: MAX_ANSWER_TEXT_BYTES - MAX_ANSWER_HEAD_BYTES };
        presence.send({ type: 'presence.asked', id, device, from, page, context, replyTo: scope.self });
      } else if (announces) {
        presence.send({ type: 'presence.announced', announcement: question, device, address });
      } else {
        meter.recordDatagram('SET', true, 'denied');
      }
    }

    function sendAnswer({ to, bytes, total, context }: PresenceAnswered<Question>): void {
      const { session: name, counter, offset, udp } = context;
      const session = table.find(name, scope.now());
      if (session === undefined) return meter.recordDatagram('GET', true, 'unknown-session');
      const head = Buffer.from(encodeAnswerHead(counter, offset, total), 'latin1');
      const sealed = session.keys.seal(name, Buffer.concat([head, bytes]));
      if (sealed === undefined) return meter.recordDatagram('GET', true, 'unknown-session');
      const { datagram } = sealed;
      udp.send({ type: 'datagram.ready', to, bytes: datagram, kind: 'GET', outcome: 'answered' });
    }

    /** Ends the sessions of users who were removed, are banned, have a new key, or use a banned address. */
    function expel({ expulsions, users }: UsersExpelled): void {
      if (expulsions === 'all') {
        return table.endWhere(({ id, address }) => {
          const user = users.numberOf(id);
          return user === -1 || bans.isExpelled(user) || bans.ofAddress(address) !== undefined;
        });
      }
      for (const { kind, name } of expulsions) if (kind !== 'address') table.endUser(name as UserId);
      if (!expulsions.some(({ kind }) => kind === 'address')) return;
      table.endWhere(({ address }) => bans.ofAddress(address) !== undefined);
    }

    return {
      receive(event) {
        switch (event.type) {
          case 'session.open':
            return open(event);
          case 'datagram.sealed':
            return receiveDatagram(event);
          case 'presence.answered':
            return sendAnswer(event);
          case 'users.expelled':
            return expel(event);
          case 'sessions.count':
            return event.replyTo.send({ type: 'sessions.counted', count: table.count(scope.now()) });
          case 'sessions.list': {
            const sessions = table.listOf(event.id, scope.now());
            return event.replyTo.send({ type: 'sessions.listed', sessions });
          }
        }
      },
    };
  },
);
