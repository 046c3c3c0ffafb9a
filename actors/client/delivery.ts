/**
 * What became of the lines of a chat: which the network has not taken yet, which it took but the buddy's
 * machine has not confirmed, and which that machine confirmed before the buddy said anything more. Also
 * notices a dead connection that neither side closed.
 *
 * While nothing is under way the kernel asks the other side now and then whether it is there (keep-alive),
 * and fails the socket when it is not. While something is, it only sends it again, for a quarter of an hour:
 * so the table of connections is looked at for whether anything is being confirmed. Only Linux has that
 * table. Elsewhere a dead connection is noticed as soon as nothing is under way, or as the kernel decides,
 * and what the network took counts as confirmed when the chat is left.
 */

import type { Socket } from 'node:net';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import { lookUp } from './connection-table.js';

/**
 * How long a connection is quiet before the kernel asks, in milliseconds; unanswered, it asks ten times more,
 * a second apart.
 */
const KEEP_ALIVE_MS = 10_000;

/** How often it is looked at whether lines are confirmed, in milliseconds: during the chat, and at its end. */
const LOOK_MS = 2_000;
const LAST_LOOK_MS = 50;

/** How often it is looked at least while the user is patient. */
const LOOKS_IN_PATIENCE = 4;

/**
 * How long nothing is confirmed, although the kernel asks again and again, before a connection counts as
 * dead, in milliseconds.
 */
const DEAD_AFTER_MS = 22_000;

/**
 * Most bytes of lines remembered that the buddy has not answered, each line with its cost of memory: more
 * than the kernels of both sides hold by default. Lines before those are taken to have arrived.
 */
const MAX_REMEMBERED_BYTES = 16 * 1024 * 1024;
const LINE_COST_BYTES = 64;

/** Most bytes that the socket is given before the network has taken them, but for one line. */
const MAX_UNTAKEN_BYTES = 64 * 1024;

/** A line that the network has not taken. */
interface Waiting {
  readonly text: string | undefined;
  readonly bytes: Uint8Array;
  readonly onSent: () => void;
}

/** A line that it took, and how many bytes had been written to the socket with it. */
interface Written {
  readonly text: string | undefined;
  readonly end: number;
  readonly cost: number;
}

/** What is noticed; each is called once at most, but for `onProgress`. */
export interface DeliveryListener {
  /** Before `finish`: the other end's machine has confirmed more than at the last look. */
  onProgress(): void;
  /** The other end's machine confirms nothing any more. */
  onDead(): void;
  /** After `finish`: all that was written is confirmed. */
  onConfirmed(): void;
  /** After `finish`: nothing more was confirmed within the patience. */
  onStalled(): void;
  /** After `finish`: the other end cut the connection, which its socket does not say after the end of input. */
  onReset(): void;
}

type Scope = Pick<BehaviourScope, 'now' | 'callLater' | 'cancel'>;

export class Delivery {
  readonly #socket: Socket;
  readonly #scope: Scope;
  readonly #patienceMs: number;
  readonly #listener: DeliveryListener;
  /** Not taken by the network yet. The first {@link #writing} of them have been written to the socket. */
  readonly #waiting: Waiting[] = [];
  #writing = 0;
  /** Taken, and not known to have been read; those before {@link #first} have been dropped. */
  #taken: Written[] = [];
  #first = 0;
  #takenCost = 0;
  /** How many bytes the network had when the buddy last said something: most likely it had read them. */
  #answered = 0;
  /** How many bytes were confirmed at the last look. */
  #confirmed = 0;
  /** Since when no more have been although the kernel asks. */
  #silentSinceMs: number | undefined;
  /** Once the chat was left: when the last were confirmed, or when it was left. */
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
   * Writes a line after those before it; `onSent` is called when the network has taken it. A line without a text is
   * not named when it is lost.
   */
  write(text: string | undefined, bytes: Uint8Array, onSent: () => void): void {
    this.#waiting.push({ text, bytes, onSent });
    this.#writeOn();
  }

  /** Writes all lines that wait, for nothing else will be written. */
  flush(): void {
    this.#writeOn(Number.POSITIVE_INFINITY);
  }

