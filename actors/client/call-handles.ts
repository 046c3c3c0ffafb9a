/**
 * Calls as a program sees them: incoming calls, which the program accepts or rejects, and outgoing calls. An
 * accepted call becomes a chat. Call control (machines/client/call-control.ts) has the rules; this file turns
 * the events of call control into promises.
 */

import type { CallCommand, CallEvent, CallFailure, CallId, Peer } from '../../machines/client/call-events.js';
import type { CallerHint } from '../../machines/client/callers.js';
import type { Endpoint } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { Address } from '../../supervision/mailbox.js';
import { barredText } from '../../terminal/key-words.js';
import { ClientError } from './client-error.js';
import { Deferred } from './deferred.js';
import { type Chat, isPrivate, isVerified, keyOf, OpenChat } from './open-chat.js';

/** An incoming call. While it waits for an answer, other callers are refused. */
export interface Call {
  /**
   * The id that the caller claims, without proof. `undefined` if the caller claims none, or claims the user's
   * own id.
   */
  readonly caller: UserId | undefined;
  /** The caller's address. */
  readonly address: string;
  /**
   * What is known if `caller` is `undefined`: either that the caller claims the user's own id, or which
   * buddies of the user have the caller's address. One of these buddies may be calling, but that is a guess.
   */
  readonly hint: CallerHint | undefined;
  /**
   * True if the call is inside TLS, and the caller has proven a key. `undefined` if the user has no key here:
   * all calls are then in clear.
   */
  readonly private: boolean | undefined;
  /** True if the user has verified the key of this caller. */
  readonly verified: boolean;
  /**
   * True if the call is private, and a stored key or the server confirms that the proven key belongs to the
   * caller's id.
   */
  readonly confirmed: boolean;
  /** The key that the caller has proven; `undefined` for a call in clear. */
  readonly key: string | undefined;
  /**
   * Resolves when the call no longer waits for an answer: it was answered, it timed out, or the caller hung
   * up.
   */
  readonly over: Promise<void>;
  /** Accepts the call. Rejects with ClientError `call.over` if the call is over or was answered already. */
  accept(): Promise<Chat>;
  /**
   * Refuses the call, if it still waits for an answer. The call then counts against the caller's address for
   * a minute, as does a call that times out or that the caller gives up. While at least three calls count,
   * further calls from this address are refused without a notice.
   */
  reject(): void;
  /**
   * Refuses the call as `reject` does, but does not count it against the caller's address. Use this when a
   * rule of the program excludes the caller.
   */
  dismiss(): void;
}

/**
 * Progress of an outgoing call. `calling`: connecting to the buddy. `ringing`: connected, and waiting for the
 * buddy's answer.
 */
export type CallProgress = 'calling' | 'ringing';

/** A call and its chat, as the agent sees them. */
export interface CallHandle {
  readonly peer: Peer;
  /** Handles an event of this call that call control reports. */
  handle(event: CallEvent): void;
  /** Ends the call or chat, because the client ends and no more events will come. */
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
  /** Sends a command to call control. Does nothing once the call is over. */
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

  get private(): boolean | undefined {
    return isPrivate(this.peer);
  }

  get verified(): boolean {
    return isVerified(this.peer);
  }

  get confirmed(): boolean {
    const { protection } = this.peer;
    return protection?.is === 'private' && protection.isConfirmed;
  }

  get key(): string | undefined {
    return keyOf(this.peer);
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  async accept(): Promise<Chat> {
    if (this.#chat !== undefined) throw overError();
    this.#send('call.accept');
    return this.#opened.promise;
  }

  reject(): void {
    this.#send('call.reject');
  }

  dismiss(): void {
    this.#send('call.dismiss');
  }

  handle(event: CallEvent): void {
    if (this.#chat !== undefined) return this.#chat.handle(event);
    if (event.type === 'chat.opened') {
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
    this.#opened.reject(overError()); // no effect if the chat has opened
    this.#over.resolve();
  }
}

/** A request of the program for a call. */
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

  handle(event: CallEvent): void {
    if (this.#chat !== undefined) return this.#chat.handle(event);
    const { buddy, endpoint, resolve, reject } = this.#request;
    switch (event.type) {
      case 'call.dialling':
        return this.#reportProgress('calling');
      case 'call.alerting':
        return this.#reportProgress('ringing');
      case 'place.refused':
        return reject(new ClientError('client.busy', 'another call or chat is under way'));
      case 'chat.failed':
        return reject(failureOf(buddy, event));
      case 'chat.opened':
        this.#chat = new OpenChat(event.call, event.peer, endpoint.port, this.#control);
        return resolve(this.#chat);
    }
  }

  abandon(error: ClientError): void {
    this.#request.reject(error);
    this.#chat?.end(error.message);
  }

  /** Calls the program in a microtask, so that an exception of the program does not crash the agent. */
  #reportProgress(progress: CallProgress): void {
    const { endpoint, onProgress } = this.#request;
    if (onProgress !== undefined) queueMicrotask(() => onProgress(progress, endpoint));
  }
}

function overError(): ClientError {
  return new ClientError('call.over', 'the call is over');
}

function failureOf(buddy: UserId, failure: CallFailure): ClientError {
  switch (failure.cause) {
    case 'refused':
      return new ClientError('buddy.refused', `${buddy} refused the call`);
    case 'unanswered':
      return new ClientError('buddy.unanswered', `${buddy} did not answer`);
    case 'crashed':
      return new ClientError(
        'buddy.unreachable',
        `${buddy} could not be called: the actor of the call crashed`,
      );
    case 'too-many-calls':
      return new ClientError('client.busy', 'too many calls are being closed');
    case 'unreachable':
      return new ClientError('buddy.unreachable', `${buddy} could not be reached: ${failure.reason}`);
    case 'barred': {
      const isChanged = failure.why === 'changed' || failure.why === 'damaged';
      return new ClientError(isChanged ? 'key.changed' : 'call.not-private', barredText(buddy, failure.why));
    }
  }
}
