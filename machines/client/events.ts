/**
 * The events that the client's statechart exchanges with its neighbours, grouped by who sends them. Those of
 * calls and chats are in call-events.ts.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';
import type {
  Alert,
  ArchiveTask,
  Notice,
  OtherClient,
  Question,
  ShownMessage,
  StatusShown,
} from './notices.js';
import type { Silence } from './silence.js';

/** From the statechart to the terminal. */
export type TerminalCommand =
  | { readonly type: 'notice.say'; readonly notice: Notice }
  | { readonly type: 'message.show'; readonly message: ShownMessage }
  | { readonly type: 'status.show'; readonly status: StatusShown }
  | { readonly type: 'alert.raise'; readonly alert: Alert }
  | { readonly type: 'prompt.open'; readonly question: Question }
  /** The question is no longer open. After its answer it is closed already. */
  | { readonly type: 'prompt.close' };

/** From the terminal to the statechart. */
export type TerminalReport =
  | { readonly type: 'terminal.opened' }
  | { readonly type: 'prompt.answered'; readonly value: string }
  /** The user pressed a key, or has not for as long as counts as being there. */
  | { readonly type: 'user.active' }
  | { readonly type: 'user.idled' }
  /** There will be no more input, and no prompt is open that could be left unanswered. */
  | { readonly type: 'input.exhausted' }
  /** The user wants to leave what is going on. */
  | { readonly type: 'input.interrupted' }
  | { readonly type: 'input.ended' };

/** From the statechart to the archive. */
export type ArchiveCommand =
  /** A message was shown: it is written down at once. */
  | {
      readonly type: 'message.record';
      readonly buddy: UserId | undefined;
      /** Of a caller that gave no id. */
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
  /** Answered by `blocked.changed`. */
  | { readonly type: 'blocked.get' }
  /** An id or an address; answered by `blocked.changed`. */
  | { readonly type: 'buddy.block'; readonly name: string }
  | { readonly type: 'buddy.unblock'; readonly name: string }
  /** A user is signed in here. Other clients of the home are told, and reported by `client.found`. */
  | { readonly type: 'user.claim'; readonly id: UserId };

/** From the archive to the statechart. */
export type ArchiveReport =
  /** The last messages that were looked for, newest last. */
  | {
      readonly type: 'history.found';
      readonly buddy: UserId;
      readonly search: string;
      readonly messages: readonly ShownMessage[];
    }
  /** Who is blocked from now on, in place of all before. */
  | { readonly type: 'blocked.changed'; readonly names: readonly string[] }
  /** A user who was claimed is signed in in another client of the home, too. */
  | ({ readonly type: 'client.found' } & OtherClient)
  /** Of failures to write history, only the first is reported. */
  | { readonly type: 'archive.failed'; readonly task: ArchiveTask; readonly reason: DisplayText };

/** From the statechart to the heartbeat. */
export type HeartbeatCommand =
  | { readonly type: 'presence.set'; readonly id: UserId; readonly status: Status }
  /** Asks for the buddy list as it is now; answered by `buddies.received` or `buddies.timed-out`. */
  | { readonly type: 'buddies.get' };

/** From the heartbeat to the statechart. */
export type HeartbeatReport =
  | { readonly type: 'buddies.received'; readonly buddies: BuddyList; readonly atMs: number }
  | { readonly type: 'buddies.timed-out'; readonly silence: Silence }
  | { readonly type: 'server.lost'; readonly silence: Silence }
  | { readonly type: 'server.found' };

/** What our own server answered to REG, ADD or DEL. */
export interface ServerReply {
  /** The reply line as received. */
  readonly line: DisplayText;
  readonly done: boolean;
}
