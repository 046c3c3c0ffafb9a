/**
 * Calls as a program has them: one that came in, to be accepted or rejected, and one of its own. Either
 * becomes a chat. Call control (machines/client/call-control.ts) holds the rules; here its events become
 * promises.
 */

import type { CallCommand, CallEvent, CallFailure, CallId, Peer } from '../../machines/client/call-events.js';
import type { CallerHint } from '../../machines/client/callers.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { Address } from '../../supervision/mailbox.js';
import { ClientError } from './client-error.js';
import { Deferred } from './deferred.js';
import { type Chat, OpenChat } from './open-chat.js';

/** A call that came in. While it waits, other callers are refused. */
export interface Call {
  /**
   * Who the caller says it is, if it says so: nothing proves it. A caller that claims the user's own id says
   * nothing.
   */
  readonly caller: UserId | undefined;
  /** Where the call comes from. */
  readonly address: string;
  /**
   * Of a caller that goes by its address: the user's own id that it claims, or the user's buddies at that
   * address, which are a guess.
   */
  readonly hint: CallerHint | undefined;
  /**
   * Resolves when the call needs no answer any more: it was answered, the caller hung up, or the time was
   * over.
   */
  readonly over: Promise<void>;
  /** Takes the call. Rejects with ClientError `call.over`. */
  accept(): Promise<Chat>;
  /**
   * Refuses it, if it still waits. An address that is rejected three times in a minute is refused for a
   * minute.
   */
  reject(): void;
  /** Refuses it, too, by a rule of the program: that does not count against the caller's address. */
  dismiss(): void;
}

/** How far a call of the program's has come: the buddy is being reached; it is being asked. */
export type CallProgress = 'calling' | 'ringing';

/** A call and its chat, as the agent has them. */
export interface CallHandle {
  readonly peer: Peer;
  /** Takes what call control says of the call. */
  take(news: CallEvent): void;
  /** The client ends, and nothing more will be reported. */
  abandon(error: ClientError): void;
}

export class IncomingCall implements Call, CallHandle {
  readonly peer: Peer;
  readonly hint: CallerHint | undefined;
  readonly #id: CallId;
  readonly #control: Address<CallCommand>;
  readonly #over = new Deferred<void>();
  readonly #opened = new Deferred<OpenChat>();
  #chat: OpenChat | undefined;
  /** What the call still takes: nothing once it is over. */
  #send: (command: 'call.accept' | 'call.reject' | 'call.dismiss') => void;

  constructor(
    id: CallId,
    { hint, ...peer }: Peer & { readonly hint: CallerHint | undefined },
    control: Address<CallCommand>,
  ) {
    this.peer = peer;
    this.hint = hint;
    this.#id = id;
    this.#control = control;
    this.#send = (type) => control.send({ type, call: id });
  }

  get caller(): UserId | undefined {
    return this.peer.id;
  }

  get address(): string {
    return this.peer.address;
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  async accept(): Promise<Chat> {
    if (this.#chat !== undefined) throw over();
    this.#send('call.accept');
    return this.#opened.promise;
  }

  reject(): void {
    this.#send('call.reject');
  }

  dismiss(): void {
    this.#send('call.dismiss');
  }

  take(news: CallEvent): void {
    if (this.#chat !== undefined) return this.#chat.take(news);
    if (news.type === 'chat.opened') {
      this.#chat = new OpenChat(this.#id, this.peer, undefined, this.#control);
      this.#opened.resolve(this.#chat);
    }
    this.#conclude();
  }

  abandon(error: ClientError): void {
    this.#conclude();
    this.#chat?.end(error.message);
  }

  #conclude(): void {
    this.#send = () => {};
    this.#opened.reject(over()); // without effect when it has opened
    this.#over.resolve();
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

export class OutgoingCall implements CallHandle {
  readonly peer: Peer;
  readonly #request: OutgoingRequest;
  readonly #control: Address<CallCommand>;
  #chat: OpenChat | undefined;

  constructor(request: OutgoingRequest, peer: Peer, control: Address<CallCommand>) {
    this.peer = peer;
    this.#request = request;
    this.#control = control;
  }

  take(news: CallEvent): void {
    if (this.#chat !== undefined) return this.#chat.take(news);
    const { buddy, endpoint, resolve, reject } = this.#request;
    switch (news.type) {
      case 'call.dialling':
        return this.#tellProgress('calling');
      case 'call.alerting':
        return this.#tellProgress('ringing');
      case 'place.refused':
        return reject(new ClientError('client.busy', 'another call or chat is under way'));
      case 'chat.failed':
        return reject(failureOf(buddy, news));
      case 'chat.opened':
        this.#chat = new OpenChat(news.call, this.peer, endpoint.port, this.#control);
        return resolve(this.#chat);
    }
  }

  abandon(error: ClientError): void {
    this.#request.reject(error);
    this.#chat?.end(error.message);
  }

  /** In a task of its own: an exception of the program's there is no crash of an actor. */
  #tellProgress(progress: CallProgress): void {
    const { endpoint, onProgress } = this.#request;
    if (onProgress !== undefined) queueMicrotask(() => onProgress(progress, endpoint));
  }
}

function over(): ClientError {
  return new ClientError('call.over', 'the call is over');
}

function failureOf(buddy: UserId, failure: CallFailure): ClientError {
  switch (failure.cause) {
    case 'refused':
      return new ClientError('buddy.refused', `${buddy} refused the call`);
    case 'unanswered':
      return new ClientError('buddy.unanswered', `${buddy} did not answer`);
    case 'crashed':
      return new ClientError('buddy.unreachable', `${buddy} could not be reached: it broke off`);
    case 'too-many-calls':
      return new ClientError('client.busy', 'too many calls are being closed');
    case 'unreachable':
      return new ClientError('buddy.unreachable', `${buddy} could not be reached: ${failure.reason}`);
  }
}
