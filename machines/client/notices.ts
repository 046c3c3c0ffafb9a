/**
 * The notices, questions and status that the client's statechart sends to the terminal. They contain only
 * facts: terminal/words.ts has the sentences.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { BanNotice } from '../../protocol/reply-details.js';
import type { Change } from '../../protocol/request.js';
import type { CallFailure } from './call-events.js';
import type { Caller } from './callers.js';
import type { CutCause } from './cut-calls.js';
import type { LastSeen } from './last-seen.js';
import type { SessionEnd } from './login-outcome.js';
import type { BuddyTrusts, TrustLevel } from './pins.js';
import type { Protection } from './protection.js';
import type { WhyRefused } from './refusals.js';
import type { Registration } from './registration.js';
import type { Silence } from './silence.js';
import type { WordsVerdict } from './verification.js';

/** Notices without values. */
export type PlainNotice =
  | 'menu'
  /** The user requested the menu. */
  | 'menuHelp'
  | 'signInFirst'
  | 'unknownChoice'
  | 'serverFound'
  | 'callingFromMemory'
  | 'connecting'
  | 'ringing'
  | 'gaveUp'
  | 'accepted'
  | 'callAccepted'
  | 'callRefused'
  | 'callUnanswered'
  | 'callGone'
  | 'chatHelp'
  | 'chatClosed'
  | 'delivering'
  | 'buddyDoesNotRead'
  | 'ownMessageCut'
  | 'buddysMessageCut'
  | 'away'
  | 'back'
  | 'historySilent'
  /** The server drops the user's datagrams, because they come from a different address than the logins. */
  | 'misrouted';

export type Notice =
  | { readonly say: PlainNotice; readonly isKeyed?: true }
  | { readonly say: 'signedIn'; readonly user: UserId }
  /** The key of the id is not on this machine, or was revoked. */
  | { readonly say: 'keyMissing'; readonly user: UserId; readonly isRevoked?: true }
  /** The client could not find out whether the id has a key. Nothing was sent. */
  | { readonly say: 'keyUncertain'; readonly reason: DisplayText }
  /** The user has not copied the words of the key yet. */
  | { readonly say: 'wordsReminder'; readonly user: UserId }
  | { readonly say: 'registration'; readonly registration: Registration }
  /** The user is signed out here. */
  | {
      readonly say: 'sessionEnded';
      readonly user: UserId;
      readonly why: SessionEnd;
      /** Set if `why` is `banned`. */
      readonly ban?: BanNotice | undefined;
    }
  /** The typed text is not a valid id. */
  | { readonly say: 'idHint'; readonly typed: DisplayText }
  /** The server's reply to REG, ADD or DEL. */
  | {
      readonly say: 'reply';
      readonly op: Change['op'];
      readonly line: DisplayText;
      /** Why the server refused, if the client knows more than the reply says. */
      readonly why: WhyRefused | undefined;
      /** What is known about the key of the added buddy. */
      readonly added?: { readonly buddy: UserId; readonly trust: TrustLevel | 'open' };
    }
  /** How the chat is protected. Shown only to a user who has a key here. */
  | { readonly say: 'protection'; readonly name: DisplayText; readonly protection: Protection }
  /** The server names a new key for a buddy, or names the known key again. */
  | { readonly say: 'key'; readonly buddy: UserId; readonly became: 'changed' | 'unchanged' }
  /** Lines of an earlier chat are sent again. */
  | { readonly say: 'resumed'; readonly count: number }
  /** `count` lines have not been confirmed for some seconds. A `count` of 0: all lines are confirmed now. */
  | { readonly say: 'late'; readonly count: number }
  /** The user's own six words. */
  | { readonly say: 'ownWords'; readonly words: readonly string[]; readonly buddy: UserId }
  | { readonly say: 'verdict'; readonly buddy: UserId; readonly verdict: WordsVerdict }
  /** The server does not answer a query (`serverSilent`) or the heartbeat (`serverLost`). */
  | {
      readonly say: 'serverSilent' | 'serverLost';
      readonly silence: Silence;
      readonly user: UserId | undefined;
    }
  | { readonly say: 'serverError'; readonly error: unknown }
  /** The current buddy list, and the calls that were missed since the list was last shown. */
  | ({ readonly say: 'buddies' } & Pick<StatusShown, 'buddies' | 'lastSeen' | 'missed' | 'trust'>)
  | { readonly say: 'notCallable'; readonly buddy: UserId; readonly why: WhyNotCallable }
  | ({ readonly say: 'caller' } & CallerShown)
  /** A call was refused because the user is busy. `untold` earlier calls were also refused, but not shown. */
  | ({ readonly say: 'busy'; readonly untold: number } & CallerShown)
  /** A caller did not understand the line that accepted its call. */
  | ({ readonly say: 'misunderstood' } & CallerShown)
  /**
   * A call was refused without asking the user. `untold` earlier calls were also refused, but were not
   * reported: see `call.cut` in call-events.ts.
   */
  | ({ readonly say: 'cut'; readonly cause: CutCause; readonly untold: number } & CallerShown)
  /** An address with too many unanswered calls in a short time. */
  | { readonly say: 'nuisance'; readonly address: DisplayText }
  | { readonly say: 'callFailed'; readonly buddy: UserId | undefined; readonly failure: CallFailure }
  /** The buddy left the chat. `name` is the buddy's name on the screen. */
  | { readonly say: 'buddyLeft'; readonly name: DisplayText }
  | { readonly say: 'broken'; readonly reason: DisplayText }
  /**
   * A line of the user. `notSent`: the line was not sent. `notConfirmed`: the network took the line, but the
   * buddy's machine never confirmed it.
   */
  | { readonly say: 'notSent' | 'notConfirmed'; readonly text: string }
  | {
      readonly say: 'history';
      readonly buddy: UserId;
      readonly search: string;
      readonly messages: readonly ShownMessage[];
    }
  | ({ readonly say: 'otherClient' } & OtherClient)
  | { readonly say: 'archiveFailed'; readonly task: ArchiveTask; readonly reason: DisplayText }
  | { readonly say: 'blocked'; readonly names: readonly string[] };

