/**
 * Tracks the lines of a chat on their way to the buddy: lines that the network has not taken, lines that the
 * network took but the buddy's machine has not confirmed, and confirmed lines that the buddy may not have
 * read. Also notices a connection that is dead although neither side closed it.
 *
 * While everything is confirmed, the kernel probes the other side (keep-alive) and fails the socket when the
 * probes stay unanswered. While anything is unconfirmed, the kernel only retransmits, for up to a quarter of
 * an hour. Therefore this file reads the kernel's table of connections, to see whether anything is being
 * confirmed. Only Linux has this table. On other systems, a dead connection is noticed only while everything
 * is confirmed, or when the kernel gives up. At the end of a chat on such a system, everything that the
 * network took counts as confirmed.
 */

import type { Socket } from 'node:net';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import { lookUp } from './connection-table.js';

/**
 * Quiet time before the kernel probes the other side, in milliseconds. The kernel probes up to ten times, 1 s
 * apart.
 */
const KEEP_ALIVE_MS = 10_000;

/** Time between two looks at the table, in milliseconds: during the chat, and after `finish`. */
const LOOK_MS = 2_000;
const LAST_LOOK_MS = 50;

/**
 * The minimum number of looks at the table within `patienceMs`. With fewer looks, a buddy who reads slowly
 * could not be distinguished from a buddy who does not read.
 */
const LOOKS_IN_PATIENCE = 4;

/**
 * A connection counts as dead when the kernel retransmitted or probed for this long without any confirmation,
 * in milliseconds.
 */
const DEAD_AFTER_MS = 22_000;

/**
 * The maximum number of bytes of unanswered lines that are remembered, including the memory overhead of each
 * line. This is more than the kernels of both sides hold by default. Older lines count as arrived.
 */
const MAX_REMEMBERED_BYTES = 16 * 1024 * 1024;
const LINE_COST_BYTES = 64;

/** While the socket's own buffer has at least this many bytes, no further line is written to the socket. */
const MAX_UNTAKEN_BYTES = 64 * 1024;

/** A line that the network has not taken. */
interface Waiting {
  readonly text: string | undefined;
  readonly bytes: Uint8Array;
  readonly onSent: () => void;
}

/** A line that the network took. */
interface Written {
  readonly text: string | undefined;
  /** The number of bytes written to the socket up to the end of this line. */
  readonly end: number;
  readonly cost: number;
}

/** Each of these functions, except `onProgress`, is called at most once. */
export interface DeliveryListener {
  /** Before `finish`: the buddy's machine has confirmed more bytes since the last look. */
  onProgress(): void;
  /** The buddy's machine has stopped confirming. */
  onDead(): void;
  /** After `finish`: all written bytes are confirmed. */
  onConfirmed(): void;
  /** After `finish`: no more bytes were confirmed for `patienceMs`. */
  onStalled(): void;
  /** After `finish`: the other end reset the connection. It may have closed its sending side before. */
  onReset(): void;
}

type Scope = Pick<BehaviourScope, 'now' | 'callLater' | 'cancel'>;

export class Delivery {
  readonly #socket: Socket;
  readonly #scope: Scope;
  readonly #patienceMs: number;
  readonly #listener: DeliveryListener;
  /** Lines that the network has not taken yet. The socket has the first {@link #writing} of them. */
  readonly #waiting: Waiting[] = [];
  #writing = 0;
  /** Lines that the network took and the buddy may not have read. Lines before {@link #first} are dropped. */
  #taken: Written[] = [];
  #first = 0;
  #takenCost = 0;
  /**
   * How many bytes the network had taken when the buddy last sent something. The buddy has most likely read
   * these bytes.
   */
  #answered = 0;
  /** The number of bytes that were confirmed at the last look. */
  #confirmed = 0;
  /** The time since which the kernel has retransmitted or probed without any new confirmation. */
  #silentSinceMs: number | undefined;
  /**
   * The time at which the chat was left, or the time of the last confirmation after that; `undefined` before
   * the chat is left.
   */
  #progressAtMs: number | undefined;
  /** True when the connection was not in the table at the last look. */
  #isMissed = false;
  #timer: Timer | undefined;

  /** @param patienceMs How long `finish` waits for the next confirmation, in milliseconds. */
  constructor(socket: Socket, scope: Scope, patienceMs: number, listener: DeliveryListener) {
    this.#socket = socket;
    this.#scope = scope;
    this.#patienceMs = patienceMs;
    this.#listener = listener;
  }

  /**
   * Writes a line after all earlier ones. Calls `onSent` when the network has taken it. A line without a text
   * is never reported as lost.
   */
  write(text: string | undefined, bytes: Uint8Array, onSent: () => void): void {
    this.#waiting.push({ text, bytes, onSent });
    this.#writeOn();
  }

  /** Hands all waiting lines to the socket at once, because the socket is about to be closed. */
  flush(): void {
    this.#writeOn(Number.POSITIVE_INFINITY);
  }

  /** Starts to watch for a dead connection, and for progress. */
  watch(): void {
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#lookLater(LOOK_MS);
  }

