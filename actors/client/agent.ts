/**
 * The agent: in place of the statechart of a person's client, it turns what call control and the heartbeat
 * report into what a program waits for.
 */

import type { CallCommand, CallEvent, CallId } from '../../machines/client/call-events.js';
import { type Caller, type CallerHint, withHint } from '../../machines/client/callers.js';
import type { CutCause } from '../../machines/client/cut-calls.js';
import type { HeartbeatCommand, HeartbeatReport } from '../../machines/client/events.js';
import type { Silence } from '../../machines/client/silence.js';
import type { BuddyList } from '../../protocol/buddy-list.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import { type Address, nameOf } from '../../supervision/mailbox.js';
import {
  type Call,
  type CallHandle,
  IncomingCall,
  OutgoingCall,
  type OutgoingRequest,
} from './call-handles.js';
import { ClientError } from './client-error.js';
import { CLIENT } from './client-names.js';
import type { Inbox } from './inbox.js';

/**
 * Longest wait for the heartbeat's answer, in milliseconds. It takes a few seconds to find out that the server is
 * silent, and why. A heartbeat that crashes again and again never answers.
 */
const QUESTION_TIMEOUT_MS = 15_000;

/**
 * Why a call was refused:
 *
 * - `busy`: there is one buddy at a time;
 * - `crowded`: too many calls at once, in all or from its address. Of an address it is told once a minute;
 * - `callback`: the caller's program (dialect E) wants to be called back. Told as often.
 */
export type RefusalCause = 'busy' | CutCause;

/** What a program is told besides what it asked for. */
export type ClientNotice =
  /** The server does not answer any more, and in words why; or does again. It is asked every 10 s. */
  | { readonly type: 'server.lost'; readonly reason: string }
  | { readonly type: 'server.found' }
  /** A call was refused without asking the program. */
  | {
      readonly type: 'call.refused';
      readonly cause: RefusalCause;
      readonly caller: UserId | undefined;
      readonly address: string;
      readonly hint: CallerHint | undefined;
      /** How many calls from there were refused before, without a notice. */
      readonly untold: number;
    }
  /** A caller did not understand how it was accepted (dialect B): its next call gets another answer. */
  | { readonly type: 'call.misunderstood'; readonly address: string; readonly hint: CallerHint | undefined }
  /** For 5 s the buddy has not read what it is sent; or it reads again. */
  | {
      readonly type: 'peer.stalled' | 'peer.reading';
      readonly buddy: UserId | undefined;
      readonly address: string;
    };

/** A question for the user's buddies. */
export interface BuddiesRequest {
  resolve(buddies: BuddyList): void;
  reject(error: unknown): void;
}

/** From the program. */
export type AgentCommand =
  | { readonly type: 'buddies.ask'; readonly request: BuddiesRequest }
  | { readonly type: 'call.request'; readonly request: OutgoingRequest };

type AgentEvent = HeartbeatReport | CallEvent | AgentCommand;

/** The client's address, for what only the client of a program is sent. */
export const AGENT = nameOf<AgentEvent>(CLIENT);

export interface AgentInput {
  readonly user: UserId | undefined;
  readonly heartbeat: Address<HeartbeatCommand>;
  readonly callControl: Address<CallCommand>;
  /** What the program reads: it outlives this actor. */
  readonly calls: Inbox<Call>;
  readonly watchers: ReadonlySet<Inbox<BuddyList>>;
  readonly onNotice: (notice: ClientNotice) => void;
}

/** Answers a command that no agent will ever take. */
export function refuseCommand(event: AgentEvent): void {
  if (event.type === 'buddies.ask' || event.type === 'call.request') event.request.reject(ended());
}

export const agentLogic: BehaviourLogic<AgentEvent, AgentInput> = fromBehaviour(
  (scope: BehaviourScope<AgentEvent>, input: AgentInput) => new Agent(scope, input),
);

