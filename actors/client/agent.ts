/**
 * The client of a program: in place of the statechart of a person's client, it takes what chats and the heartbeat
 * report and turns it into what the program waits for.
 *
 * One buddy at a time: while a call waits, ours is under way or a chat is open, other callers are refused at once.
 */

import type { AnyActorRef } from 'xstate';
import type { ClientEvent } from '../../machines/client/client-setup.js';
import type { ChatNews, ChatReport, HeartbeatCommand } from '../../machines/client/events.js';
import type { Buddy } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { ChildStart } from '../../supervision/administration.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import { type Address, addressOf, nameOf } from '../../supervision/mailbox.js';
import { type Call, type Contact, IncomingCall, OutgoingCall, type OutgoingRequest } from './call-handles.js';
import type { ChatInput } from './chat.js';
import { ClientError } from './client-error.js';
import { QUERY_RETRY_MS, QUERY_TRIES } from './heartbeat.js';
import type { Inbox } from './inbox.js';
import { CHATS, CLIENT, HEARTBEAT } from './names.js';

/**
 * Longest wait for the heartbeat's answer, in milliseconds: twice what it takes to find out that the server is silent.
 * One that crashes again and again never does.
 */
const QUESTION_TIMEOUT_MS = 2 * QUERY_TRIES * QUERY_RETRY_MS;

/** What a program is told of, besides what it asked for. */
export type ClientNotice =
  /** The server does not answer any more, or does again; it is asked every 10 s. */
  | { readonly type: 'server.lost' }
  | { readonly type: 'server.found' }
  /** Somebody called meanwhile, and was refused. */
  | { readonly type: 'call.refused'; readonly caller: UserId | undefined; readonly address: string };

/** A question for the user's buddies. */
export interface BuddiesRequest {
  resolve(buddies: readonly Buddy[]): void;
  reject(error: unknown): void;
}

/** From the program. */
export type AgentCommand =
  | { readonly type: 'buddies.ask'; readonly request: BuddiesRequest }
  | { readonly type: 'call.place'; readonly request: OutgoingRequest };

type AgentEvent = ClientEvent | AgentCommand;

/** The client's address, for what only the client of a program is sent. */
export const AGENT = nameOf<AgentEvent>(CLIENT);

export interface AgentInput {
  readonly user: UserId | undefined;
  /** Longest wait for an answer to a call, ours or a buddy's, in milliseconds. */
  readonly patienceMs: number;
  /** What the program reads: it outlives this actor. */
  readonly calls: Inbox<Call>;
  readonly watchers: ReadonlySet<Inbox<readonly Buddy[]>>;
  readonly onNotice: (notice: ClientNotice) => void;
}

/** Answers a command that no agent will ever take. */
export function refuseCommand(event: AgentEvent): void {
  if (event.type === 'buddies.ask' || event.type === 'call.place') event.request.reject(ended());
}

export const agentLogic: BehaviourLogic<AgentEvent, AgentInput> = fromBehaviour(
  (scope: BehaviourScope<AgentEvent>, input: AgentInput) => new Agent(scope, input),
);

class Agent implements Behaviour<AgentEvent> {
  readonly #scope: BehaviourScope<AgentEvent>;
  readonly #input: AgentInput;
  readonly #heartbeat: Address<HeartbeatCommand>;
  readonly #chats: Address<ChildStart<ChatInput>>;
  /** At most one question is under way: see `buddies` in create-client.ts. */
  #question: BuddiesRequest | undefined;
  #questionTimer: Timer | undefined;
  /** A call of ours whose actor has not reported yet. */
  #placing: OutgoingCall | undefined;
  /** By their actors, until these are closed; the supervisor of chats bounds them. */
  readonly #contacts = new Map<AnyActorRef, Contact>();
  /** The time for the one answer that is waited for. */
  #cancelExpiry: () => void = () => {};

  constructor(scope: BehaviourScope<AgentEvent>, input: AgentInput) {
    this.#scope = scope;
    this.#input = input;
    this.#heartbeat = addressOf(scope.system, HEARTBEAT);
    this.#chats = addressOf(scope.system, CHATS);
  }

