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
import type { CutCause, DenialCause } from './cut-calls.js';
import type { Protection, WhyBarred } from './protection.js';

/** The other end of a call or chat. `id` is the id that the peer claims, if any. */
export interface Peer {
  readonly id: UserId | undefined;
  readonly address: DisplayText;
  readonly protection?: Protection;
}

/** Identifies a call, from its beginning to the end of its chat. */
export type CallId = number;

/** Stands for any call that began before call control was restarted. */
export const NO_CALL: CallId = -1;

/** From call control to a connection. */
export type ChatCommand =
  /** `speaksB`: accept with `ACCEPTED` if the caller sent no first line. */
  | { readonly type: 'call.accept'; readonly speaksB?: boolean }
  | { readonly type: 'call.reject' }
  /** Like `call.reject`, but the connection is closed at once. */
  | { readonly type: 'call.cut' }
  /** Answered by `message.sent` as soon as there is room for the next line, or by `message.failed`. */
  | { readonly type: 'message.send'; readonly text: string }
  /** The program has too many unread messages: stops reading from the buddy until `reading.resume`. */
  | { readonly type: 'reading.pause' }
  | { readonly type: 'reading.resume' }
  /** Closes the connection after the buddy's machine has confirmed all written bytes. */
  | { readonly type: 'chat.leave' }
  /** Closes the connection at once, and reports all unconfirmed lines. */
  | { readonly type: 'chat.abandon' };

/** The reports of a connection. */
export type ChatReport =
  | {
      readonly type: 'call.received';
      readonly caller: UserId | undefined;
      readonly address: DisplayText;
      readonly protection?: Protection;
    }
  /** The ringing caller begins TLS. If its key is accepted, another `call.received` follows. */
  | { readonly type: 'call.replaced' }
  /** A call was refused because of a key or the privacy setting. */
  | {
      readonly type: 'call.denied';
      readonly caller: UserId | undefined;
      readonly address: DisplayText;
      readonly cause: DenialCause;
    }
  /**
   * A caller speaks dialect E: the caller reads only from a connection that this client would have to open to
   * the caller. The connection's actor has hung up on the caller.
   */
  | { readonly type: 'call.foreign'; readonly address: DisplayText }
  /**
   * Whether a peer speaks dialect B. With a port: this client called the peer at that port, and the peer
   * answered `ACCEPTED`. Without a port: the peer called, and did not understand the line that accepted its
   * call.
   */
  | {
      readonly type: 'dialect.heard';
      readonly address: DisplayText;
      readonly port?: number;
      readonly speaksB: boolean;
    }
  /** The actor of an outgoing connection has started, and is connecting. */
  | { readonly type: 'call.placed'; readonly call: CallId }
  /** The connection is established, and the buddy has not answered yet. */
  | { readonly type: 'call.ringing' }
  | { readonly type: 'call.accepted'; readonly protection?: Protection }
  | { readonly type: 'call.refused' }
  | { readonly type: 'call.failed'; readonly reason: DisplayText }
  | { readonly type: 'call.barred'; readonly why: WhyBarred }
  | { readonly type: 'message.received'; readonly text: DisplayText; readonly cut: boolean }
  /** The network took the line. `text` is the text as sent. */
  | { readonly type: 'message.sent'; readonly text: DisplayText; readonly cut: boolean }
  /** The network never took the line. `isKept`: the next private chat sends the line again. */
  | { readonly type: 'message.failed'; readonly text: string; readonly isKept?: true }
  /**
   * The network took the line earlier, but the buddy's machine never confirmed it. `isKept`: the next private
   * chat sends the line again.
   */
  | { readonly type: 'message.lost'; readonly text: string; readonly isKept?: true }
  /** A private chat sends again the lines that an earlier chat did not deliver. */
  | { readonly type: 'lines.resumed'; readonly count: number }
  /**
   * In a private chat, `count` lines have waited some seconds for a confirmation by the buddy's client. A
   * `count` of 0: the buddy's client has now confirmed all lines.
   */
  | { readonly type: 'delivery.late'; readonly count: number }
  /** The buddy's machine has confirmed more of the sent bytes. */
  | { readonly type: 'delivery.progressed' }
  /** The buddy left. Lines under way are still reported, and `chat.closed` follows. */
  | { readonly type: 'peer.left' }
  /** The last report. It has a reason if the connection broke, and none if one side closed the connection. */
  | { readonly type: 'chat.closed'; readonly reason?: DisplayText };

/** From a connection to call control. `chat` is the connection: it may belong to a past chat. */
export type ConnectionReport = ChatReport & Moment & { readonly chat: AnyActorRef };

/** The input of a connection: an outgoing or an incoming call. */
export type CallInput<TSocket> =
  | OutgoingCall
  | {
      readonly kind: 'incoming';
      readonly socket: TSocket;
      readonly control: Neighbour<ConnectionReport | CallCrowded>;
      readonly arrived: Moment;
    };

/**
 * From the supervisor of connections to call control: the supervisor cut off a caller, because the limit of
 * connections was reached.
 */
export interface CallCrowded extends Moment {
  readonly type: 'call.crowded';
  readonly address: DisplayText;
}

export interface OutgoingCall {
  readonly kind: 'outgoing';
  readonly call: CallId;
  readonly caller: UserId;
  readonly buddy: UserId;
  readonly endpoint: Endpoint;
  /**
   * The buddy is known to speak dialect B until this time of the monotonic clock. Until then, the connection
   * sends no greeting.
   */
  readonly speaksBUntilMs?: number;
  readonly control: Neighbour<ConnectionReport>;
}

