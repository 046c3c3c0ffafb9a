/**
 * What became of the lines of a chat: which the network has not taken yet, and which it took but the buddy's
 * machine has not confirmed. Tells, too, when a connection is dead though nobody closed it.
 *
 * While nothing is under way the kernel asks the other side now and then whether it is there (keep-alive),
 * and fails the socket when it is not. While something is, it only sends it again, for a quarter of an hour:
 * so the table of connections is looked at for whether anything is being confirmed. Only Linux has that
 * table; elsewhere a dead connection is noticed as soon as nothing is under way, or as the kernel decides.
 */

import type { Socket } from 'node:net';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import { type Unconfirmed, unconfirmedOf } from './connection-table.js';

/**
 * How long a connection is quiet before the kernel asks, in milliseconds; unanswered, it asks ten times more,
 * a second apart.
 */
const KEEP_ALIVE_MS = 10_000;

/** How often it is looked at whether lines are confirmed, in milliseconds. */
const LOOK_MS = 2_000;

/**
 * How long nothing is confirmed, although the kernel asks again and again, before a connection counts as
 * dead, in milliseconds.
 */
const DEAD_AFTER_MS = 22_000;

/** Most lines remembered that are not confirmed, or not answered: those before are taken to have arrived. */
const MAX_UNCONFIRMED_LINES = 1_000;

/** A line, and how many bytes had been written to the socket with it. */
interface Written {
  readonly text: string;
  readonly end: number;
}

export class Delivery {
  readonly #socket: Socket;
  readonly #scope: Pick<BehaviourScope, 'now' | 'callLater' | 'cancel'>;
  readonly #onDead: () => void;
  /** Not taken by the network yet. */
  readonly #waiting: Written[] = [];
  /** Taken, and not confirmed as far as is known. */
  #unconfirmed: Written[] = [];
  /** Taken since the buddy last said something. */
  #unread: Written[] = [];
  #timer: Timer | undefined;
  /**
   * How many bytes were confirmed at the last look, and since when no more have been although the kernel
   * asks.
   */
  #confirmed = 0;
  #silentSinceMs: number | undefined;

  /** @param onDead Told once, when nobody at the other end confirms anything any more. */
  constructor(
    socket: Socket,
    scope: Pick<BehaviourScope, 'now' | 'callLater' | 'cancel'>,
    onDead: () => void,
  ) {
    this.#socket = socket;
    this.#scope = scope;
    this.#onDead = onDead;
  }

  /** Writes a line; `onSent` is called when the network has taken it. */
  write(text: string, bytes: Uint8Array, onSent: () => void): void {
    const line = { text, end: this.#socket.bytesWritten + bytes.length };
    this.#waiting.push(line);
    this.#socket.write(bytes, (error) => {
      // What a socket had not written when it was destroyed may be called back without an error.
      if (error || this.#socket.destroyed || this.#waiting[0] !== line) return;
      this.#waiting.shift();
      this.#unconfirmed.push(line);
      if (this.#unconfirmed.length > MAX_UNCONFIRMED_LINES) this.#unconfirmed.shift();
      this.#unread.push(line);
      if (this.#unread.length > MAX_UNCONFIRMED_LINES) this.#unread.shift();
      onSent();
    });
  }

  /** From now on a dead connection is noticed. */
  watch(): void {
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#timer = this.#scope.callLater(() => this.#look(), LOOK_MS);
  }

  /** Lines that the network had not taken; none of them twice. */
  takeWaiting(): string[] {
    return this.#waiting.splice(0).map(({ text }) => text);
  }

  /** The buddy said something: what was written before was most likely read. */
  heard(): void {
    this.#unread = [];
  }

  /**
   * Lines that it had taken and that may not have arrived, now that the connection broke: those not confirmed
   * when last looked at. When it was reset, also those confirmed since the buddy last said something: a
   * machine confirms what nobody ever reads, and resets a connection when something was left unread.
   */
  takeLost({ isReset }: { readonly isReset: boolean }): string[] {
    const unread = isReset ? this.#unread : [];
    const lost = [...unread, ...this.#unconfirmed.filter((line) => !unread.includes(line))];
    this.#unread = [];
    this.#unconfirmed = [];
    return lost.map(({ text }) => text);
  }

  release(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = this.#scope.callLater(() => this.#look(), LOOK_MS);
    // Nothing is under way: the kernel watches.
    if (this.#unconfirmed.length + this.#waiting.length === 0) return;
    const unconfirmed = unconfirmedOf(this.#socket);
    if (unconfirmed !== undefined) this.#judge(unconfirmed);
  }

  #judge({ bytes, isRepeated }: Unconfirmed): void {
    const confirmed = this.#socket.bytesWritten - this.#socket.writableLength - bytes;
    const isProgress = confirmed > this.#confirmed;
    this.#confirmed = confirmed;
    this.#unconfirmed = this.#unconfirmed.filter(({ end }) => end > confirmed);
    if (isProgress || !isRepeated) {
      this.#silentSinceMs = undefined;
      return;
    }
    this.#silentSinceMs ??= this.#scope.now();
    if (this.#scope.now() - this.#silentSinceMs >= DEAD_AFTER_MS) this.#onDead();
  }
}
