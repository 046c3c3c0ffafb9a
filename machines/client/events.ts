/**
 * The events that the client's statechart exchanges with its neighbours, grouped by sender. The events of
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
import type { TrustLevel } from './pins.js';
import type { Silence } from './silence.js';

/** From the statechart to the terminal. */
export type TerminalCommand =
  | { readonly type: 'notice.say'; readonly notice: Notice }
  | { readonly type: 'message.show'; readonly message: ShownMessage }
  | { readonly type: 'status.show'; readonly status: StatusShown }
  | { readonly type: 'alert.raise'; readonly alert: Alert }
  | { readonly type: 'prompt.open'; readonly question: Question }
  /** Closes the open question. An answer also closes it. */
  | { readonly type: 'prompt.close' };

/** From the terminal to the statechart. */
export type TerminalReport =
  | { readonly type: 'terminal.opened' }
  | { readonly type: 'prompt.answered'; readonly value: string }
  /** `user.active`: the user pressed a key. `user.idled`: the user has pressed no key for some time. */
  | { readonly type: 'user.active' }
  | { readonly type: 'user.idled' }
  /** There will be no more input, and no prompt is open. */
  | { readonly type: 'input.exhausted' }
  /** The user wants to leave the current activity. */
  | { readonly type: 'input.interrupted' }
  | { readonly type: 'input.ended' };

/** From the statechart to the archive. */
export type ArchiveCommand =
  /** A message was shown. The archive writes it at once. */
  | {
      readonly type: 'message.record';
      readonly buddy: UserId | undefined;
      /** The address of a caller that gave no id. */
      readonly address: DisplayText | undefined;
      /** The user's own id. */
      readonly own: UserId | undefined;
      readonly isOwn: boolean;
      readonly text: DisplayText;
      /** Milliseconds since 1970. */
      readonly atMs: number;
    }
  /** Answered by `history.found` or `archive.failed`. An empty search finds all messages. */
  | { readonly type: 'history.show'; readonly buddy: UserId; readonly search: string }
  /** Answered by `blocked.changed`. */
  | { readonly type: 'blocked.get' }
  /** An id or an address; answered by `blocked.changed`. */
  | { readonly type: 'buddy.block'; readonly name: string }
  | { readonly type: 'buddy.unblock'; readonly name: string }
  /**
   * A user is signed in here. Other clients with the same home directory detect this, and `client.found`
   * reports them.
   */
  | { readonly type: 'user.claim'; readonly id: UserId };

/** From the archive to the statechart. */
export type ArchiveReport =
  /** The last matching messages, newest last. */
  | {
      readonly type: 'history.found';
      readonly buddy: UserId;
      readonly search: string;
      readonly messages: readonly ShownMessage[];
    }
  /** The complete new block list. */
  | { readonly type: 'blocked.changed'; readonly names: readonly string[] }
  /** A claimed user is also signed in through another client with the same home directory. */
  | ({ readonly type: 'client.found' } & OtherClient)
  /** Failures to write history are reported only once. */
  | { readonly type: 'archive.failed'; readonly task: ArchiveTask; readonly reason: DisplayText };

/** From the statechart to the heartbeat. */
export type HeartbeatCommand =
  | { readonly type: 'presence.set'; readonly id: UserId; readonly status: Status }
  /** Requests the current buddy list. Answered by `buddies.received` or `buddies.timed-out`. */
  | { readonly type: 'buddies.get' };

/** From the heartbeat to the statechart. */
export type HeartbeatReport =
  | { readonly type: 'buddies.received'; readonly buddies: BuddyList; readonly atMs: number }
  | { readonly type: 'buddies.timed-out'; readonly silence: Silence }
  | { readonly type: 'server.lost'; readonly silence: Silence }
  | { readonly type: 'server.found' };

/** The server's reply to REG, ADD or DEL. */
export interface ServerReply {
  /** The reply line as received. */
  readonly line: DisplayText;
  readonly done: boolean;
  /** After ADD, what is known about the key of the buddy. Only for a user who has a key here. */
  readonly trust?: TrustLevel | 'open';
}