/**
 * From the owner to call control. Call control ignores a command for a past call, unless the comment on the
 * command says otherwise.
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
  /** Answered by `call.rejected`. The call counts as unanswered. */
  | { readonly type: 'call.reject'; readonly call: CallId }
  /** Like `call.reject`, but a rule of the owner refuses the call: it does not count as unanswered. */
  | { readonly type: 'call.dismiss'; readonly call: CallId }
  /**
   * Answered by `message.sent` or `message.unconfirmed`, with the same key. For a past call, always answered
   * by `message.unconfirmed`.
   */
  | { readonly type: 'message.send'; readonly call: CallId; readonly text: string; readonly key?: number }
  | { readonly type: 'reading.pause'; readonly call: CallId }
  | { readonly type: 'reading.resume'; readonly call: CallId }
  /**
   * Gives up an outgoing call, or leaves a chat. Leaving a chat is answered by `chat.left`. `chat.closed`
   * follows if there was a connection.
   */
  | { readonly type: 'chat.leave'; readonly call: CallId }
  /** After `chat.leave`: cuts the connection, and reports all unconfirmed lines. */
  | { readonly type: 'chat.abandon'; readonly call: CallId }
  /**
   * The owner is about to end. Call control leaves the current call or chat, and refuses callers. Answered by
   * `calls.ended` when all connections are closed.
   */
  | { readonly type: 'calls.end' }
  /** After `calls.end`: closes all connections at once, and reports all unconfirmed lines. */
  | { readonly type: 'calls.abandon' }
  /** Replaces the list of ids and addresses whose calls are refused. */
  | { readonly type: 'callers.block'; readonly names: readonly string[] };

/** Why a line may not have arrived. */
export type UnconfirmedCause =
  /** The network took the line, but the buddy's machine never confirmed it. */
  | 'lost'
  /** The chat ended before the network took the line. */
  | 'closed'
  /** The buddy did not read for too long. */
  | 'stalled'
  /** Too many lines were already waiting. */
  | 'full';

/** Why an outgoing call failed. */
export type CallFailure =
  | { readonly cause: 'refused' | 'unanswered' | 'crashed' | 'too-many-calls' }
  | { readonly cause: 'unreachable'; readonly reason: DisplayText }
  | { readonly cause: 'barred'; readonly why: WhyBarred };

/** From call control to its owner. */
export type CallEvent =
  /** A buddy calls. One of the next three events, or `chat.opened`, ends the ringing. */
  | ({ readonly type: 'call.offered'; readonly call: CallId } & Caller)
  | { readonly type: 'call.rejected'; readonly call: CallId }
  /**
   * The call no longer rings. With `isCut`, the connection hung up on the caller, and a `call.cut` event came
   * before this event. With `isReplaced`, the caller is about to call privately. Without either, the caller
   * hung up.
   */
  | ({
      readonly type: 'call.withdrawn';
      readonly call: CallId;
      readonly isNuisance: boolean;
      readonly isCut?: boolean;
      readonly isReplaced?: true;
    } & Caller)
  /** The owner did not answer in time, so call control refused the call. */
  | ({ readonly type: 'call.missed'; readonly call: CallId } & Caller)
  /** Call control refused a call because there was already a call or chat. */
  | ({ readonly type: 'call.busy' } & Caller)
  /**
   * A caller did not understand the line that accepted its call, and left. The caller's next call gets the
   * other acceptance line.
   */
  | ({ readonly type: 'call.misunderstood' } & Caller)
  /**
   * A call was refused without asking the owner. `untold`: how many earlier calls were refused for the same
   * cause, and not reported. They named the same id as this call or, if this call named no id, came from the
   * same address.
   */
  | ({ readonly type: 'call.cut'; readonly cause: CutCause; readonly untold: number } & Caller)
  /** The answer to `call.place`. */
  | { readonly type: 'call.dialling'; readonly call: CallId }
  /** The other answer to `call.place`: there is already a call or chat. */
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
  | (LineReport & {
      readonly type: 'message.sent';
      /** `undefined` for a chat that began before call control was restarted. */
      readonly peer: Peer | undefined;
      readonly text: DisplayText;
      readonly cut: boolean;
      readonly atMs: number;
    })
  | (LineReport & {
      readonly type: 'message.unconfirmed';
      readonly text: string;
      readonly cause: UnconfirmedCause;
      /** The next private chat with the buddy sends the line again. */
      readonly isKept?: true;
    })
  /** The next two events come only in private chats: see `ChatReport`. */
  | { readonly type: 'lines.resumed'; readonly call: CallId; readonly count: number }
  | { readonly type: 'delivery.late'; readonly call: CallId; readonly count: number }
  /**
   * `peer.stalled`: the network does not take our lines. `peer.reading`: after a stall, the network has taken
   * all our lines.
   */
  | { readonly type: 'peer.stalled'; readonly call: CallId }
  | { readonly type: 'peer.reading'; readonly call: CallId }
  /** The connection broke. This is the last event of the call. */
  | { readonly type: 'chat.ended'; readonly call: CallId; readonly reason: DisplayText }
  /**
   * The chat is over, because the owner left (`chat.left`, the answer to `chat.leave`) or the buddy left
   * (`peer.left`). Lines under way may still arrive and are reported as late. `chat.closed` follows.
   */
  | { readonly type: 'chat.left'; readonly call: CallId }
  | { readonly type: 'peer.left'; readonly call: CallId }
  /** The connection of a past call or chat is closed. This is the last event of the call. */
  | { readonly type: 'chat.closed'; readonly call: CallId; readonly reason: DisplayText | undefined }
  /** The answer to `calls.end`. No event of any call follows. */
  | { readonly type: 'calls.ended' };

interface LineReport {
  readonly call: CallId;
  /** The key from `message.send`, if that command had one. */
  readonly key: number | undefined;
  /** True if the chat is not the current one: the owner has left it, or call control was restarted. */
  readonly isLate: boolean;
}
