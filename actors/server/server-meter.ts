/**
 * The counters of a server as its actors see them. bin/ chooses the implementation, as it does for the log.
 *
 * An implementation must not wait or throw. In a flood, the actors call `recordDatagram` and `recordRefusal`
 * for each datagram. These two functions must therefore only add to numbers, and not allocate memory.
 */

import type { ReplyCode } from '../../protocol/reply.js';
import type { Request } from '../../protocol/request.js';

/**
 * The limits of the server, each with what the server does beyond the limit. A number is the reply that it
 * sends. `dropped`: it does not answer a datagram. `closed`: it closes a connection without sending a byte.
 */
export const REFUSALS = {
  /** `--max-connections`. */
  connections: '206',
  /** `--max-per-address`. */
  'connections-per-address': '206',
  /** `--max-users`. */
  users: '206',
  /** `--registration-burst` and `--registration-rate`. */
  registrations: '206',
  /** `--change-burst` and `--change-rate`. */
  changes: '206',
  /** `--datagram-burst` and `--datagram-rate`. */
  datagrams: 'dropped',
  /** The queue of changes that wait for the disk. */
  'queued-changes': '205',
  /** `--total-handshake-burst` and `--total-handshake-rate`. */
  handshakes: 'closed',
  /** `--handshake-burst` and `--handshake-rate`. */
  'handshakes-per-address': 'closed',
  /** `--max-handshakes`. */
  'unfinished-handshakes': 'closed',
  /** `--max-handshakes-per-address`. */
  'unfinished-handshakes-per-address': 'closed',
  /** `--answer-burst` and `--answer-rate`. */
  answers: 'dropped',
  /** The queue of answers for the network. */
  'send-queue': 'dropped',
} as const satisfies Readonly<Record<string, '205' | '206' | 'closed' | 'dropped'>>;

export type LimitName = keyof typeof REFUSALS;

/** `invalid`: the line is not a request. `none`: the client sent no line. */
export type RequestKind = Request['op'] | 'invalid' | 'none';

/** `none`: the connection was closed without a reply. */
export type RequestReply = ReplyCode | 'none';

/** `unreadable`: the datagram is not a SET or a GET, its seal could not be opened, or it was not read. */
export type DatagramKind = 'SET' | 'GET' | 'unreadable';

export const DATAGRAM_OUTCOMES = [
  /** A SET was recorded. */
  'accepted',
  /** A GET was answered. */
  'answered',
  /** The datagram or its seal is not valid. */
  'invalid',
  /** The id is not registered. */
  'unknown-user',
  /**
   * The sender may not do this: the id has a key and the datagram was in clear, the device or the session may
   * not act for the id, or the id or the address is banned.
   */
  'denied',
  /** The session of a sealed datagram is not known, or has another address. The client must log in again. */
  'unknown-session',
  /** The datagram or its answer was over a limit. `recordRefusal` is called too. */
  'limited',
] as const;

export type DatagramOutcome = (typeof DATAGRAM_OUTCOMES)[number];

export interface ServerMeter {
  /** A connection was accepted (1), or has ended (-1). Refused connections do not count. */
  recordConnection(step: 1 | -1): void;
  /**
   * A request was answered, or its connection has ended without a reply.
   *
   * @param ms Milliseconds from the arrival of the whole line to the reply.
   */
  recordRequest(kind: RequestKind, reply: RequestReply, ms: number): void;
  recordDatagram(kind: DatagramKind, isSealed: boolean, outcome: DatagramOutcome): void;
  /** The server refused something because of a limit. */
  recordRefusal(limit: LimitName): void;
  /**
   * A group of changes was written, or could not be written.
   *
   * @param ms Milliseconds from the beginning of the commit to its end.
   */
  recordCommit(changes: number, isDone: boolean, ms: number): void;
  /** The number of registered users, and of reserved ids. */
  setUsers(count: number, reserved: number): void;
  /** The number of changes that wait for the next commit. */
  setQueuedChanges(count: number): void;
}

/** Counts nothing. */
export const NO_METER: ServerMeter = {
  recordConnection: () => {},
  recordRequest: () => {},
  recordDatagram: () => {},
  recordRefusal: () => {},
  recordCommit: () => {},
  setUsers: () => {},
  setQueuedChanges: () => {},
};
