/**
 * The events that the client's statechart exchanges with its neighbours, grouped by sender. The events of
 * calls and chats are in call-events.ts.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { BanNotice } from '../../protocol/reply-details.js';
import type { Status } from '../../protocol/status.js';
import type { SessionEnd } from './login-outcome.js';
import type {
  Alert,
  ArchiveTask,
  Notice,
  OtherClient,
  Question,
  ShownMessage,
  StatusShown,
} from './notices.js';
import type { AddedTrust } from './pins.js';
import type { Registration } from './registration.js';
import type { Silence } from './silence.js';

/**
 * `copy`: shows the words of a new key, and asks the user to type two of them. `restore`: asks for all words
 * of a key.
 */
export type KeyDialog = 'copy' | 'restore';

/** `skipped`: the user answered with an empty line, or the words are not on this machine. */
export type KeyDialogOutcome = 'copied' | 'restored' | 'skipped';

/** From the statechart to the terminal. */
export type TerminalCommand =
  | { readonly type: 'notice.say'; readonly notice: Notice }
  | { readonly type: 'message.show'; readonly message: ShownMessage }
  | { readonly type: 'status.show'; readonly status: StatusShown }
  | { readonly type: 'alert.raise'; readonly alert: Alert }
  | { readonly type: 'prompt.open'; readonly question: Question }
  /**
   * Opens a dialog about the words of a key, answered by `key-dialog.ended`. The terminal runs the dialog
   * itself: the words are secrets, and no event contains them. Any other command about prompts ends the
   * dialog.
   */
  | { readonly type: 'key-dialog.open'; readonly dialog: KeyDialog; readonly id: UserId }
  /** Closes the open question. An answer also closes it. */
  | { readonly type: 'prompt.close' };

/** From the terminal to the statechart. */
export type TerminalReport =
  | { readonly type: 'terminal.opened' }
  | { readonly type: 'prompt.answered'; readonly value: string }
  | { readonly type: 'key-dialog.ended'; readonly outcome: KeyDialogOutcome }
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
   * A user is signed in here. If another client with the same home directory has claimed the same user, the
   * archive sends `client.found`.
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
  /** The complete block list. */
  | { readonly type: 'blocked.changed'; readonly names: readonly string[] }
  /** A claimed user is also signed in through another client with the same home directory. */
  | ({ readonly type: 'client.found' } & OtherClient)
  /** A failure to write history is reported only once. */
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
  | { readonly type: 'server.found' }
  /** The user is signed out here, and nothing more is sent. */
  | {
      readonly type: 'session.ended';
      readonly id: UserId;
      readonly why: SessionEnd;
      /** Set if `why` is `banned`. */
      readonly ban?: BanNotice;
    }
  /** Logins and datagrams of the user come from two addresses, so the server drops the datagrams. */
  | { readonly type: 'session.misrouted' };

/** The server's reply to REG, ADD or DEL. */
export interface ServerReply {
  /** The reply line as received. */
  readonly line: DisplayText;
  readonly done: boolean;
  /** After ADD, what is known about the key of the buddy. Only for a user who has a key here. */
  readonly trust?: AddedTrust;
  /** Set after a successful REG, if this client registers ids with keys. */
  readonly registration?: Registration;
}

/** What this machine holds for a user who wants to sign in. */
export type SignInCheck =
  /** The key of the user. `remindsOfWords`: the user has not copied its words yet. */
  | { readonly holds: 'key'; readonly remindsOfWords: boolean }
  /**
   * No key. As far as is known, the user needs none. `isNewlyKeyless`: the server keeps no keys, and the user
   * was not told so yet.
   */
  | { readonly holds: 'nothing'; readonly isNewlyKeyless?: true }
  /** The user has a key, but not on this machine. `isRevoked`: the key on this machine was revoked. */
  | { readonly holds: 'no-key'; readonly isRevoked?: true }
  /** The client could not find out what this machine holds. The client must send nothing. */
  | { readonly holds: 'unknown'; readonly reason: DisplayText };
