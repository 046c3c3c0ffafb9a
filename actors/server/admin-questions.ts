/**
 * The questions that a command of the operator asks the other actors. Each answer comes as an event.
 */

import type { SessionFacts } from '../../machines/server/session-table.js';
import type { UserId } from '../../protocol/id.js';
import type { StoreChange, Verdict } from '../../storage/store.js';
import type { AdministrationEvent, ChildCount } from '../../supervision/administration.js';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import { AdminError } from './admin-error.js';
import type { PresenceCounted, PresenceEvent, PresenceListed } from './presence.js';
import type { SessionsCounted, SessionsEvent, SessionsListed } from './sessions.js';
import type { ChangeAnswered, StoreEvent, StoreExamined } from './store-events.js';

/** Longest wait for an answer, in milliseconds. An actor that is being restarted answers late. */
const ANSWER_MS = 5_000;

/** Longest wait for a change, in milliseconds. The disk or the database may be slow. */
const CHANGE_MS = 10_000;

/** The actors that are asked. */
export interface AdminNeighbours {
  readonly store: Address<StoreEvent>;
  readonly presence: Address<PresenceEvent>;
  readonly sessions: Address<SessionsEvent>;
  readonly connections: Address<Extract<AdministrationEvent, { readonly type: 'children.count' }>>;
}

export type AdminAnswer =
  | StoreExamined
  | ChangeAnswered
  | PresenceCounted
  | PresenceListed
  | SessionsCounted
  | SessionsListed
  /** From the actor itself: the supervisor of connections has counted the connections. */
  | { readonly type: 'connections.counted'; readonly count: ChildCount };

type AnswerOf<TType extends AdminAnswer['type']> = Extract<AdminAnswer, { readonly type: TType }>;

/** A question that is not answered yet. */
interface Question {
  readonly handle: (answer: AdminAnswer) => void;
  /** Ends the wait for the answer. */
  readonly timer: Timer;
}

/** Asks the other actors. At most one question of each kind may be open at once. */
export class AdminQuestions {
  readonly #scope: BehaviourScope<AdminAnswer>;
  readonly #neighbours: AdminNeighbours;
  readonly #open = new Map<AdminAnswer['type'], Question>();

  constructor(scope: BehaviourScope<AdminAnswer>, neighbours: AdminNeighbours) {
    this.#scope = scope;
    this.#neighbours = neighbours;
  }

  /** Passes an answer on to the function that waits for it. */
  receive(answer: AdminAnswer): void {
    const question = this.#open.get(answer.type);
    if (question === undefined) return;
    this.#open.delete(answer.type);
    this.#scope.cancel(question.timer);
    question.handle(answer);
  }

  /** Drops the open questions: their promises never settle. */
  close(): void {
    for (const { timer } of this.#open.values()) this.#scope.cancel(timer);
    this.#open.clear();
  }

  /** @param read Reads the answer at once: lists in it are valid only until the next change. */
  examineStore<T>(read: (store: StoreExamined) => T): Promise<T> {
    return this.#ask('store.examined', read, 'the store', ANSWER_MS, (replyTo) =>
      this.#neighbours.store.send({ type: 'store.examine', replyTo }),
    );
  }

  /** Makes a change durable. */
  change(change: StoreChange): Promise<Verdict> {
    const read = ({ reply }: ChangeAnswered) => reply;
    return this.#ask('change.answered', read, 'the store', CHANGE_MS, (replyTo) =>
      this.#neighbours.store.send({ type: 'change.commit', change, replyTo }),
    );
  }

  /** Lists the online users with the numbers from `first` up to `end`. `end` itself is not included. */
  listOnline(first: number, end: number): Promise<PresenceListed> {
    const read = (answer: PresenceListed) => answer;
    return this.#ask('presence.listed', read, 'presence', ANSWER_MS, (replyTo) =>
      this.#neighbours.presence.send({ type: 'presence.list', first, end, replyTo }),
    );
  }

  /** Counts the users who are online or away. */
  countOnline(): Promise<number> {
    const read = ({ online, away }: PresenceCounted) => online + away;
    return this.#ask('presence.counted', read, 'presence', ANSWER_MS, (replyTo) =>
      this.#neighbours.presence.send({ type: 'presence.count', replyTo }),
    );
  }

  /** Lists the sessions of an id. */
  listSessions(id: UserId): Promise<readonly SessionFacts[]> {
    const read = ({ sessions }: SessionsListed) => sessions;
    return this.#ask('sessions.listed', read, 'sessions', ANSWER_MS, (replyTo) =>
      this.#neighbours.sessions.send({ type: 'sessions.list', id, replyTo }),
    );
  }

  countSessions(): Promise<number> {
    const read = ({ count }: SessionsCounted) => count;
    return this.#ask('sessions.counted', read, 'sessions', ANSWER_MS, (replyTo) =>
      this.#neighbours.sessions.send({ type: 'sessions.count', replyTo }),
    );
  }

  countConnections(): Promise<number> {
    const read = ({ count }: AnswerOf<'connections.counted'>) => count.active;
    const reply = (count: ChildCount) => this.#scope.self.send({ type: 'connections.counted', count });
    return this.#ask('connections.counted', read, 'connections', ANSWER_MS, () =>
      this.#neighbours.connections.send({ type: 'children.count', reply }),
    );
  }

  #ask<TType extends AdminAnswer['type'], T>(
    type: TType,
    read: (answer: AnswerOf<TType>) => T,
    asked: string,
    waitMs: number,
    send: (replyTo: BehaviourScope<AdminAnswer>['self']) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#scope.callLater(() => {
        this.#open.delete(type);
        const isChange = type === 'change.answered';
        const remedy = isChange ? ': the change may or may not have been made' : ': try again';
        reject(new AdminError('unavailable', `${asked} did not answer within ${waitMs / 1_000} s${remedy}`));
      }, waitMs);
      this.#open.set(type, { timer, handle: (answer) => resolve(read(answer as AnswerOf<TType>)) });
      send(this.#scope.self);
    });
  }
}
