/**
 * A rate limit for each source: a burst at once, then a fixed amount per second.
 *
 * A source stands for one client: it is an IPv4 address, or the first 64 bits of an IPv6 address. The table
 * stores one number per source: the time at which its budget is full again. The remaining budget follows from
 * that time, so no timer is needed. A source whose budget is full needs no entry.
 */

import { isLoopback, networkOf } from '../../protocol/address.js';

/** A budget: the amount that may be used at once, and the amount that is refilled per second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Default for the bytes of answers to GET. The limit protects machines whose address a sender has forged. */
export const ANSWER_BYTES: Rate = { burst: 256 * 1024, perSecond: 64 * 1024 };

/**
 * The bytes of answers to one source that may be added to the send queue while the queue is long. The first
 * answer to a source is always allowed.
 */
export const QUEUE_SHARE: Rate = { burst: 64 * 1024, perSecond: 64 * 1024 };

/** Default for REG and REM requests, whether they succeed or not. */
export const REGISTRATIONS: Rate = { burst: 60, perSecond: 1 };

/** Default for ADD, DEL and LOG requests, whether they succeed or not. */
export const CHANGES: Rate = { burst: 2_000, perSecond: 100 };

/**
 * Default for received datagrams. For comparison: if 200 clients at one address each send a SET every second
 * and a GET every 10 s, the server receives 220 datagrams a second from this address.
 */
export const DATAGRAMS: Rate = { burst: 5_000, perSecond: 1_000 };

/**
 * The maximum number of sources in the table. Beyond it, the least recently used sources are forgotten.
 */
export const MAX_SOURCES = 65_536;

/** Times are monotonic, in milliseconds. */
export class Quota {
  readonly #exemptsLoopback: boolean;
  #burst = 0;
  #msPerUnit = 0;
  /** How long an empty budget takes to be full again. */
  #refillMs = 0;
  /** When the budget of each source is full again. */
  #recent = new Map<string, number>();
  /** The entries of `#recent` before the last rotation. Used for sources that are not in `#recent`. */
  #earlier = new Map<string, number>();
  #rotatedMs = Number.NEGATIVE_INFINITY;
  /** The last address and its source, cached because most addresses are checked twice in a row. */
  #address = '';
  #source: string | undefined;

  /** @param exemptsLoopback True to exempt loopback addresses from the limit. */
  constructor(rate: Rate, exemptsLoopback: boolean) {
    this.#exemptsLoopback = exemptsLoopback;
    this.change(rate);
  }

  /** Changes the rate. A different rate makes all budgets full again. */
  change({ burst, perSecond }: Rate): void {
    const msPerUnit = 1_000 / perSecond;
    if (burst === this.#burst && msPerUnit === this.#msPerUnit) return;
    this.#recent.clear();
    this.#earlier.clear();
    this.#burst = burst;
    this.#msPerUnit = msPerUnit;
    this.#refillMs = burst * this.#msPerUnit;
  }

  /**
   * Whether an address may use an amount now. Does not use it. A full budget allows any amount.
   *
   * @param address An IP address as the operating system writes it.
   */
  allows(address: string, amount: number, nowMs: number): boolean {
    const source = this.#sourceOf(address);
    if (source === undefined) return true;
    const ownMs = Math.min(amount, this.#burst) * this.#msPerUnit;
    return this.#fullAt(source, nowMs) - nowMs + ownMs <= this.#refillMs;
  }

  /** Uses an amount, whether it is allowed or not. */
  use(address: string, amount: number, nowMs: number): void {
    const source = this.#sourceOf(address);
    if (source === undefined) return;
    if (this.#recent.size >= MAX_SOURCES / 2 || nowMs - this.#rotatedMs >= this.#refillMs)
      this.#rotate(nowMs);
    this.#recent.set(source, this.#fullAt(source, nowMs) + amount * this.#msPerUnit);
  }

  /** Uses an amount if it is allowed. Returns whether it was allowed. */
  tryUse(address: string, amount: number, nowMs: number): boolean {
    const isAllowed = this.allows(address, amount, nowMs);
    if (isAllowed) this.use(address, amount, nowMs);
    return isAllowed;
  }

  /** The source of an address, or `undefined` if the address is exempt. */
  #sourceOf(address: string): string | undefined {
    if (address !== this.#address) {
      this.#address = address;
      this.#source = this.#exemptsLoopback && isLoopback(address) ? undefined : networkOf(address);
    }
    return this.#source;
  }

  #fullAt(source: string, nowMs: number): number {
    return Math.max(this.#recent.get(source) ?? this.#earlier.get(source) ?? 0, nowMs);
  }

  /** Drops the sources that have used nothing since the last rotation. */
  #rotate(nowMs: number): void {
    this.#earlier = this.#recent;
    this.#recent = new Map();
    this.#rotatedMs = nowMs;
  }
}
