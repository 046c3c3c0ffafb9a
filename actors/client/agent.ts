/**
 * The agent owns a program's client, as the statechart owns a person's client. It turns the reports of call
 * control and the heartbeat into the promises and iterables that the program waits for.
 */

import type { CallCommand, CallEvent, CallId } from '../../machines/client/call-events.js';
import { type Caller, type CallerHint, withHint } from '../../machines/client/callers.js';
import type { CutCause } from '../../machines/client/cut-calls.js';
import type { HeartbeatCommand, HeartbeatReport } from '../../machines/client/events.js';
import type { SessionEnd } from '../../machines/client/login-outcome.js';
import type { BuddyTrusts, TrustReport } from '../../machines/client/pins.js';
import type { Silence } from '../../machines/client/silence.js';
import type { BuddyList } from '../../protocol/buddy-list.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { REPLY_WORDS } from '../../protocol/reply.js';
import type { BanNotice } from '../../protocol/reply-details.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import { type Address, nameOf } from '../../supervision/mailbox.js';
import { banText, deletedText } from '../../terminal/ban-words.js';
import {
  type Call,
  type CallHandle,
  IncomingCall,
  OutgoingCall,
  type OutgoingRequest,
} from './call-handles.js';
import { ClientError, type ClientErrorCode, missingError, revokedError } from './client-error.js';
import { CLIENT } from './client-names.js';
import type { Inbox } from './inbox.js';

/**
 * Longest wait for the heartbeat's answer, in milliseconds. The heartbeat needs a few seconds to detect that
 * the server is silent, and to find out why. The wait has a limit because a heartbeat that keeps crashing
 * never answers.
 */
const QUESTION_TIMEOUT_MS = 15_000;

/**
 * Why a call was refused:
 *
 * - `busy`: the user is in a call or a chat already;
 * - `crowded`: there were too many calls at once, in total or from the caller's address;
 * - `callback`: the caller's program (dialect E) wants to be called back, which this client does not do;
 * - a cause of `DenialCause`: the call is not allowed because of a key or the privacy setting.
 *
 * Each refusal with the cause `busy` is reported. Any other cause is reported at most once a minute for each
 * caller. With a cause of `DenialCause`, a caller counts under the id that it claims. With another cause, or
 * without an id, it counts under its address.
 */
export type RefusalCause = 'busy' | CutCause;

/** An event that the program receives without asking for it. */
export type ClientNotice =
  /** The server stopped answering. `reason` explains this to a person. The client asks again every 10 s. */
  | { readonly type: 'server.lost'; readonly reason: string }
  /** The server answers again. */
  | { readonly type: 'server.found' }
  /**
   * The client no longer announces the user, and no longer asks for the buddy list. `why` says for which
   * reason:
   *
   * - `elsewhere`: the user has signed in through another client;
   * - `banned`: the operator of the server has banned the user, or the address of this machine;
   * - `unregistered`: the user was deleted at the server;
   * - `denied`: at the server, the id has a different key, or none;
   * - `revoked`: the user has shut out this machine;
   * - `no-key`: the user's key is not on this machine;
   * - `changed`: the server has a key other than the known key.
   */
  | {
      readonly type: 'session.ended';
      readonly why: SessionEnd;
      /** The code of the error with which requests reject from now on. */
      readonly code: ClientErrorCode;
      readonly reason: string;
    }
  /** The server drops the user's datagrams: they come from a different address than the logins. */
  | { readonly type: 'session.misrouted' }
  /** A call was refused without asking the program. */
  | {
      readonly type: 'call.refused';
      readonly cause: RefusalCause;
      readonly caller: UserId | undefined;
      readonly address: string;
      readonly hint: CallerHint | undefined;
      /** How many calls with this cause and this address (or id) were refused since the last such notice. */
      readonly untold: number;
    }
  /**
   * `key.changed`: the server names a new key for a buddy. `key.unchanged`: the server names the known key
   * again.
   */
  | { readonly type: 'key.changed' | 'key.unchanged'; readonly buddy: UserId }
  /** In a private chat, lines of an earlier chat are sent again. */
  | { readonly type: 'lines.resumed'; readonly buddy: UserId | undefined; readonly count: number }
  /**
   * The caller did not understand the line that accepted its call. The client will accept the caller's next
   * call with a different line.
   */
  | { readonly type: 'call.misunderstood'; readonly address: string; readonly hint: CallerHint | undefined }
  /** `peer.stalled`: the buddy has not read for 5 s. `peer.reading`: the buddy reads again. */
  | {
      readonly type: 'peer.stalled' | 'peer.reading';
      readonly buddy: UserId | undefined;
      readonly address: string;
    };

/** A request for the user's buddy list. */
export interface BuddiesRequest {
  resolve(buddies: BuddyList): void;
  reject(error: unknown): void;
}

