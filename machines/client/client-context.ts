/**
 * The input, the context and the events of the client's statechart.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
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
  KeyDialog,
  TerminalCommand,
  TerminalReport,
} from './events.js';
import type { LastSeen } from './last-seen.js';
import type { Question } from './notices.js';
import type { BuddyTrusts, TrustReport } from './pins.js';
import type { UserAnnounced } from './restart-state.js';

/**
 * A request to the server. Valid ids are folded to lower case. Other tokens are sent as typed, for the server
 * to reject.
 */
export interface ServerRequest {
  readonly op: Change['op'];
  readonly ids: readonly string[];
  /** Only with ADD: the user gave the key of the buddy, as `bob#key`. */
  readonly key?: IdentityKey;
}

/** Why the user is asked for an id. */
export type Purpose = 'register' | 'login' | 'add' | 'delete' | 'message' | 'history' | 'block' | 'verify';

/** Undelivered lines, and the buddy to whom they were sent. */
export interface Undelivered {
  readonly buddy: UserId;
  readonly lines: readonly string[];
  /** How many more lines are stored: the next private chat sends them again automatically. */
  readonly kept: number;
}

/**
 * A line that call control has not reported on yet. `isHeld`: call control holds it until the buddy reads.
 */
export interface PendingLine {
  readonly text: string;
  readonly isHeld: boolean;
}

export interface ClientInput {
  readonly terminal: Neighbour<TerminalCommand>;
  readonly heartbeat: Neighbour<HeartbeatCommand>;
  readonly callControl: Neighbour<CallCommand>;
  readonly archive: Neighbour<ArchiveCommand>;
  /** True if a user at a terminal answers, false if a script does. Only a user gets extra questions. */
  readonly isInteractive: boolean;
  /** The user who is signed in at the start, without asking the server. */
  readonly user: UserId | undefined;
  readonly attendance: Attendance;
  /** True if the client checks, before it signs in a user, whether the key of the user is on this machine. */
  readonly checksKeys?: boolean;
}

export interface ClientContext extends ClientInput {
  /** Why an id is being asked for. Kept during an interruption, so the question is asked again. */
  readonly purpose: Purpose | undefined;
  /** True if the menu was shown and is not shown again until a user signs in. */
  readonly isMenuKnown: boolean;
  readonly request: ServerRequest | undefined;
  /** The user who is signed in if the check of the key succeeds. */
  readonly candidate: Pick<UserAnnounced, 'id' | 'attendance'> | undefined;
  /** The open dialog about the words of a key, or the dialog that a call interrupted. */
  readonly keyDialog: KeyDialog | undefined;
  /** The buddy to call. */
  readonly buddy: UserId | undefined;
  /** The last list from the server. */
  readonly buddies: BuddyList;
  readonly lastSeen: LastSeen;
  /** What is known about the keys of the buddies; `undefined` if the user has no key here. */
  readonly trust: BuddyTrusts | undefined;
  readonly log: CallLog;
  /** Ids and addresses whose calls are refused. */
  readonly blocked: readonly string[];
  /** The open question of the terminal. A restarted terminal gets it again. */
  readonly question: Question | undefined;
  /** A call that waits for the user's answer. */
  readonly offer: (Caller & { readonly call: CallId }) | undefined;
  /** The current call or chat. */
  readonly call: CallId | undefined;
  readonly peer: Peer | undefined;
  readonly undelivered: Undelivered | undefined;
  /** True while a buddy is called to resend undelivered lines. */
  readonly isResending: boolean;
  /** Lines that call control has not reported on, oldest first. */
  readonly outbox: readonly PendingLine[];
  /** True if there will be no more input. */
  readonly inputExhausted: boolean;
}

export type ClientEvent =
  | TerminalReport
  | HeartbeatReport
  | CallEvent
  | ArchiveReport
  | TrustReport
  // From the supervisor.
  | { readonly type: 'shutdown.requested' }
  // From the program, at a signal.
  | { readonly type: 'leave.requested' };

/** The context at the start. */
export function firstContext({ input }: { readonly input: ClientInput }): ClientContext {
  return {
    ...input,
    purpose: undefined,
    isMenuKnown: false,
    request: undefined,
    candidate: undefined,
    keyDialog: undefined,
    buddy: undefined,
    buddies: [],
    lastSeen: new Map(),
    trust: undefined,
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
