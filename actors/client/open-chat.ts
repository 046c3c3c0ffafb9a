/**
 * A chat as a program has it: lines out as promises, lines in as an iterable.
 */

import type { ChatCommand, ChatReport } from '../../machines/client/events.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { Address } from '../../supervision/mailbox.js';
import { ClientError } from './client-error.js';
import { Inbox } from './inbox.js';

/**
 * How many messages wait for a program before the buddy's connection is not read on. What one read of the
 * connection brought, at most 64 KiB, is kept in any case.
 */
export const MAX_WAITING_MESSAGES = 1_000;

/** Most lines of a chat that wait for the network. */
export const MAX_UNSENT_MESSAGES = 1_000;

/** Most lost lines of a chat that are kept to be told of. */
const MAX_LOST_MESSAGES = 1_000;

/** A line from the buddy. */
export interface Message {
  /** Safe to show on one line. */
  readonly text: DisplayText;
  /** True when the line was over 16 KiB, and this is its beginning. */
  readonly cut: boolean;
}

/** How a chat ended. */
export interface ChatEnd {
  /** Why the connection broke; without it, somebody closed it. */
  readonly reason?: string;
  /** Lines that the network took, but the buddy's machine never confirmed. */
  readonly lost: readonly string[];
}

/** One chat. Its messages are read with `for await`; they end when the chat is over. */
export interface Chat extends AsyncIterable<Message> {
  /** Who the buddy is, or says it is. */
  readonly buddy: UserId | undefined;
  readonly address: string;
  /** The port that was called; `undefined` where the buddy called. */
  readonly port: number | undefined;
  /** Resolves when the chat is over; nothing follows. */
  readonly closed: Promise<ChatEnd>;
  /**
   * Sends one line; line ends in it become spaces. Resolves when the network took it, with whether it was cut
   * at 16 KiB.
   *
   * @throws ClientError `chat.broken` when it was not sent; `chat.stalled` when the network did not take it within
   * the client's patience, for the buddy does not read: the chat is left then; `chat.full` beyond
   * 1,000 lines at once.
   */
  send(text: string): Promise<{ readonly cut: boolean }>;
  /** Leaves. What was sent may still arrive, for 5 s at most; resolves when the chat is over. */
  leave(): Promise<void>;
}

interface Unsent {
  resolve(sent: { readonly cut: boolean }): void;
  reject(error: ClientError): void;
}

/** The chat of a program over the actor that owns the connection. */
export class OpenChat implements Chat {
  readonly closed: Promise<ChatEnd>;
  readonly #actor: Address<ChatCommand>;
  readonly #patienceMs: number;
  readonly #messages = new Inbox<Message>(() => this.#readOn());
  readonly #unsent: Unsent[] = [];
  readonly #lost: string[] = [];
  #phase: 'open' | 'left' | 'closed' = 'open';
  #isPaused = false;
  #stallTimer: NodeJS.Timeout | undefined;
  #close: (end: ChatEnd) => void = () => {};

  constructor(
    readonly buddy: UserId | undefined,
    readonly address: string,
    readonly port: number | undefined,
    actor: Address<ChatCommand>,
    patienceMs: number,
  ) {
    this.#actor = actor;
    this.#patienceMs = patienceMs;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  /** True when another call may take its place. */
  get isOver(): boolean {
    return this.#phase !== 'open';
  }

  send(text: string): Promise<{ readonly cut: boolean }> {
    if (this.isOver) return Promise.reject(broken());
    if (this.#unsent.length >= MAX_UNSENT_MESSAGES) {
      return Promise.reject(new ClientError('chat.full', 'too many lines wait to be sent'));
    }
    return new Promise((resolve, reject) => {
      this.#unsent.push({ resolve, reject });
      if (this.#unsent.length === 1) this.#awaitNetwork();
      this.#actor.send({ type: 'message.send', text });
    });
  }

  async leave(): Promise<void> {
    if (this.#phase === 'open') {
      this.#phase = 'left';
      this.#messages.end();
      this.#actor.send({ type: 'chat.leave' });
    }
    await this.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#messages[Symbol.asyncIterator]();
  }

  /** Takes what the chat's actor has to report. */
  take(report: ChatReport): void {
    switch (report.type) {
      case 'message.received':
        this.#messages.push({ text: report.text, cut: report.cut });
        if (this.#messages.size < MAX_WAITING_MESSAGES || this.#isPaused) return;
        this.#isPaused = true;
        return this.#actor.send({ type: 'reading.pause' });
      case 'message.sent':
        return this.#nextUnsent()?.resolve({ cut: report.cut });
      case 'message.failed':
        return this.#nextUnsent()?.reject(broken());
      case 'message.lost':
        if (this.#lost.length < MAX_LOST_MESSAGES) this.#lost.push(report.text);
        return;
      case 'chat.closed':
        return this.end(report.reason);
    }
  }

  /** The chat is over, whatever its actor may still say. */
  end(reason?: string): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    clearTimeout(this.#stallTimer);
    this.#messages.end();
    for (const unsent of this.#unsent.splice(0)) unsent.reject(broken(reason));
    this.#close({ ...(reason !== undefined && { reason }), lost: this.#lost });
  }

  #nextUnsent(): Unsent | undefined {
    const unsent = this.#unsent.shift();
    this.#awaitNetwork();
    return unsent;
  }

  /** The first line that waits has the client's patience. */
  #awaitNetwork(): void {
    clearTimeout(this.#stallTimer);
    if (this.#unsent.length > 0) this.#stallTimer = setTimeout(() => this.#stall(), this.#patienceMs);
  }

  #stall(): void {
    const stalled = new ClientError('chat.stalled', 'your buddy does not read');
    for (const unsent of this.#unsent.splice(0)) unsent.reject(stalled);
    this.leave();
  }

  #readOn(): void {
    if (!this.#isPaused || this.isOver || this.#messages.size > MAX_WAITING_MESSAGES / 2) return;
    this.#isPaused = false;
    this.#actor.send({ type: 'reading.resume' });
  }
}

function broken(reason?: string): ClientError {
  return new ClientError(
    'chat.broken',
    reason === undefined ? 'the chat is closed' : `the chat broke: ${reason}`,
  );
}
