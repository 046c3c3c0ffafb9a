/**
 * The events that the client's actors exchange, grouped by who sends them.
 */

import type { AnyActorRef } from 'xstate';
import type { Buddy, Endpoint } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

/** A question to the user, open until it is answered or another takes its place. */
export interface Prompt {
  readonly text: string;
  /** `key`: one of `keys` is an answer by itself, where there are keys. `line`: a line of text. */
  readonly kind: 'key' | 'line';
  readonly keys?: string;
  /** Under this name, text not yet sent off survives an interruption. Without it, it is dropped. */
  readonly draft?: string;
  /** True where the status lines stand above the question, kept up to date. */
  readonly hasStatus?: boolean;
  /** True where it comes up whatever the user is doing: what was being typed is no answer to it. */
  readonly isSudden?: boolean;
  /** True for the lines of a chat: what is answered shows as a message once it is sent, not before, and a paste may have several lines. */
  readonly isMessage?: boolean;
}

/** A message as it is shown, from either side. */
export interface ShownMessage {
  /** Who wrote it: a buddy's id or address, or the user's own id. */
  readonly name: DisplayText;
  readonly isOwn: boolean;
  readonly text: DisplayText;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** From the statechart to the terminal. */
export type TerminalCommand =
  | { readonly type: 'lines.print'; readonly lines: readonly string[] }
  | { readonly type: 'message.show'; readonly message: ShownMessage }
  /** What stands above the menu's question from now on, in place of what stood there. */
  | { readonly type: 'status.show'; readonly lines: readonly string[] }
  /** Something came in that a user who does not look at the screen wants to hear of. */
  | { readonly type: 'notice.raise'; readonly text: DisplayText }
  | { readonly type: 'prompt.open'; readonly prompt: Prompt }
  /** The question is no longer open. After its answer it is closed already. */
  | { readonly type: 'prompt.close' };

/** From the terminal to the statechart. */
export type TerminalNews =
  | { readonly type: 'terminal.opened' }
  | { readonly type: 'prompt.answered'; readonly value: string }
  /** No key was pressed for as long as the user wants to count as there; and one was pressed again. */
  | { readonly type: 'user.idled' }
  | { readonly type: 'user.returned' }
  /** There will be no more input, and no prompt is open that could be left unanswered. */
  | { readonly type: 'input.exhausted' }
  | { readonly type: 'input.ended' };

/** From the statechart to the archive. */
export type ArchiveCommand =
  /** A message was shown: it is written down at once. */
  | {
      readonly type: 'message.record';
      readonly buddy: UserId | undefined;
      /** Of a caller who told no id. */
      readonly address: DisplayText | undefined;
      /** The user's own id. */
      readonly own: UserId | undefined;
      readonly isOwn: boolean;
      readonly text: DisplayText;
      /** Milliseconds since 1970. */
      readonly atMs: number;
    }
  /** Answered by `history.found` or `archive.failed`. The empty search finds all. */
  | { readonly type: 'history.show'; readonly buddy: UserId; readonly search: string }
  /** An id or an address; answered by `blocked.changed`. */
  | { readonly type: 'buddy.block'; readonly name: string }
  | { readonly type: 'buddy.unblock'; readonly name: string };

/** What the archive can fail at. */
export type ArchiveTask = 'history.write' | 'history.read' | 'blocked.write' | 'blocked.read';

/** From the archive to the statechart. */
export type ArchiveNews =
  /** The last messages that were looked for, newest last. */
  | {
      readonly type: 'history.found';
      readonly buddy: UserId;
      readonly search: string;
      readonly messages: readonly ShownMessage[];
    }
  /** Who is blocked from now on, in place of all before; the first comes at the start. */
  | { readonly type: 'blocked.changed'; readonly names: readonly string[] }
  /** Of writing history only the first failure is told. */
  | { readonly type: 'archive.failed'; readonly task: ArchiveTask; readonly reason: DisplayText };

/** From the statechart to the heartbeat. */
export type HeartbeatCommand =
  | { readonly type: 'presence.set'; readonly id: UserId; readonly status: Status }
  /** Asks for the buddy list as it is now; answered by `buddies.received` or `buddies.timed-out`. */
  | { readonly type: 'buddies.get' };

/** From the heartbeat to the statechart. */
export type HeartbeatNews =
  | { readonly type: 'buddies.received'; readonly buddies: readonly Buddy[]; readonly atMs: number }
  | { readonly type: 'buddies.timed-out' }
  | { readonly type: 'server.lost' }
  | { readonly type: 'server.found' };

/** From the statechart to a chat. */
export type ChatCommand =
  | { readonly type: 'call.accept' }
  | { readonly type: 'call.reject' }
  /** Answered by `message.sent`, when there is room for the next one, or by `message.failed`. */
  | { readonly type: 'message.send'; readonly text: string }
  /** Whoever reads the messages is behind: no more of them until it has caught up. */
  | { readonly type: 'reading.pause' }
  | { readonly type: 'reading.resume' }
  | { readonly type: 'chat.leave' };

/** What a chat has to report. */
export type ChatReport =
  | { readonly type: 'call.received'; readonly caller: UserId | undefined; readonly address: DisplayText }
  | { readonly type: 'call.placed' }
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
  /** With the reason where the connection broke; without one where somebody closed it. Nothing follows. */
  | { readonly type: 'chat.closed'; readonly reason?: DisplayText };

/**
 * From a chat to the statechart. `chat` is the sender: a report of a chat that is over may come late. `atMs` is when it
 * came about, in milliseconds since 1970.
 */
export type ChatNews = ChatReport & { readonly chat: AnyActorRef; readonly atMs: number };

/** What a chat is made from: a call of ours, or one that came in. */
export type CallInput<TSocket> = OutgoingCall | { readonly kind: 'incoming'; readonly socket: TSocket };

export interface OutgoingCall {
  readonly kind: 'outgoing';
  readonly caller: UserId;
  readonly endpoint: Endpoint;
}

/** What our own server answered to REG, ADD or DEL. */
export interface ServerReply {
  /** The reply line as received. */
  readonly line: DisplayText;
  readonly done: boolean;
}

/** What the statechart emits, for the tree to remember. */
export interface ClientEmitted {
  readonly type: 'user.announced';
  readonly id: UserId;
  readonly status: Status;
}