  /** From now on a dead connection is noticed. */
  watch(): void {
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#lookLater(LOOK_MS);
  }

  /** True when the buddy may not have read all lines: it has said nothing since the last one. */
  get hasUnread(): boolean {
    return (this.#taken.at(-1)?.end ?? 0) > this.#answered;
  }

  /** Nothing more is written: tells when all of it is confirmed, or that it will not be. */
  finish(): void {
    this.#scope.cancel(this.#timer);
    this.#progressAtMs = this.#scope.now();
    // In an event of its own, as every later look: the listener must not be called from within this call.
    this.#lookLater(0);
  }

  /** Lines that the network had not taken; none of them twice. */
  drainUnsentLines(): string[] {
    return this.#waiting.splice(0).flatMap(({ text }) => text ?? []);
  }

  /** The buddy said something: what was written before was most likely read. */
  recordAnswer(): void {
    this.#answered = this.#written;
  }

  /**
   * Lines that it had taken and that may not have arrived, now that the connection is over: those not
   * confirmed now, or when last looked at if the connection is gone. When it was reset, also those confirmed since the buddy last said
   * something: a machine confirms what its program never reads, and resets a connection when something was
   * left unread.
   */
  drainLostLines({ isReset }: { readonly isReset: boolean }): string[] {
    const found = lookUp(this.#socket);
    if (typeof found === 'object') this.#confirmed = this.#written - found.bytes;
    const arrived = isReset ? Math.min(this.#answered, this.#confirmed) : this.#confirmed;
    const lost = this.#taken.slice(this.#first).filter(({ end }) => end > arrived);
    this.#taken = [];
    this.#first = 0;
    return lost.flatMap(({ text }) => text ?? []);
  }

  release(): void {
    this.#scope.cancel(this.#timer);
    this.#timer = undefined;
  }

  /** How many bytes the network has taken. */
  get #written(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /**
   * Node.js counts what it was given at once as written when all of it is. So it is given little at a time: else a
   * buddy who reads slowly could not be told from one who does not read.
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
        // What a socket had not written when it was destroyed may be called back without an error.
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

  /** Forgets lines that arrived, however the connection ends. */
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
    // Nothing is under way: the kernel watches.
    if (!isLeft && this.#waiting.length === 0 && this.#confirmed === this.#socket.bytesWritten) return;
    const written = this.#written;
    const found = lookUp(this.#socket);
    if (found === 'unknown') {
      this.#take(isLeft ? written : Math.max(this.#answered, this.#confirmed), false);
    } else if (found !== 'missing') {
      this.#take(written - found.bytes, found.isRepeated);
    }
    const verdict = this.#verdict(found === 'missing');
    this.#isMissed = found === 'missing';
    if (verdict === undefined) return;
    this.release();
    this.#listener[verdict]();
  }

  /** Takes how many bytes are confirmed, and whether the kernel asks for more in vain. */
  #take(confirmed: number, isRepeated: boolean): void {
    const isProgress = confirmed > this.#confirmed;
    this.#confirmed = confirmed;
    this.#forgetArrived();
    if (isProgress || !isRepeated) this.#silentSinceMs = undefined;
    else this.#silentSinceMs ??= this.#scope.now();
    if (!isProgress) return;
    if (this.#progressAtMs === undefined) this.#listener.onProgress();
    else this.#progressAtMs = this.#scope.now();
  }

  /** What there is to tell. A table that changes while it is read may lack a connection once. */
  #verdict(isMissed: boolean): Exclude<keyof DeliveryListener, 'onProgress'> | undefined {
    const now = this.#scope.now();
    if (this.#silentSinceMs !== undefined && now - this.#silentSinceMs >= DEAD_AFTER_MS) return 'onDead';
    if (this.#progressAtMs === undefined) return undefined;
    if (isMissed && this.#isMissed) return 'onReset';
    if (this.#waiting.length === 0 && this.#confirmed === this.#socket.bytesWritten) return 'onConfirmed';
    return now - this.#progressAtMs >= this.#patienceMs ? 'onStalled' : undefined;
  }
}
