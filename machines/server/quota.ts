/**
 * How much of something each source may use: so much at once, then so much a second.
 *
 * A source is what one client surely has to itself: an IPv4 address, or the first 64 bits of an IPv6 address.
 * Of each source one number is kept: the time at which its whole budget is there again. From it follows what
 * is left now, so no timer runs. A source whose time has come needs no number, so the table forgets it.
 */

import { isLoopback, networkOf } from '../../protocol/address.js';

/** A budget: what may be used at once, and what comes back each second, in units of what is counted. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Bytes of answers to GET, unless another rate is asked for. A source can be forged. */
export const ANSWER_BYTES: Rate = { burst: 256 * 1024, perSecond: 64 * 1024 };

/** Bytes that wait for the network, while many wait: with the first answer a source has its share. */
export const QUEUE_SHARE: Rate = { burst: 64 * 1024, perSecond: 64 * 1024 };

/** REG requests, whatever becomes of them. */
export const REGISTRATIONS: Rate = { burst: 60, perSecond: 1 };

/** Most sources that are remembered; among more than that at a time, the earliest are forgotten. */
export const MAX_SOURCES = 65_536;

/** Times are monotonic, in milliseconds. */
export class Quota {
  readonly #burst: number;
  readonly #exemptsLoopback: boolean;
  readonly #msPerUnit: number;
  /** How long a budget that is used up takes to be whole again. */
  readonly #refillMs: number;
  /** When the budget of a source is whole again, by its network. */
  #recent = new Map<string, number>();
  /** The same of sources that used nothing since `#renewedMs`. */
  #earlier = new Map<string, number>();
  #renewedMs = Number.NEGATIVE_INFINITY;
  /** The address that was asked about last, and its source: most are asked about twice in a row. */
  #address = '';
  #source: string | undefined;

  /** @param exemptsLoopback Whether programs of this machine may use as much as they like. */
  constructor({ burst, perSecond }: Rate, exemptsLoopback: boolean) {
    this.#burst = burst;
    this.#exemptsLoopback = exemptsLoopback;
    this.#msPerUnit = 1_000 / perSecond;
    this.#refillMs = burst * this.#msPerUnit;
  }

  /**
   * Whether an address may use an amount now; nothing is used yet. A whole budget is enough for any amount.
   *
   * @param address An IP address as the system writes it.
   */
  allows(address: string, amount: number, nowMs: number): boolean {
    const source = this.#sourceOf(address);
    if (source === undefined) return true;
    const ownMs = Math.min(amount, this.#burst) * this.#msPerUnit;
    return this.#wholeAt(source, nowMs) - nowMs + ownMs <= this.#refillMs;
  }

  /** Uses an amount, whether it is allowed or not. */
  use(address: string, amount: number, nowMs: number): void {
    const source = this.#sourceOf(address);
    if (source === undefined) return;
    if (this.#recent.size >= MAX_SOURCES / 2 || nowMs - this.#renewedMs >= this.#refillMs) this.#renew(nowMs);
    this.#recent.set(source, this.#wholeAt(source, nowMs) + amount * this.#msPerUnit);
  }

  /** Uses an amount if it is allowed; returns whether it was. */
  tryUse(address: string, amount: number, nowMs: number): boolean {
    const isAllowed = this.allows(address, amount, nowMs);
    if (isAllowed) this.use(address, amount, nowMs);
    return isAllowed;
  }

  /** The source that an address belongs to; `undefined` for one that is exempt. */
  #sourceOf(address: string): string | undefined {
    if (address !== this.#address) {
      this.#address = address;
      this.#source = this.#exemptsLoopback && isLoopback(address) ? undefined : networkOf(address);
    }
    return this.#source;
  }

  #wholeAt(source: string, nowMs: number): number {
    return Math.max(this.#recent.get(source) ?? this.#earlier.get(source) ?? 0, nowMs);
  }

  /** Forgets sources that used nothing for as long as a budget takes to be whole again. */
  #renew(nowMs: number): void {
    this.#earlier = this.#recent;
    this.#recent = new Map();
    this.#renewedMs = nowMs;
  }
}