class Agent implements Behaviour<AgentEvent> {
  readonly #scope: BehaviourScope<AgentEvent>;
  readonly #input: AgentInput;
  /** At most one question is under way: see `buddies` in create-client.ts. */
  #question: BuddiesRequest | undefined;
  #questionTimer: Timer | undefined;
  /** As the server last gave them. */
  #buddies: BuddyList = [];
  /** Calls of ours that call control has not answered yet; it answers in order. */
  readonly #placing: OutgoingCall[] = [];
  /** Calls and chats that something may still be reported of; call control bounds them. */
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
        this.#takeQuestion()?.resolve(event.buddies);
        for (const watcher of this.#input.watchers) watcher.replace(event.buddies);
        return;
      case 'buddies.timed-out':
        return this.#takeQuestion()?.reject(this.#silent(event.silence));
      case 'server.lost':
        return this.#notify({ type: event.type, reason: this.#silent(event.silence).message });
      case 'server.found':
        return this.#notify({ type: event.type });
      case 'call.request':
        return this.#place(event.request);
      case 'place.refused':
        return this.#placing.shift()?.take(event);
      case 'call.busy':
        return this.#notifyRefused('busy', event, 0);
      case 'call.cut':
        return this.#notifyRefused(event.cause, event, event.untold);
      case 'call.misunderstood': {
        const { address, hint } = withHint(event, this.#input.user, this.#buddies);
        return this.#notify({ type: 'call.misunderstood', address, hint });
      }
      case 'call.offered':
        return this.#offer(event);
      case 'calls.ended':
        return; // not asked for: a program leaves its chats before it ends its client
      default:
        return this.#pass(event);
    }
  }

  release(): void {
    this.#takeQuestion()?.reject(ended());
    for (const handle of [...this.#placing, ...this.#handles.values()]) handle.abandon(ended());
  }

  #ask(request: BuddiesRequest): void {
    this.#takeQuestion()?.reject(ended());
    this.#question = request;
    this.#questionTimer = this.#scope.callLater(
      () => this.#takeQuestion()?.reject(this.#silent({ cause: 'unknown' })),
      QUESTION_TIMEOUT_MS,
    );
    this.#input.heartbeat.send({ type: 'buddies.get' });
  }

  /** The question under way, which is being answered. */
  #takeQuestion(): BuddiesRequest | undefined {
    const question = this.#question;
    this.#question = undefined;
    this.#scope.cancel(this.#questionTimer);
    return question;
  }

  #place(request: OutgoingRequest): void {
    const { user, callControl } = this.#input;
    const { buddy, endpoint } = request;
    if (user === undefined) return request.reject(ended());
    const peer = { id: buddy, address: toDisplayText(endpoint.address) };
    this.#placing.push(new OutgoingCall(request, peer, callControl));
    callControl.send({ type: 'call.place', buddy, endpoint, caller: user });
  }

  #offer(event: Extract<CallEvent, { type: 'call.offered' }>): void {
    const { calls, callControl, user } = this.#input;
    const { call, caller, address, hint } = withHint(event, user, this.#buddies);
    const handle = new IncomingCall(call, { id: caller, address, hint }, callControl);
    this.#handles.set(call, handle);
    // One that is still there is over: no two calls wait at a time.
    calls.replace(handle);
  }

  #notifyRefused(cause: RefusalCause, refused: Caller, untold: number): void {
    const { caller, address, hint } = withHint(refused, this.#input.user, this.#buddies);
    this.#notify({ type: 'call.refused', cause, caller, address, hint, untold });
  }

  /** Passes an event of one call to the program's handle of it. */
  #pass(
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
    handle.take(event);
    if (LAST_NEWS.has(event.type)) this.#handles.delete(event.call);
    if (event.type === 'peer.stalled' || event.type === 'peer.reading') {
      const { id: buddy, address } = handle.peer;
      this.#notify({ type: event.type, buddy, address });
    }
  }

  #silent(silence: Silence): ClientError {
    return new ClientError('server.silent', reasonOf(silence, this.#input.user));
  }

  /** In a task of its own: an exception of the program's there is no crash of an actor. */
  #notify(notice: ClientNotice): void {
    queueMicrotask(() => this.#input.onNotice(notice));
  }
}

/** After these, nothing follows of a call. */
const LAST_NEWS: ReadonlySet<CallEvent['type']> = new Set([
  'call.withdrawn',
  'call.missed',
  'call.rejected',
  'chat.failed',
  'chat.ended',
  'chat.closed',
]);

/** The error of what will not be done any more. */
export function ended(): ClientError {
  return new ClientError('client.closed', 'the client has ended');
}

function reasonOf(silence: Silence, user: UserId | undefined): string {
  switch (silence.cause) {
    case 'unregistered':
      return `${user ?? 'the user'} is not registered with the server`;
    case 'down':
      return 'the server is down: nothing listens there';
    case 'unreachable':
      return `the server cannot be reached: ${silence.reason}`;
    case 'datagrams':
      return 'the server answers over TCP, but its UDP answers do not arrive';
    case 'unknown':
      return 'the server does not answer: it is down, or the user is not registered with it';
  }
}
