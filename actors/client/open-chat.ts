/**
 * A chat as a program sees it: `send` returns a promise, and the chat is an iterable of received lines.
 */

import type {
  CallCommand,
  CallEvent,
  CallId,
  Peer,
  UnconfirmedCause,
} from '../../machines/client/call-events.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Address } from '../../supervision/mailbox.js';
import { ClientError } from './client-error.js';
import { Deferred } from './deferred.js';
import { Inbox } from './inbox.js';

/**
 * The maximum number of messages that wait for a program before reading from the buddy's connection pauses.
 * The messages of the last read, at most 64 KiB, are kept in addition.
 */
export const MAX_WAITING_MESSAGES = 1_000;

/** The maximum number of lines of a chat that wait for the network. */
export const MAX_UNSENT_MESSAGES = 1_000;

/** A line from the buddy. */
export interface Message {
  /** Safe to show on one line. */
  readonly text: DisplayText;
  /** True if the line was longer than 16 KiB; `text` is then only its beginning. */
  readonly cut: boolean;
}

/** How a chat ended. */
export interface ChatEnd {
  /** Why the connection broke; `undefined` if one side closed it. */
  readonly reason?: string;
  /**
   * Sent lines that may not have arrived: lines that the buddy's machine never confirmed, and lines that the
   * machine confirmed, but that the buddy may not have read before closing.
   */
  readonly lost: readonly string[];
}

/** One chat. Read its messages with `for await`; the loop ends when one side leaves or the chat breaks. */
export interface Chat extends AsyncIterable<Message> {
  /** The buddy's id. For an incoming call, the id that the caller gave. */
  readonly buddy: UserId | undefined;
  readonly address: string;
  /** The port that was called; `undefined` if the buddy called. */
  readonly port: number | undefined;
  /**
   * True if the chat is inside TLS, and the buddy has proven a key. `undefined` if the user has no key here:
   * all chats are then in clear.
   */
  readonly private: boolean | undefined;
  /** True if the user has verified the key of the buddy. */
  readonly verified: boolean;
  /** The key that the buddy has proven. */
  readonly key: string | undefined;
  /** Resolves when the chat is over. If the buddy leaves, the loop over the messages ends earlier. */
  readonly closed: Promise<ChatEnd>;
  /**
   * Sends one line. Line ends in the text become spaces. Resolves when the network took the line; `cut` is
   * true if the line was cut at 16 KiB.
   *
   * @throws ClientError `chat.broken` if the line was not sent; `chat.full` if 1,000 lines already wait;
   * `chat.stalled` if the buddy does not read, and the network therefore did not take the line within the
   * `patienceMs` of the client. In this last case, the client closes the chat.
   */
  send(text: string): Promise<{ readonly cut: boolean }>;
  /**
   * Leaves the chat, and resolves when the chat is over. First waits until the buddy's machine has confirmed
   * all sent lines. If no confirmation comes for `patienceMs`, closes the connection at once. Otherwise
   * closes this side, and waits for the buddy to close: for 5 s if the buddy has sent something since our
   * last line, and if not, for 10 s or the given `patienceMs`.
   */
  leave(): Promise<void>;
  /** Cuts the connection at once, even after `leave`. `closed` resolves with all unconfirmed lines. */
  abandon(): Promise<void>;
}

/** A program's chat. Sends commands to call control, and handles the events that call control reports. */
export class OpenChat implements Chat {
  readonly buddy: UserId | undefined;
  readonly address: string;
  readonly private: boolean | undefined;
  readonly verified: boolean;
  readonly key: string | undefined;
  readonly #call: CallId;
  readonly #control: Address<CallCommand>;
  readonly #messages = new Inbox<Message>(() => this.#onTaken());
  /** Unsent lines by their keys. */
  readonly #unsent = new Map<number, Deferred<{ readonly cut: boolean }>>();
  readonly #lost: string[] = [];
  readonly #closed = new Deferred<ChatEnd>();
  #lines = 0;
  #end: ChatEnd | undefined;

