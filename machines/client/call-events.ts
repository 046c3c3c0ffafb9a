/**
 * The events of calls and chats, grouped by who sends them.
 *
 *     connections  <->  call control  <->  its owner: the client's statechart, or a program's agent
 */

import type { AnyActorRef } from 'xstate';
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Neighbour } from '../neighbour.js';
import type { Caller, Moment } from './callers.js';
import type { CutCause } from './cut-calls.js';

/** The other end of a call or chat; `id` is the id that the peer claims, if it gave one. */
export interface Peer {
  readonly id: UserId | undefined;
  readonly address: DisplayText;
}

/** Names one call, from its beginning to the end of its chat. */
export type CallId = number;

/** Stands for a call that is older than call control, which was restarted. */
export const NO_CALL: CallId = -1;

/** From call control to a connection. */
export type ChatCommand =
  /** `speaksB`: if the caller said nothing, `ACCEPTED` is its word. */
  | { readonly type: 'call.accept'; readonly speaksB?: boolean }
  | { readonly type: 'call.reject' }
  /** As `call.reject`, and the connection is cut at once. */
  | { readonly type: 'call.cut' }
  /** Answered by `message.sent`, when there is room for the next one, or by `message.failed`. */
  | { readonly type: 'message.send'; readonly text: string }
  /** The reader of the messages is behind: no more of them until it has caught up. */
  | { readonly type: 'reading.pause' }
  | { readonly type: 'reading.resume' }
  /** The connection is closed when the buddy's machine has confirmed what was written. */
  | { readonly type: 'chat.leave' }
  /** The connection is cut, and all that is not confirmed is named. */
  | { readonly type: 'chat.abandon' };

/** What a connection reports. */
export type ChatReport =
  | { readonly type: 'call.received'; readonly caller: UserId | undefined; readonly address: DisplayText }
  /** A caller of dialect E, which reads only on a connection back: it is hung up on. */
  | { readonly type: 'call.foreign'; readonly address: DisplayText }
  /**
   * Whether somebody speaks dialect B. With a port: who was called there answered `ACCEPTED`. Without one: a
   * caller did not understand how it was accepted.
   */
  | {
      readonly type: 'dialect.heard';
      readonly address: DisplayText;
      readonly port?: number;
      readonly speaksB: boolean;
    }
  /** A call of ours has a connection's actor, which dials. */
  | { readonly type: 'call.placed'; readonly call: CallId }
  /** The connection is there, and the buddy is asked. */
  | { readonly type: 'call.ringing' }
  | { readonly type: 'call.accepted' }
  | { readonly type: 'call.refused' }
  | { readonly type: 'call.failed'; readonly reason: DisplayText }
  | { readonly type: 'message.received'; readonly text: DisplayText; readonly cut: boolean }
  /** The network took it: the text as it was sent. */
  | { readonly type: 'message.sent'; readonly text: DisplayText; readonly cut: boolean }
  /** The network did not take it, and will not. */
  | { readonly type: 'message.failed'; readonly text: string }
  /** The network took it before, but the buddy's machine never confirmed it. */
  | { readonly type: 'message.lost'; readonly text: string }
  /** The buddy's machine confirms more of what was sent. */
  | { readonly type: 'delivery.progressed' }
  /** The buddy left. Lines under way are still reported, and `chat.closed` follows. */
  | { readonly type: 'peer.left' }
  /** With a reason where the connection broke; without one where one side closed it. Nothing follows. */
  | { readonly type: 'chat.closed'; readonly reason?: DisplayText };

/** From a connection to call control. `chat` is the sender: a report of a chat that is over may come late. */
export type ConnectionReport = ChatReport & Moment & { readonly chat: AnyActorRef };

/** What a connection is made from: a call of ours, or one that came in. */
export type CallInput<TSocket> =
  | OutgoingCall
  | {
      readonly kind: 'incoming';
      readonly socket: TSocket;
      readonly control: Neighbour<ConnectionReport | CallCrowded>;
      readonly arrived: Moment;
    };

/** From the supervisor of connections to call control: it had no room for a call, and cut it off. */
export interface CallCrowded extends Moment {
  readonly type: 'call.crowded';
  readonly address: DisplayText;
}

export interface OutgoingCall {
  readonly kind: 'outgoing';
  readonly call: CallId;
  readonly caller: UserId;
  readonly endpoint: Endpoint;
  /** Until when, by the monotonic clock, the buddy is taken to speak dialect B: it wants no greeting. */
  readonly speaksBUntilMs?: number;
  readonly control: Neighbour<ConnectionReport>;
}

/**
 * From its owner to call control. A command for a call that is over is ignored, or answered as its comment
 * says.
 */