/** `beyondCut`: the buddy is not on the received list, but that list may be incomplete. */
export type WhyNotCallable = 'unlisted' | 'beyondCut' | 'offline';

/**
 * Another client with the same home directory: its user, its process, and the name of its machine if that
 * is not this machine.
 */
export interface OtherClient {
  readonly user: UserId;
  readonly pid: number;
  readonly host: DisplayText | undefined;
}

type CallerShown = Pick<Caller, 'caller' | 'address' | 'hint' | 'protection' | 'standing'>;

/** The tasks of the archive that can fail. */
export type ArchiveTask = 'history.write' | 'history.read' | 'blocked.write' | 'blocked.read';

/** A message for the screen, from either side. */
export interface ShownMessage {
  /** The author: a buddy's id or address, or the user's own id. */
  readonly name: DisplayText;
  readonly isOwn: boolean;
  readonly text: DisplayText;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A question to the user. It is open until it is answered, closed, or replaced by another question. */
export type Question =
  | {
      readonly ask: 'userId' | 'buddyId' | 'history' | 'block';
    }
  /** The menu has one more letter for a user who has a key. */
  | { readonly ask: 'menu'; readonly isKeyed?: true }
  /** Whether to give up an outgoing call. */
  | { readonly ask: 'calling'; readonly buddy: UserId | undefined }
  /** Whether to accept a call. */
  | ({ readonly ask: 'call' } & CallerShown)
  /** The next line of a chat. `name` is the buddy's name on the screen. */
  | { readonly ask: 'message'; readonly name: DisplayText }
  /** The six words that the buddy reads out. */
  | { readonly ask: 'words'; readonly buddy: UserId }
  /** Whether to call a buddy again and resend the lines that may not have arrived. */
  | { readonly ask: 'callAgain'; readonly buddy: UserId; readonly lines: number };

/** The status above the menu's question, kept up to date. */
export interface StatusShown {
  /** The signed-in user. */
  readonly user: UserId | undefined;
  readonly isAway: boolean;
  readonly buddies: BuddyList;
  readonly lastSeen: LastSeen;
  /** Absent if the user has no key here. */
  readonly trust?: BuddyTrusts;
  /** Oldest first. */
  readonly missed: readonly Caller[];
}

/** An event that should alert a user who is not looking at the screen. */
export type Alert =
  | ({ readonly alert: 'call' } & CallerShown)
  | { readonly alert: 'message'; readonly from: DisplayText; readonly text: DisplayText };
