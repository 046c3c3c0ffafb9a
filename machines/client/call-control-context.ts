/**
 * What call control (machines/client/call-control.ts) knows, the events it takes, and what its guards and actions
 * ask of both.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import type { Neighbour } from '../neighbour.js';
import {
  type CallCommand,
  type CallCrowded,
  type CallEvent,
  type CallId,
  type ConnectionReport,
  NO_CALL,
  type OutgoingCall,
  type Peer,
  type UnconfirmedCause,
} from './call-events.js';
import type { Caller, UnansweredCalls } from './callers.js';
import { type CutCalls, type CutCause, withCutCall } from './cut-calls.js';
import type { Speakers } from './dialects.js';

/**
 * Longest wait for an answer to a call, ours or a buddy's, and for the network to take a line; in
 * milliseconds.
 */
export const PATIENCE_MS = 60_000;

/** How long the network may take for a line of ours before the owner hears of it, in milliseconds. */
export const STALL_MS = 5_000;

/** A request to the supervisor of connections, which may have no room for one more. */
export interface StartChat {
  readonly type: 'child.start';
  readonly input: OutgoingCall;
  readonly reply: (answer: { readonly ok: boolean; readonly code?: string }) => void;
}

export interface CallControlInput {
  readonly owner: Neighbour<CallEvent>;
  readonly chats: Neighbour<StartChat>;
  /** The address of this machine, which each connection of ours is given. */
  readonly control: Neighbour<ConnectionReport>;
  /** As {@link PATIENCE_MS}. */
  readonly patienceMs: number;
  /** Most lines of a chat that wait for the network. */
  readonly maxLines: number;
  /** Most of them that are held while the buddy does not read. */
  readonly maxHeldLines: number;
  /** Ids and addresses whose calls are refused. */
  readonly blocked: readonly string[];
  /** Who speaks dialect B, as far as is known. */
  readonly speakers: Speakers;
  /** Calls are numbered from the next on: a restarted call control repeats no number. */
  readonly lastCall: CallId;
}

/** A line that the network has not taken yet, as far as is known. */
export interface Line {
  readonly text: string;
  readonly key: number | undefined;
}

/** A call, and once it is accepted its chat. */
export interface Call {
  readonly id: CallId;
  readonly peer: Peer;
  /** The connection; a call of ours has none until its actor reports. */
  readonly chat: AnyActorRef | undefined;
  /** Lines given to the connection, oldest first. */
  readonly underWay: readonly Line[];
}

export interface CallControlContext extends CallControlInput {
  /** The one call or chat. */
  readonly current: Call | undefined;
  /** Who calls, while the owner is asked. */
  readonly caller: Caller | undefined;
  /** Lines that wait because the buddy does not read, oldest first. */
  readonly held: readonly Line[];
  /** Calls that the owner has left and whose connections are being closed; their supervisor bounds them. */
  readonly closing: ReadonlyMap<AnyActorRef, Call>;
  readonly unansweredCalls: UnansweredCalls;
  /** Of which calls that were cut the owner was told. */
  readonly cutCalls: CutCalls;
}

export type CallControlEvent =
  | CallCommand
  | ConnectionReport
  // From the supervisor of connections; the second by its reply.
  | CallCrowded
  | { readonly type: 'place.failed'; readonly call: CallId; readonly cause: 'too-many-calls' | 'crashed' }
  // From its own timer.
  | { readonly type: 'stall.passed' }
  // From the supervisor.
  | { readonly type: 'shutdown.requested' };

export interface Scope {
  readonly context: CallControlContext;
  readonly event: CallControlEvent;
}

/** What a state that has a call knows of it. */
export function requireCall({ current }: CallControlContext): Call {
  if (current === undefined) throw new Error('there is no call');
  return current;
}

/** The call that a connection's report is about; unknown where the connection is older than call control. */
export function findReportedCall({ context: { closing, current }, event }: Scope): Call | undefined {
  const { chat } = event as ConnectionReport;
  return closing.get(chat) ?? (current?.chat === chat ? current : undefined);
}

/** True for a report that is not of the current chat. */
export function isLate({ context: { current }, event }: Scope): boolean {
  return (event as ConnectionReport).chat !== current?.chat;
}

/** The context after the oldest line under way was reported. */
export function withoutReportedLine(scope: Scope): Partial<CallControlContext> {
  const call = findReportedCall(scope);
  if (call === undefined) return {};
  const rest: Call = { ...call, underWay: call.underWay.slice(1) };
  if (call === scope.context.current) return { current: rest };
  return { closing: new Map(scope.context.closing).set((scope.event as ConnectionReport).chat, rest) };
}

export function without<TKey, TValue>(map: ReadonlyMap<TKey, TValue>, key: TKey): ReadonlyMap<TKey, TValue> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** What the owner hears of a line that is not known to have arrived. */
export function unconfirmedEvent(
  call: CallId | undefined,
  { text, key }: Line,
  cause: UnconfirmedCause,
  late = false,
): CallEvent {
  return { type: 'message.unconfirmed', call: call ?? NO_CALL, text, key, cause, isLate: late };
}

/** What the owner hears of a call that was cut. */
export function cutCallEvent(
  cause: CutCause,
  { address, atMs, uptimeMs }: Omit<Caller, 'caller'>,
  untold: number,
): CallEvent {
  return { type: 'call.cut', cause, caller: undefined, address, atMs, uptimeMs, untold };
}

/** Counts a call that was cut; with news where the owner is to hear of it. */
export function cut({ cutCalls }: CallControlContext, cause: CutCause, call: Omit<Caller, 'caller'>) {
  const { address, uptimeMs } = call;
  const { cuts, untold } = withCutCall(cutCalls, { address, cause, uptimeMs });
  return { cuts, news: untold === undefined ? undefined : cutCallEvent(cause, call, untold) };
}

export function lineOf(event: EventObject): Line {
  const { text, key } = event as Extract<CallCommand, { type: 'message.send' }>;
  return { text, key };
}

export function isCurrentChat({ context: { current }, event }: Scope): boolean {
  return current !== undefined && (event as ConnectionReport).chat === current.chat;
}

export function isCurrentCall({ context: { current }, event }: Scope): boolean {
  return (event as Extract<CallControlEvent, { call: CallId }>).call === current?.id;
}

export function hasRoom({ current, held, maxLines }: CallControlContext): boolean {
  return (current?.underWay.length ?? 0) + held.length < maxLines;
}