  /** True if the buddy may have unread lines, because it has sent nothing since our last line. */
  get hasUnread(): boolean {
    return (this.#taken.at(-1)?.end ?? 0) > this.#answered;
  }

  /**
   * Call this when the chat is left. Waiting lines are still written. The listener is then called once, with
   * the result.
   */
  finish(): void {
    this.#scope.cancel(this.#timer);
    this.#progressAtMs = this.#scope.now();
    // Look later, because the listener must not be called from within this call.
    this.#lookLater(0);
  }

  /** Returns the lines that the network has not taken, and forgets them. */
  drainUnsentLines(): string[] {
    this.#writing = 0;
    return this.#waiting.splice(0).flatMap(({ text }) => text ?? []);
  }

  /** Records that the buddy sent something, so it has most likely read what was written before. */
  recordAnswer(): void {
    this.#answered = this.#written;
  }

  /**
   * Returns and forgets the lines that the network took and that may not have arrived. Call this when the
   * connection is over. If the table still has the connection, these are the lines that are not confirmed
   * now. Otherwise, they are the lines that were not confirmed at the last look. After a reset, the result
   * includes all lines since the buddy last sent something: a machine confirms lines that its program never
   * reads, and resets the connection when the program closes with unread lines.
   */
  drainLostLines({ isReset }: { readonly isReset: boolean }): string[] {
    const found = lookUp(this.#socket);
    if (typeof found === 'object') this.#confirmed = this.#written - found.bytes;
    const arrived = isReset ? Math.min(this.#answered, this.#confirmed) : this.#confirmed;
    const lost = this.#taken.slice(this.#first).filter(({ end }) => end > arrived);
    this.#taken = [];
    this.#takenCost = 0;
    this.#first = 0;
    return lost.flatMap(({ text }) => text ?? []);
  }

  release(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
  }

  /** The number of bytes that the network has taken. */
  get #written(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /**
   * Hands waiting lines to the socket, a few at a time. If Node.js got many lines together, it would report
   * them as taken only when the network has taken the last one. A buddy who reads slowly would then look like
   * a buddy who does not read.
   */
  #writeOn(limitBytes = MAX_UNTAKEN_BYTES): void {
    for (let line = this.#waiting[this.#writing]; line !== undefined; line = this.#waiting[this.#writing]) {
      if (this.#writing > 0 && this.#socket.writableLength >= limitBytes) return;
      this.#writing += 1;
      const { text, bytes, onSent } = line;
      const written = {
        text,
        end: this.#socket.bytesWritten + bytes.length,
        cost: bytes.length + LINE_COST_BYTES,
      };
      this.#socket.write(bytes, (error) => {
        // A destroyed socket may call back without an error, although it did not write the line.
        if (error || this.#socket.destroyed || this.#waiting[0] !== line) return;
        this.#waiting.shift();
        this.#writing -= 1;
        this.#remember(written);
        onSent();
        this.#writeOn();
      });
    }
  }

  #remember(line: Written): void {
    this.#taken.push(line);
    this.#takenCost += line.cost;
    while (this.#takenCost > MAX_REMEMBERED_BYTES) this.#forgetFirst();
  }

  /** Forgets the lines that will count as arrived, no matter how the connection ends. */
  #forgetArrived(): void {
    const arrived = Math.min(this.#answered, this.#confirmed);
    while ((this.#taken[this.#first]?.end ?? Number.POSITIVE_INFINITY) <= arrived) this.#forgetFirst();
    this.#taken = this.#taken.slice(this.#first);
    this.#first = 0;
  }

  #forgetFirst(): void {
    this.#takenCost -= this.#taken[this.#first]?.cost ?? 0;
    this.#first += 1;
  }

  #lookLater(delayMs: number): void {
    this.#timer = this.#scope.callLater(() => this.#look(), delayMs);
  }

  #look(): void {
    const isLeft = this.#progressAtMs !== undefined;
    this.#lookLater(isLeft ? LAST_LOOK_MS : Math.min(LOOK_MS, this.#patienceMs / LOOKS_IN_PATIENCE));
    // While everything is confirmed, the kernel's keep-alive is enough.
    if (!isLeft && this.#waiting.length === 0 && this.#confirmed === this.#socket.bytesWritten) return;
    const written = this.#written;
    const found = lookUp(this.#socket);
    if (found === 'unknown') {
      this.#update(isLeft ? written : Math.max(this.#answered, this.#confirmed), false);
    } else if (found !== 'missing') {
      this.#update(written - found.bytes, found.isRepeated);
    }
    const verdict = this.#verdict(found === 'missing');
    this.#isMissed = found === 'missing';
    if (verdict === undefined) return;
    this.release();
    this.#listener[verdict]();
  }

  /** Updates the confirmed bytes, and whether the kernel's retransmissions are unanswered. */
  #update(confirmed: number, isRepeated: boolean): void {
    const isProgress = confirmed > this.#confirmed;
    this.#confirmed = confirmed;
    this.#forgetArrived();
    if (isProgress || !isRepeated) this.#silentSinceMs = undefined;
    else this.#silentSinceMs ??= this.#scope.now();
    if (!isProgress) return;
    if (this.#progressAtMs === undefined) this.#listener.onProgress();
    else this.#progressAtMs = this.#scope.now();
  }

  /**
   * What to report, if anything. The connection counts as reset only if two looks in a row do not find it: a
   * table that changes while it is read may lack the connection once.
   */
  #verdict(isMissed: boolean): Exclude<keyof DeliveryListener, 'onProgress'> | undefined {
    const now = this.#scope.now();
    if (this.#silentSinceMs !== undefined && now - this.#silentSinceMs >= DEAD_AFTER_MS) return 'onDead';
    if (this.#progressAtMs === undefined) return undefined;
    if (isMissed && this.#isMissed) return 'onReset';
    if (this.#waiting.length === 0 && this.#confirmed === this.#socket.bytesWritten) return 'onConfirmed';
    return now - this.#progressAtMs >= this.#patienceMs ? 'onStalled' : undefined;
  }
}