  receive(event: AgentEvent): void {
    switch (event.type) {
      case 'buddies.ask':
        return this.#ask(event.request);
      case 'buddies.received':
        this.#takeQuestion()?.resolve(event.buddies);
        for (const watcher of this.#input.watchers) watcher.replace(event.buddies);
        return;
      case 'buddies.timed-out':
        return this.#takeQuestion()?.reject(silent());
      case 'server.lost':
      case 'server.found':
        return this.#notify({ type: event.type });
      case 'call.place':
        return this.#place(event.request);
      case 'call.placed':
        return this.#onPlaced(event.chat);
      case 'call.received':
        return this.#onCall(event);
      default:
        if ('chat' in event) this.#report(event.chat, event);
    }
  }

  release(): void {
    this.#cancelExpiry();
    this.#takeQuestion()?.reject(ended());
    this.#placing?.fail(ended());
    // Whatever becomes of their actors, nobody would hear of it any more.
    for (const contact of this.#contacts.values()) contact.abandon(ended());
  }

  get #isBusy(): boolean {
    return this.#placing !== undefined || [...this.#contacts.values()].some(({ isOver }) => !isOver);
  }

  #ask(request: BuddiesRequest): void {
    this.#takeQuestion()?.reject(ended());
    this.#question = request;
    this.#questionTimer = this.#scope.callLater(
      () => this.#takeQuestion()?.reject(silent()),
      QUESTION_TIMEOUT_MS,
    );
    this.#heartbeat.send({ type: 'buddies.get' });
  }

  /** The question under way, which is being answered. */
  #takeQuestion(): BuddiesRequest | undefined {
    const question = this.#question;
    this.#question = undefined;
    this.#scope.cancel(this.#questionTimer);
    return question;
  }

  #place(request: OutgoingRequest): void {
    const { user, patienceMs } = this.#input;
    if (this.#isBusy || user === undefined) {
      return request.reject(new ClientError('client.busy', 'another call or chat is under way'));
    }
    const call = new OutgoingCall(request, patienceMs);
    this.#placing = call;
    this.#chats.send({
      type: 'child.start',
      input: { kind: 'outgoing', caller: user, endpoint: request.endpoint },
      reply: this.#scope.guard((answer) => {
        if (answer.ok || this.#placing !== call) return;
        this.#placing = undefined;
        call.fail(new ClientError('client.busy', 'too many calls are being closed'));
      }),
    });
  }

  #onPlaced(chat: AnyActorRef): void {
    const call = this.#placing;
    this.#placing = undefined;
    if (call === undefined) return chat.send({ type: 'chat.leave' });
    this.#contacts.set(chat, call);
    this.#expireLater(call);
    call.place(chat);
  }

  #onCall({ chat, caller, address }: Extract<ChatNews, { type: 'call.received' }>): void {
    if (this.#isBusy) {
      chat.send({ type: 'call.reject' });
      return this.#notify({ type: 'call.refused', caller, address });
    }
    const call = new IncomingCall(caller, address, chat, this.#input.patienceMs);
    this.#contacts.set(chat, call);
    this.#expireLater(call);
    // One that is still there is over: no two calls wait at a time.
    this.#input.calls.replace(call);
  }

  #report(chat: AnyActorRef, report: ChatReport): void {
    const contact = this.#contacts.get(chat);
    if (report.type === 'chat.closed') this.#contacts.delete(chat);
    contact?.take(report);
  }

  #expireLater(contact: Contact): void {
    this.#cancelExpiry();
    const timer = this.#scope.callLater(() => contact.expire(), this.#input.patienceMs);
    this.#cancelExpiry = () => this.#scope.cancel(timer);
  }

  /** In a turn of its own: what the program throws there is no crash of an actor. */
  #notify(notice: ClientNotice): void {
    queueMicrotask(() => this.#input.onNotice(notice));
  }
}

/** The error of what will not be done any more. */
export function ended(): ClientError {
  return new ClientError('client.closed', 'the client has ended');
}

function silent(): ClientError {
  return new ClientError(
    'server.silent',
    'the server does not answer: it is down, or the user is not registered with it',
  );
}
