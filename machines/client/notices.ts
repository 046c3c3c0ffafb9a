/**
 * What the client's statechart has the terminal say, ask and show: facts, for which terminal/words.ts has the
 * sentences.
 */

import type { BuddyList } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Change } from '../../protocol/request.js';
import type { CallFailure } from './call-events.js';
import type { Caller } from './callers.js';
import type { CutCause } from './cut-calls.js';
import type { LastSeen } from './last-seen.js';
import type { WhyRefused } from './refusals.js';
import type { Silence } from './silence.js';

/** Notices without values. */
export type PlainNotice =
  | 'menu'
  /** The menu was asked for. */
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
  | 'historySilent';

export type Notice =
  | { readonly say: PlainNotice }
  | { readonly say: 'signedIn'; readonly user: UserId }
  /** What was typed is not an id. */
  | { readonly say: 'idHint'; readonly typed: DisplayText }
  /** What the server answered to REG, ADD or DEL. */
  | {
      readonly say: 'reply';
      readonly op: Change['op'];
      readonly line: DisplayText;
      /** Why it refused, where the client knows more than the reply says. */
      readonly why: WhyRefused | undefined;
    }
  /** The server does not answer a question, or the heartbeat. */
  | {
      readonly say: 'serverSilent' | 'serverLost';
      readonly silence: Silence;
      readonly user: UserId | undefined;
    }
  | { readonly say: 'serverError'; readonly error: unknown }
  /** The buddy list as it is now, and the calls missed since it was last shown. */
  | ({ readonly say: 'buddies' } & Pick<StatusShown, 'buddies' | 'lastSeen' | 'missed'>)
  | { readonly say: 'notCallable'; readonly buddy: UserId; readonly why: WhyNotCallable }
  | ({ readonly say: 'caller' } & CallerShown)
  /** A call was refused because the user is busy, and `untold` calls before it. */
  | ({ readonly say: 'busy'; readonly untold: number } & CallerShown)
  /** A caller did not understand how it was accepted. */
  | ({ readonly say: 'misunderstood' } & CallerShown)
  /** A call was refused before the user was asked, and `untold` of its address before it. */
  | ({ readonly say: 'cut'; readonly cause: CutCause; readonly untold: number } & CallerShown)
  /** An address that rings in vain again and again. */
  | { readonly say: 'nuisance'; readonly address: DisplayText }
  | { readonly say: 'callFailed'; readonly buddy: UserId | undefined; readonly failure: CallFailure }
  /** The buddy left the chat; `name` is what the screen calls it. */
  | { readonly say: 'buddyLeft'; readonly name: DisplayText }
  | { readonly say: 'broken'; readonly reason: DisplayText }
  /**
   * A line of the user's own that was not sent, or that the network took and the buddy's machine never
   * confirmed.
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

/** `beyondCut`: it is not on what the server sent of a list that may be cut. */
export type WhyNotCallable = 'unlisted' | 'beyondCut' | 'offline';

/** Another client of this home in which a user is signed in: its process, and its machine if another. */
export interface OtherClient {
  readonly user: UserId;
  readonly pid: number;
  readonly host: DisplayText | undefined;
}

type CallerShown = Pick<Caller, 'caller' | 'address' | 'hint'>;

/** What the archive can fail at. */
export type ArchiveTask = 'history.write' | 'history.read' | 'blocked.write' | 'blocked.read';

/** A message as it is shown, from either side. */
export interface ShownMessage {
  /** Who wrote it: a buddy's id or address, or the user's own id. */
  readonly name: DisplayText;
  readonly isOwn: boolean;
  readonly text: DisplayText;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A question to the user, open until it is answered or another takes its place. */
export type Question =
  | {
      readonly ask: 'menu' | 'userId' | 'buddyId' | 'history' | 'block';
    }
  /** Whether to give up a call of the user's own. */
  | { readonly ask: 'calling'; readonly buddy: UserId | undefined }
  /** Whether to take a call. */
  | ({ readonly ask: 'call' } & CallerShown)
  /** The next line of a chat; `name` is what the screen calls the buddy. */
  | { readonly ask: 'message'; readonly name: DisplayText }
  /** Whether to call a buddy again, and to send the lines that may not have arrived. */
  | { readonly ask: 'callAgain'; readonly buddy: UserId; readonly lines: number };

/** What stands above the menu's question, kept up to date. */
export interface StatusShown {
  /** Who is signed in. */
  readonly user: UserId | undefined;
  readonly isAway: boolean;
  readonly buddies: BuddyList;
  readonly lastSeen: LastSeen;
  /** Oldest first. */
  readonly missed: readonly Caller[];
}

/** What a user who does not look at the screen wants to hear of. */
export type Alert =
  | ({ readonly alert: 'call' } & CallerShown)
  | { readonly alert: 'message'; readonly from: DisplayText; readonly text: DisplayText };