/** A command from the program. */
export type AgentCommand =
  | { readonly type: 'buddies.ask'; readonly request: BuddiesRequest }
  | { readonly type: 'call.request'; readonly request: OutgoingRequest };

type SessionEnded = Extract<HeartbeatReport, { type: 'session.ended' }>;

type AgentEvent = HeartbeatReport | CallEvent | TrustReport | AgentCommand;

/** The address of call control's owner, with the type of the events that the agent receives. */
export const AGENT = nameOf<AgentEvent>(CLIENT);

export interface AgentInput {
  readonly user: UserId | undefined;
  readonly heartbeat: Address<HeartbeatCommand>;
  readonly callControl: Address<CallCommand>;
  /** The program reads from these inboxes, so they outlive this actor. */
  readonly calls: Inbox<Call>;
  readonly watchers: ReadonlySet<Inbox<BuddyList>>;
  readonly onNotice: (notice: ClientNotice) => void;
}

/** Rejects the request of a command that no agent will handle. */
export function refuseCommand(event: AgentEvent): void {
  if (event.type === 'buddies.ask' || event.type === 'call.request') event.request.reject(closedError());
}

export const agentLogic: BehaviourLogic<AgentEvent, AgentInput> = fromBehaviour(
  (scope: BehaviourScope<AgentEvent>, input: AgentInput) => new Agent(scope, input),
);

class Agent implements Behaviour<AgentEvent> {
  readonly #scope: BehaviourScope<AgentEvent>;
  readonly #input: AgentInput;
  /** At most one question is pending: see `buddies` in create-client.ts. */
  #question: BuddiesRequest | undefined;
  #questionTimer: Timer | undefined;
  /** What is known about the keys of the buddies. */
  #trust: BuddyTrusts | undefined;
  /** The latest buddy list from the server. */
  #buddies: BuddyList = [];
  /** Outgoing calls that call control has not answered yet. Call control answers in order. */
  readonly #placing: OutgoingCall[] = [];
  /** Calls and chats for which more events may come. Call control limits their number. */
  readonly #handles = new Map<CallId, CallHandle>();

  constructor(scope: BehaviourScope<AgentEvent>, input: AgentInput) {
    this.#scope = scope;
    this.#input = input;
  }

  receive(event: AgentEvent): void {
    switch (event.type) {
      case 'buddies.ask':
        return this.#ask(event.request);
      case 'buddies.received':
        this.#buddies = event.buddies;
        this.#endQuestion()?.resolve(event.buddies);
        for (const watcher of this.#input.watchers) watcher.replace(event.buddies);
        return;
      case 'buddies.timed-out':
        return this.#endQuestion()?.reject(this.#silentError(event.silence));
      case 'server.lost':
        return this.#notify({ type: event.type, reason: this.#silentError(event.silence).message });
      case 'server.found':
      case 'session.misrouted':
        return this.#notify({ type: event.type });
      case 'session.ended': {
        const error = sessionError(event);
        this.#endQuestion()?.reject(error);
        const { code, message: reason } = error;
        return this.#notify({ type: event.type, why: event.why, code, reason });
      }
      case 'call.request':
        return this.#place(event.request);
      case 'place.refused':
        return this.#placing.shift()?.handle(event);
      case 'call.busy':
        return this.#notifyRefused('busy', event, 0);
      case 'call.cut':
        return this.#notifyRefused(event.cause, event, event.untold);
      case 'call.misunderstood': {
        const { address, hint } = withHint(event, this.#input.user, this.#buddies, this.#trust);
        return this.#notify({ type: 'call.misunderstood', address, hint });
      }
      case 'trust.reported':
        this.#trust = event.trust;
        return;
      case 'key.reported':
        return this.#notify({ type: `key.${event.became}`, buddy: event.buddy });
      case 'call.offered':
        return this.#offer(event);
      case 'calls.ended':
        return; // the answer to a command that the agent never sends
      default:
        return this.#forward(event);
    }
  }

  release(): void {
    this.#endQuestion()?.reject(closedError());
    for (const handle of [...this.#placing, ...this.#handles.values()]) handle.abandon(closedError());
  }

  #ask(request: BuddiesRequest): void {
    this.#endQuestion()?.reject(closedError());
    this.#question = request;
    this.#questionTimer = this.#scope.callLater(
      () => this.#endQuestion()?.reject(this.#silentError({ cause: 'unknown' })),
      QUESTION_TIMEOUT_MS,
    );
    this.#input.heartbeat.send({ type: 'buddies.get' });
  }

  /** Removes the pending question, if there is one, and returns it to be answered. */
  #endQuestion(): BuddiesRequest | undefined {
    const question = this.#question;
    this.#question = undefined;
    this.#scope.cancel(this.#questionTimer);
    return question;
  }

  #place(request: OutgoingRequest): void {
    const { user, callControl } = this.#input;
    const { buddy, endpoint } = request;
    if (user === undefined) return request.reject(closedError());
    const peer = { id: buddy, address: toDisplayText(endpoint.address) };
    this.#placing.push(new OutgoingCall(request, peer, callControl));
    callControl.send({ type: 'call.place', buddy, endpoint, caller: user });
  }