  constructor(
    call: CallId,
    peer: Peer,
    readonly port: number | undefined,
    control: Address<CallCommand>,
  ) {
    this.buddy = peer.id;
    this.address = peer.address;
    this.private = isPrivate(peer);
    this.verified = isVerified(peer);
    this.key = keyOf(peer);
    this.#call = call;
    this.#control = control;
  }

  get closed(): Promise<ChatEnd> {
    return this.#closed.promise;
  }

  send(text: string): Promise<{ readonly cut: boolean }> {
    const sent = new Deferred<{ readonly cut: boolean }>();
    if (this.#end !== undefined) {
      sent.reject(brokenError(this.#end.reason));
      return sent.promise;
    }
    this.#lines += 1;
    const key = this.#lines;
    this.#unsent.set(key, sent);
    this.#control.send({ type: 'message.send', call: this.#call, text, key });
    return sent.promise;
  }

  async leave(): Promise<void> {
    this.#messages.end();
    if (this.#end === undefined) this.#control.send({ type: 'chat.leave', call: this.#call });
    await this.closed;
  }

  async abandon(): Promise<void> {
    const leaving = this.leave();
    if (this.#end === undefined) this.#control.send({ type: 'chat.abandon', call: this.#call });
    await leaving;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#messages[Symbol.asyncIterator]();
  }

  /** Handles an event of this chat that call control reports. */
  handle(event: CallEvent): void {
    switch (event.type) {
      case 'message.received':
        this.#messages.push({ text: event.text, cut: event.cut });
        if (this.#messages.size === MAX_WAITING_MESSAGES) this.#send('reading.pause');
        return;
      case 'message.sent':
        return this.#removeUnsent(event.key)?.resolve({ cut: event.cut });
      case 'message.unconfirmed':
        if (event.cause !== 'lost') this.#removeUnsent(event.key)?.reject(notSentError(event.cause));
        else this.#lost.push(event.text); // bounded: the chat's actor remembers at most 16 MiB of lines
        return;
      case 'peer.left':
        return this.#messages.end();
      case 'chat.ended':
      case 'chat.closed':
        return this.end(event.reason);
    }
  }

  /** Ends the chat; no events follow. */
  end(reason?: string): void {
    this.#end = { ...(reason !== undefined && { reason }), lost: this.#lost };
    this.#messages.end();
    for (const unsent of this.#unsent.values()) unsent.reject(brokenError(reason));
    this.#unsent.clear();
    this.#closed.resolve(this.#end);
  }

  #removeUnsent(key: number | undefined): Deferred<{ readonly cut: boolean }> | undefined {
    if (key === undefined) return undefined;
    const unsent = this.#unsent.get(key);
    this.#unsent.delete(key);
    return unsent;
  }

  #onTaken(): void {
    if (this.#messages.size === MAX_WAITING_MESSAGES / 2) this.#send('reading.resume');
  }

  #send(type: 'reading.pause' | 'reading.resume'): void {
    if (this.#end === undefined) this.#control.send({ type, call: this.#call });
  }
}

/** Whether a call or chat is private; `undefined` if the user has no key here. */
export function isPrivate({ protection }: Peer): boolean | undefined {
  return protection && protection.is === 'private';
}

/** Whether the user has verified the key of a peer. */
export function isVerified({ protection }: Peer): boolean {
  return protection?.is === 'private' && protection.isVerified;
}

/** The key that a peer has proven. */
export function keyOf({ protection }: Peer): string | undefined {
  return protection?.is === 'private' ? protection.key : undefined;
}

function notSentError(cause: Exclude<UnconfirmedCause, 'lost'>): ClientError {
  switch (cause) {
    case 'full':
      return new ClientError('chat.full', 'too many lines wait to be sent');
    case 'stalled':
      return new ClientError('chat.stalled', 'your buddy does not read');
    case 'closed':
      return brokenError();
  }
}

function brokenError(reason?: string): ClientError {
  return new ClientError(
    'chat.broken',
    reason === undefined ? 'the chat is closed' : `the chat broke: ${reason}`,
  );
}
