/**
 * What the client's statechart is given, what it knows, and the events that it takes.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type { Neighbour } from '../neighbour.js';
import type { Attendance } from './attendance.js';
import type { CallCommand, CallEvent, CallId, Peer } from './call-events.js';
import { type CallLog, NO_CALLS } from './call-log.js';
import type { Caller } from './callers.js';
import type {
  ArchiveCommand,
  ArchiveReport,
  HeartbeatCommand,
  HeartbeatReport,
  TerminalCommand,
  TerminalReport,
} from './events.js';
import type { LastSeen } from './last-seen.js';
import type { Question } from './notices.js';

/** A request: valid ids folded to lower case, other tokens as typed, which the server judges. */
export interface ServerRequest {
  readonly op: Change['op'];
  readonly ids: readonly string[];
}

/** What the user is asked an id for. */
export type Purpose = 'register' | 'login' | 'add' | 'delete' | 'message' | 'history' | 'block';

/** Lines that did not get through, and to whom they were said. */
export interface Undelivered {
  readonly buddy: UserId;
  readonly lines: readonly string[];
}

/** A line given to call control, and not reported yet; it is held while the buddy does not read. */
export interface PendingLine {
  readonly text: string;
  readonly isHeld: boolean;
}

export interface ClientInput {
  readonly terminal: Neighbour<TerminalCommand>;
  readonly heartbeat: Neighbour<HeartbeatCommand>;
  readonly callControl: Neighbour<CallCommand>;
  readonly archive: Neighbour<ArchiveCommand>;
  /** True where a user sits at a terminal, who can be asked things that a script does not know of. */
  readonly isInteractive: boolean;
  /** Signed in from the start, without asking the server. */
  readonly user: UserId | undefined;
  readonly attendance: Attendance;
}

export interface ClientContext extends ClientInput {
  /** What an id is asked for, until it is given: the user comes back to it after an interruption. */
  readonly purpose: Purpose | undefined;
  /** True where the menu need not be shown again until a user signs in. */
  readonly isMenuKnown: boolean;
  readonly request: ServerRequest | undefined;
  /** Who is to be called. */
  readonly buddy: UserId | undefined;
  /** As the server last gave them. */
  readonly buddies: BuddyList;
  readonly lastSeen: LastSeen;
  readonly log: CallLog;
  /** Ids and addresses whose calls are refused. */
  readonly blocked: readonly string[];
  /** What the terminal asks; a terminal that was restarted is told it again. */
  readonly question: Question | undefined;
  /** A call that waits for the user's answer. */
  readonly offer: (Caller & { readonly call: CallId }) | undefined;
  /** The call or chat that is the user's. */
  readonly call: CallId | undefined;
  readonly peer: Peer | undefined;
  readonly undelivered: Undelivered | undefined;
  /** True while the buddy of undelivered lines is called for them. */
  readonly isResending: boolean;
  /** Oldest first. */
  readonly outbox: readonly PendingLine[];
  /** There will be no more input. */
  readonly inputExhausted: boolean;
}

export type ClientEvent =
  | TerminalReport
  | HeartbeatReport
  | CallEvent
  | ArchiveReport
  // From the supervisor.
  | { readonly type: 'shutdown.requested' }
  // From the program, at a signal.
  | { readonly type: 'leave.requested' };

/** What the client knows when it starts. */
export function firstContext({ input }: { readonly input: ClientInput }): ClientContext {
  return {
    ...input,
    purpose: undefined,
    isMenuKnown: false,
    request: undefined,
    buddy: undefined,
    buddies: [],
    lastSeen: new Map(),
    log: NO_CALLS,
    blocked: [],
    question: undefined,
    offer: undefined,
    call: undefined,
    peer: undefined,
    undelivered: undefined,
    isResending: false,
    outbox: [],
    inputExhausted: false,
  };
}