export type CallCommand =
  /** Answered by `call.dialling` or `place.refused`. */
  | {
      readonly type: 'call.place';
      readonly buddy: UserId;
      readonly endpoint: Endpoint;
      /** The user who calls. */
      readonly caller: UserId;
    }
  /** Answered by `chat.opened`. */
  | { readonly type: 'call.accept'; readonly call: CallId }
  /** Answered by `call.rejected`. The caller counts as having rung in vain. */
  | { readonly type: 'call.reject'; readonly call: CallId }
  /** As `call.reject`, by a rule of the owner: the caller does not count as having rung in vain. */
  | { readonly type: 'call.dismiss'; readonly call: CallId }
  /** Answered by `message.sent` or `message.unconfirmed`, with the same key. */
  | { readonly type: 'message.send'; readonly call: CallId; readonly text: string; readonly key?: number }
  | { readonly type: 'reading.pause'; readonly call: CallId }
  | { readonly type: 'reading.resume'; readonly call: CallId }
  /**
   * Gives up a call of ours, or leaves a chat, which is answered by `chat.left`. `chat.closed` follows, if
   * there was a connection.
   */
  | { readonly type: 'chat.leave'; readonly call: CallId }
  /** After `chat.leave`: the connection is cut, and all that is not confirmed is named. */
  | { readonly type: 'chat.abandon'; readonly call: CallId }
  /**
   * The owner is about to end: the call or chat is left, and callers are refused. Answered by `calls.ended` when
   * all connections are closed.
   */
  | { readonly type: 'calls.end' }
  /** After `calls.end`: connections are cut, and all that is not confirmed is named. */
  | { readonly type: 'calls.abandon' }
  /** Ids and addresses whose calls are refused from now on, in place of all before. */
  | { readonly type: 'callers.block'; readonly names: readonly string[] };

/** Why a line is not known to have arrived. */
export type UnconfirmedCause =
  /** The network took it, but the buddy's machine never confirmed it. */
  | 'lost'
  /** The chat ended before the network took it. */
  | 'closed'
  /** The buddy did not read for too long. */
  | 'stalled'
  /** Too many lines waited already. */
  | 'full';

/** Why a call of ours came to nothing. */
export type CallFailure =
  | { readonly cause: 'refused' | 'unanswered' | 'crashed' | 'too-many-calls' }
  | { readonly cause: 'unreachable'; readonly reason: DisplayText };

/** From call control to its owner. */
export type CallEvent =
  /** A buddy calls. It waits until one of the next three events, or `chat.opened`. */
  | ({ readonly type: 'call.offered'; readonly call: CallId } & Caller)
  | { readonly type: 'call.rejected'; readonly call: CallId }
  /** The caller hung up; or, with `isCut`, it was hung up on, as `call.cut` told before. */
  | ({
      readonly type: 'call.withdrawn';
      readonly call: CallId;
      readonly isNuisance: boolean;
      readonly isCut?: boolean;
    } & Caller)
  /** The owner did not answer in time: the call was refused. */
  | ({ readonly type: 'call.missed'; readonly call: CallId } & Caller)
  /** A call was refused, because there is one peer at a time. */
  | ({ readonly type: 'call.busy' } & Caller)
  /** A caller did not understand how it was accepted, and left: its next call is accepted otherwise. */
  | ({ readonly type: 'call.misunderstood' } & Caller)
  /** A call was refused before anybody was asked, and `untold` of its address before it. */
  | ({ readonly type: 'call.cut'; readonly cause: CutCause; readonly untold: number } & Caller)
  /** The answer to `call.place`. */
  | { readonly type: 'call.dialling'; readonly call: CallId }
  /** The other answer to `call.place`: another call or chat is under way. */
  | { readonly type: 'place.refused' }
  | { readonly type: 'call.alerting'; readonly call: CallId }
  | { readonly type: 'chat.opened'; readonly call: CallId; readonly peer: Peer }
  | ({ readonly type: 'chat.failed'; readonly call: CallId } & CallFailure)
  | {
      readonly type: 'message.received';
      readonly call: CallId;
      readonly text: DisplayText;
      readonly cut: boolean;
      readonly atMs: number;
    }
  | (OfLine & {
      readonly type: 'message.sent';
      /** Unknown for a chat that is older than call control. */
      readonly peer: Peer | undefined;
      readonly text: DisplayText;
      readonly cut: boolean;
      readonly atMs: number;
    })
  | (OfLine & {
      readonly type: 'message.unconfirmed';
      readonly text: string;
      readonly cause: UnconfirmedCause;
    })
  /** The network does not take our lines, because the buddy does not read; and it has taken all of them. */
  | { readonly type: 'peer.stalled'; readonly call: CallId }
  | { readonly type: 'peer.reading'; readonly call: CallId }
  /** The connection broke. Nothing of the call follows. */
  | { readonly type: 'chat.ended'; readonly call: CallId; readonly reason: DisplayText }
  /**
   * The chat is over: the owner left, which is the answer to `chat.leave`, or the buddy did. The lines under
   * way may still arrive. They are reported as late, and `chat.closed` follows.
   */
  | { readonly type: 'chat.left'; readonly call: CallId }
  | { readonly type: 'peer.left'; readonly call: CallId }
  /** The connection of a call that the owner gave up, or of a chat that is over, is gone. Nothing follows. */
  | { readonly type: 'chat.closed'; readonly call: CallId; readonly reason: DisplayText | undefined }
  /** The answer to `calls.end`. Nothing of any call follows. */
  | { readonly type: 'calls.ended' };

interface OfLine {
  readonly call: CallId;
  /** The key that came with the line, if one came. */
  readonly key: number | undefined;
  /** True for a chat that is not the current one: its owner has left it, or was restarted. */
  readonly isLate: boolean;
}
