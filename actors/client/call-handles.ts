/**
 * Calls as a program has them: one that came in, to be accepted or rejected, and one of its own, under way.
 * Either becomes a chat.
 */

import type { AnyActorRef } from 'xstate';
import type { ChatCommand, ChatReport } from '../../machines/client/events.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Address } from '../../supervision/mailbox.js';
import { ClientError } from './client-error.js';
import { type Chat, OpenChat } from './open-chat.js';

/** A call that came in. While it waits, other callers are refused. */
export interface Call {
  /** Who the caller says it is, if it says so: nothing proves it. */
  readonly caller: UserId | undefined;
  /** Where the call comes from. */
  readonly address: string;
  /** Resolves when the call needs no answer any more: it was given, the caller hung up, or waited too long. */
  readonly over: Promise<void>;
  /** Takes the call. Rejects with ClientError `call.over`. */
  accept(): Promise<Chat>;
  /** Refuses it, if it still waits. */
  reject(): void;
}

/** How far a call of the program's has come: the buddy is being reached; it is being asked. */
export type CallProgress = 'calling' | 'ringing';

/** What a call or a chat is to the agent, which takes it from the first report to the last. */
export interface Contact {
  /** True when another call may take its place. */
  readonly isOver: boolean;
  take(report: ChatReport): void;
  /** The time for an answer is over. */
  expire(): void;
  /** The client ends, and nothing more will be reported. */
  abandon(error: ClientError): void;
}

export class IncomingCall implements Call, Contact {
  readonly over: Promise<void>;
  readonly #actor: Address<ChatCommand>;
  readonly #patienceMs: number;
  #chat: OpenChat | undefined;
  #waits = true;
  #conclude: () => void = () => {};

  constructor(
    readonly caller: UserId | undefined,
    readonly address: DisplayText,
    actor: AnyActorRef,
    patienceMs: number,
  ) {
    this.#actor = actor;
    this.#patienceMs = patienceMs;
    this.over = new Promise((resolve) => {
      this.#conclude = resolve;
    });
  }

  get isOver(): boolean {
    return this.#chat === undefined ? !this.#waits : this.#chat.isOver;
  }

  async accept(): Promise<Chat> {
    if (!this.#waits) throw new ClientError('call.over', 'the call is over');
    const chat = new OpenChat(this.caller, this.address, undefined, this.#actor, this.#patienceMs);
    this.#chat = chat;
    this.#stopWaiting();
    this.#actor.send({ type: 'call.accept' });
    return chat;
  }

  reject(): void {
    if (!this.#waits) return;
    this.#stopWaiting();
    this.#actor.send({ type: 'call.reject' });
  }

  take(report: ChatReport): void {
    if (this.#chat !== undefined) this.#chat.take(report);
    else if (report.type === 'chat.closed') this.#stopWaiting();
  }

  expire(): void {
    this.reject();
  }

  abandon({ message }: ClientError): void {
    this.#stopWaiting();
    this.#chat?.end(message);
  }

  #stopWaiting(): void {
    this.#waits = false;
    this.#conclude();
  }
}

/** What is asked for with `call`. */
export interface OutgoingRequest {
  readonly buddy: UserId;
  readonly endpoint: Endpoint;
  readonly onProgress: ((progress: CallProgress, endpoint: Endpoint) => void) | undefined;
  resolve(chat: Chat): void;
  reject(error: unknown): void;
}

export class OutgoingCall implements Contact {
  readonly #request: OutgoingRequest;
  readonly #patienceMs: number;
  #actor: AnyActorRef | undefined;
  #chat: OpenChat | undefined;
  #failed = false;

  constructor(request: OutgoingRequest, patienceMs: number) {
    this.#request = request;
    this.#patienceMs = patienceMs;
  }

  get isOver(): boolean {
    return this.#chat === undefined ? this.#failed : this.#chat.isOver;
  }

  /** The chat's actor is there, and dials. */
  place(actor: AnyActorRef): void {
    this.#actor = actor;
    this.#tellProgress('calling');
  }

  take(report: ChatReport): void {
    if (this.#chat !== undefined) return this.#chat.take(report);
    const { buddy } = this.#request;
    switch (report.type) {
      case 'call.ringing':
        return this.#tellProgress('ringing');
      case 'call.accepted':
        return this.#open();
      case 'call.refused':
        return this.fail(new ClientError('buddy.refused', `${buddy} refused the call`));
      case 'call.failed':
        return this.fail(
          new ClientError('buddy.unreachable', `${buddy} could not be reached: ${report.reason}`),
        );
      case 'chat.closed':
        return this.fail(new ClientError('buddy.unreachable', `${buddy} could not be reached: it broke off`));
    }
  }

  expire(): void {
    if (this.#chat !== undefined || this.#failed) return;
    this.fail(new ClientError('buddy.unanswered', `${this.#request.buddy} did not answer`));
    this.#actor?.send({ type: 'chat.leave' });
  }

  abandon(error: ClientError): void {
    if (this.#chat === undefined) this.fail(error);
    else this.#chat.end(error.message);
  }

  /** Ends the call, if it is not answered yet. */
  fail(error: ClientError): void {
    if (this.#chat !== undefined) return;
    this.#failed = true;
    this.#request.reject(error);
  }

  #open(): void {
    const { buddy, endpoint, resolve } = this.#request;
    if (this.#failed) return;
    this.#chat = new OpenChat(
      buddy,
      endpoint.address,
      endpoint.port,
      this.#actor as AnyActorRef,
      this.#patienceMs,
    );
    resolve(this.#chat);
  }

  /** In a turn of its own: what the program throws there is no crash of an actor. */
  #tellProgress(progress: CallProgress): void {
    const { endpoint, onProgress } = this.#request;
    if (onProgress !== undefined) queueMicrotask(() => onProgress(progress, endpoint));
  }
}