  #offer(event: Extract<CallEvent, { type: 'call.offered' }>): void {
    const { calls, callControl, user } = this.#input;
    const { call, caller, address, hint, protection } = withHint(event, user, this.#buddies, this.#trust);
    const peer = { id: caller, address, hint, ...(protection && { protection }) };
    const handle = new IncomingCall(call, peer, callControl);
    this.#handles.set(call, handle);
    // At most one call waits at a time, so any call that is still in the inbox is over.
    calls.replace(handle);
  }

  #notifyRefused(cause: RefusalCause, refused: Caller, untold: number): void {
    const { caller, address, hint } = withHint(refused, this.#input.user, this.#buddies, this.#trust);
    this.#notify({ type: 'call.refused', cause, caller, address, hint, untold });
  }

  /** Forwards an event of a call to the program's handle of that call. */
  #forward(
    event: Exclude<
      CallEvent,
      {
        type:
          | 'call.offered'
          | 'call.busy'
          | 'call.misunderstood'
          | 'call.cut'
          | 'place.refused'
          | 'calls.ended';
      }
    >,
  ): void {
    const handle = event.type === 'call.dialling' ? this.#placing.shift() : this.#handles.get(event.call);
    if (handle === undefined) return;
    if (event.type === 'call.dialling') this.#handles.set(event.call, handle);
    handle.handle(event);
    if (LAST_EVENTS.has(event.type)) this.#handles.delete(event.call);
    if (event.type === 'lines.resumed')
      this.#notify({ type: event.type, buddy: handle.peer.id, count: event.count });
    if (event.type === 'peer.stalled' || event.type === 'peer.reading') {
      const { id: buddy, address } = handle.peer;
      this.#notify({ type: event.type, buddy, address });
    }
  }

  #silentError(silence: Silence): ClientError {
    const { user } = this.#input;
    if (silence.cause === 'banned') return bannedError(silence.ban, user);
    return new ClientError('server.silent', reasonOf(silence, user));
  }

  /** Calls the program in a microtask, so that an exception of the program does not crash this actor. */
  #notify(notice: ClientNotice): void {
    queueMicrotask(() => this.#input.onNotice(notice));
  }
}

/** The events after which no event of the same call follows. */
const LAST_EVENTS: ReadonlySet<CallEvent['type']> = new Set([
  'call.withdrawn',
  'call.missed',
  'call.rejected',
  'chat.failed',
  'chat.ended',
  'chat.closed',
]);

/** The error of requests that a client refuses because it has ended. */
export function closedError(): ClientError {
  return new ClientError('client.closed', 'the client has ended');
}

/** The error with which requests reject after the session has ended. */
export function sessionError({ why, id, ban }: Omit<SessionEnded, 'type'>): ClientError {
  switch (why) {
    case 'banned':
      return bannedError(ban, id);
    case 'unregistered':
      return new ClientError('user.deleted', deletedText(id));
    case 'elsewhere':
      return new ClientError('user.elsewhere', `${id} has signed in elsewhere`);
    case 'denied':
      return new ClientError(
        'key.denied',
        `the server no longer accepts the key of ${id}: its operator may have reset the id`,
      );
    case 'revoked':
      return revokedError(id);
    case 'no-key':
      return missingError(id);
    case 'changed':
      return new ClientError(
        'server.changed',
        'this is not the server that was known here, and nothing was sent. If the operator of the known ' +
          'server says that it has a new key, forget the known one: im-client server forget HOST:PORT',
      );
  }
}

function bannedError(ban: BanNotice | undefined, user: UserId | undefined): ClientError {
  return new ClientError('user.banned', banText(ban ?? { banned: 'id' }, user));
}

function reasonOf(silence: Exclude<Silence, { cause: 'banned' }>, user: UserId | undefined): string {
  switch (silence.cause) {
    case 'unregistered':
      if (silence.wasKnown && user !== undefined) return deletedText(user);
      return `${user ?? 'the user'} is not registered with the server`;
    case 'down':
      return 'the server is down: nothing listens there';
    case 'unreachable':
      return `the server cannot be reached: ${silence.reason}`;
    case 'datagrams':
      return 'the server answers over TCP, but its UDP answers do not arrive';
    case 'refusing':
      return `the server answers only ${silence.code} ${REPLY_WORDS[silence.code]}: try again in a minute`;
    case 'unknown':
      return 'the server does not answer: it is down, or the user is not registered with it';
  }
}
