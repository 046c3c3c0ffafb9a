/**
 * A chat as a program has it: lines out as promises, lines in as an iterable.
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
 * How many messages wait for a program before the buddy's connection is not read on. What one read of the
 * connection brought, at most 64 KiB, is kept in any case.
 */
export const MAX_WAITING_MESSAGES = 1_000;

/** Most lines of a chat that wait for the network. */
export const MAX_UNSENT_MESSAGES = 1_000;

/** A line from the buddy. */
export interface Message {
  /** Safe to show on one line. */
  readonly text: DisplayText;
  /** True when the line was over 16 KiB, and this is its beginning. */
  readonly cut: boolean;
}

/** How a chat ended. */
export interface ChatEnd {
  /** Why the connection broke; without it, one side closed it. */
  readonly reason?: string;
  /**
   * Lines that the network took, but the buddy's machine never confirmed; or that it confirmed, and the buddy
   * closed without having read them.
   */
  readonly lost: readonly string[];
}

/** One chat. Its messages are read with `for await`; they end when the chat is over. */
export interface Chat extends AsyncIterable<Message> {
  /** Who the buddy is, or says it is. */
  readonly buddy: UserId | undefined;
  readonly address: string;
  /** The port that was called; `undefined` where the buddy called. */
  readonly port: number | undefined;
  /** Resolves when the chat is over; nothing follows. When the buddy leaves, the messages end before that. */
  readonly closed: Promise<ChatEnd>;
  /**
   * Sends one line; line ends in it become spaces. Resolves when the network took it, with whether it was cut
   * at 16 KiB.
   *
   * @throws ClientError `chat.broken` when it was not sent; `chat.stalled` when the network did not take it
   *   within
   * the client's patience, for the buddy does not read: the chat is left then; `chat.full` beyond
   * 1,000 lines at once.
   */
  send(text: string): Promise<{ readonly cut: boolean }>;
  /**
   * Leaves. Resolves when the chat is over: when the buddy's machine has confirmed what was sent, and the buddy
   * has closed as well or 5 s have passed. It waits for the next confirmation as long as the client's patience.
   */
  leave(): Promise<void>;
  /** Cuts the connection, also while the chat is being left. All that is not confirmed is in `closed`. */
  abandon(): Promise<void>;
}

/** The chat of a program, over call control. */
export class OpenChat implements Chat {
  readonly buddy: UserId | undefined;
  readonly address: string;
  readonly #call: CallId;
  readonly #control: Address<CallCommand>;
  readonly #messages = new Inbox<Message>(() => this.#onTaken());
  /** By the keys of their lines. */
  readonly #unsent = new Map<number, Deferred<{ readonly cut: boolean }>>();
  readonly #lost: string[] = [];
  readonly #closed = new Deferred<ChatEnd>();
  #lines = 0;
  #end: ChatEnd | undefined;

  constructor(
    call: CallId,
    { id, address }: Peer,
    readonly port: number | undefined,
    control: Address<CallCommand>,
  ) {
    this.buddy = id;
    this.address = address;
    this.#call = call;
    this.#control = control;
  }

  get closed(): Promise<ChatEnd> {
    return this.#closed.promise;
  }

  send(text: string): Promise<{ readonly cut: boolean }> {
    const sent = new Deferred<{ readonly cut: boolean }>();
    if (this.#end !== undefined) {
      sent.reject(broken(this.#end.reason));
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

  /** Takes what call control says of the chat. */
  take(news: CallEvent): void {
    switch (news.type) {
      case 'message.received':
        this.#messages.push({ text: news.text, cut: news.cut });
        if (this.#messages.size === MAX_WAITING_MESSAGES) this.#pass('reading.pause');
        return;
      case 'message.sent':
        return this.#takeUnsent(news.key)?.resolve({ cut: news.cut });
      case 'message.unconfirmed':
        if (news.cause !== 'lost') this.#takeUnsent(news.key)?.reject(notSent(news.cause));
        else this.#lost.push(news.text); // the connection remembers 16 MiB at most
        return;
      case 'peer.left':
        return this.#messages.end();
      case 'chat.ended':
      case 'chat.closed':
        return this.end(news.reason);
    }
  }

  /** The chat is over, and nothing more is reported of it. */
  end(reason?: string): void {
    this.#end = { ...(reason !== undefined && { reason }), lost: this.#lost };
    this.#messages.end();
    for (const unsent of this.#unsent.values()) unsent.reject(broken(reason));
    this.#unsent.clear();
    this.#closed.resolve(this.#end);
  }

  #takeUnsent(key: number | undefined): Deferred<{ readonly cut: boolean }> | undefined {
    if (key === undefined) return undefined;
    const unsent = this.#unsent.get(key);
    this.#unsent.delete(key);
    return unsent;
  }

  #onTaken(): void {
    if (this.#messages.size === MAX_WAITING_MESSAGES / 2) this.#pass('reading.resume');
  }

  #pass(type: 'reading.pause' | 'reading.resume'): void {
    if (this.#end === undefined) this.#control.send({ type, call: this.#call });
  }
}

function notSent(cause: Exclude<UnconfirmedCause, 'lost'>): ClientError {
  switch (cause) {
    case 'full':
      return new ClientError('chat.full', 'too many lines wait to be sent');
    case 'stalled':
      return new ClientError('chat.stalled', 'your buddy does not read');
    case 'closed':
      return broken();
  }
}

function broken(reason?: string): ClientError {
  return new ClientError(
    'chat.broken',
    reason === undefined ? 'the chat is closed' : `the chat broke: ${reason}`,
  );
}
