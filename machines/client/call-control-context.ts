/**
 * The context and the events of call control (machines/client/call-control.ts), and the functions that its
 * guards and actions share.
 */

import type { AnyActorRef, EventObject } from 'xstate';
import type { UserId } from '../../protocol/id.js';
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
import { type Caller, callerName, type UnansweredCalls } from './callers.js';
import { type CutCalls, type CutCause, withCutCall } from './cut-calls.js';
import type { Speakers } from './dialects.js';

/**
 * Longest wait in milliseconds: for the owner to answer a call, for the buddy to answer an outgoing call, and
 * for the network to take a line.
 */
export const PATIENCE_MS = 60_000;

/** How long a line may wait for the network before the owner is notified, in milliseconds. */
export const STALL_MS = 5_000;

/** A request to the supervisor of connections. The supervisor refuses it if the limit is reached. */
export interface StartChat {
  readonly type: 'child.start';
  readonly input: OutgoingCall;
  readonly reply: (answer: { readonly ok: boolean; readonly code?: string }) => void;
}

export interface CallControlInput {
  readonly owner: Neighbour<CallEvent>;
  readonly chats: Neighbour<StartChat>;
  /** Call control itself. Each connection that call control starts gets it as a neighbour. */
  readonly control: Neighbour<ConnectionReport>;
  /** See {@link PATIENCE_MS}. */
  readonly patienceMs: number;
  /** The maximum number of lines of a chat that may wait for the network. */
  readonly maxLines: number;
  /** The maximum number of waiting lines that are held while the buddy does not read. */
  readonly maxHeldLines: number;
  /** Ids and addresses whose calls are refused. */
  readonly blocked: readonly string[];
  /** Peers that are known to speak dialect B. */
  readonly speakers: Speakers;
  /** The number of the last call. A restarted call control gets a higher number, so no number repeats. */
  readonly lastCall: CallId;
}

/** A line that, as far as call control knows, the network has not taken. */
export interface Line {
  readonly text: string;
  readonly key: number | undefined;
}

/** A call or, once the call is accepted, a chat. */
export interface Call {
  readonly id: CallId;
  readonly peer: Peer;
  /** The connection. An outgoing call has none until the connection's actor reports. */
  readonly chat: AnyActorRef | undefined;
  /** Lines that were sent to the connection, oldest first. */
  readonly underWay: readonly Line[];
}

export interface CallControlContext extends CallControlInput {
  /** The current call or chat. */
  readonly current: Call | undefined;
  /** The caller, while the owner is being asked. */
  readonly caller: Caller | undefined;
  /** Lines that are held because the buddy does not read, oldest first. */
  readonly held: readonly Line[];
  /** Past calls whose connections are still closing. The supervisor of connections limits their number. */
  readonly closing: ReadonlyMap<AnyActorRef, Call>;
  readonly unansweredCalls: UnansweredCalls;
  /** Calls that were cut recently, to limit how often the owner is notified. */
  readonly cutCalls: CutCalls;
}

export type CallControlEvent =
  | CallCommand
  | ConnectionReport
  // From the supervisor of connections. `place.failed` comes from its reply to `child.start`.
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

/** Returns the current call. Throws if there is none. */
export function requireCall({ current }: CallControlContext): Call {
  if (current === undefined) throw new Error('there is no call');
  return current;
}

/**
 * Finds the call of a connection's report. Returns `undefined` for a connection that existed before call
 * control was restarted.
 */
export function findReportedCall({ context: { closing, current }, event }: Scope): Call | undefined {
  const { chat } = event as ConnectionReport;
  return closing.get(chat) ?? (current?.chat === chat ? current : undefined);
}

/** Whether a report comes from a connection that is not the current chat. */
export function isLate({ context: { current }, event }: Scope): boolean {
  return (event as ConnectionReport).chat !== current?.chat;
}

/** The context without the oldest line of a call, after the connection reported on that line. */
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

/** The event that tells the owner that a line may not have arrived. */
export function unconfirmedEvent(
  call: CallId | undefined,
  { text, key }: Line,
  cause: UnconfirmedCause,
  late = false,
  isKept?: true,
): CallEvent {
  const line = { text, key, ...(isKept && { isKept }) };
  return { type: 'message.unconfirmed', call: call ?? NO_CALL, ...line, cause, isLate: late };
}

/** The event that tells the owner that a call was cut. */
export function cutCallEvent(
  cause: CutCause,
  { caller, address, atMs, uptimeMs }: CutCaller,
  untold: number,
): CallEvent {
  return { type: 'call.cut', cause, caller, address, atMs, uptimeMs, untold };
}

/** A caller whose call was cut. It can have an id only if the cause is a `DenialCause`. */
type CutCaller = Omit<Caller, 'caller' | 'protection'> & { readonly caller?: UserId | undefined };

/** Counts a call that was cut. The result has a `report` if the owner is to be notified. */
export function countCutCall({ cutCalls }: CallControlContext, cause: CutCause, call: CutCaller) {
  const { uptimeMs } = call;
  const address = callerName({ caller: call.caller, address: call.address });
  const { cuts, untold } = withCutCall(cutCalls, { address, cause, uptimeMs });
  return { cuts, report: untold === undefined ? undefined : cutCallEvent(cause, call, untold) };
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
