/**
 * Limits how many TLS handshakes the server makes. A handshake costs as much as ten requests in clear.
 *
 * Each source (an address or a network) has a budget, and all sources share a common budget. The number of
 * unfinished handshakes is limited too. Half of each common limit is reserved for users' sources. These are
 * the sources from which a registered device connected within the last day. Other sources therefore cannot
 * stop logins from users' sources. A restarted server knows no users' sources yet. A handshake beyond a limit
 * gets no answer at all.
 */

import { isLoopback, networkOf } from '../../protocol/address.js';
import type { UserId } from '../../protocol/id.js';
import { Quota, type Rate } from './quota.js';

/**
 * How long a source counts as a users' source after a registered device connected from it, in milliseconds.
 */
const USERS_SOURCE_MS = 24 * 60 * 60_000;

/**
 * The maximum number of sources that count as users' sources. Beyond the limit, the source from which no
 * registered device has connected for the longest time no longer counts.
 */
const MAX_USERS_SOURCES = 65_536;

/** The shortest time between two refunds for one id, in milliseconds. */
const REFUND_MS = 5_000;

/** The maximum number of ids whose last refund is remembered. */
const MAX_REFUNDS = 65_536;

/** The key of the common budget in its quota. */
const ALL = 'all';

export interface HandshakeLimits {
  /** Handshakes of one source. */
  readonly perAddress: Rate;
  /** Handshakes of all sources. */
  readonly inAll: Rate;
  /** The maximum number of unfinished handshakes of all sources together. */
  readonly unfinished: number;
  /** The maximum number of unfinished handshakes of one source. */
  readonly unfinishedPerAddress: number;
}

export const HANDSHAKE_LIMITS: HandshakeLimits = {
  perAddress: { burst: 20, perSecond: 1 },
  inAll: { burst: 200, perSecond: 100 },
  unfinished: 256,
  unfinishedPerAddress: 8,
};

/** The limits of a handshake, by the names under which their refusals are counted. */
export type HandshakeLimit =
  | 'handshakes'
  | 'handshakes-per-address'
  | 'unfinished-handshakes'
  | 'unfinished-handshakes-per-address';

/** Times are monotonic, in milliseconds. Addresses are written as the operating system writes them. */
export class HandshakeBudget {
  #limits: HandshakeLimits;
  readonly #exemptsLoopback: boolean;
  readonly #perAddress: Quota;
  readonly #inAll: Quota;
  #unfinished = 0;
  readonly #unfinishedBySource = new Map<string, number>();
  /** When a registered device last connected from each source, oldest first. */
  readonly #users = new Map<string, number>();
  /** When a handshake was last refunded for each id, oldest first. */
  readonly #refunds = new Map<UserId, number>();

  /** @param exemptsLoopback True to exempt loopback addresses from the limits. */
  constructor(limits: HandshakeLimits, exemptsLoopback: boolean) {
    this.#limits = limits;
    this.#exemptsLoopback = exemptsLoopback;
    this.#perAddress = new Quota(limits.perAddress, exemptsLoopback);
    this.#inAll = new Quota(limits.inAll, false);
  }

  /** Changes the limits. Handshakes in progress are not affected. */
  change(limits: HandshakeLimits): void {
    this.#limits = limits;
    this.#perAddress.change(limits.perAddress);
    this.#inAll.change(limits.inAll);
  }

  /**
   * Begins a handshake if it is within all limits. Once the handshake has ended, the caller must call
   * {@link finish}.
   *
   * @returns The limit that refuses the handshake; `undefined` if the handshake was begun.
   */
  begin(address: string, nowMs: number): HandshakeLimit | undefined {
    if (this.#isExempt(address)) return undefined;
    const source = networkOf(address);
    const unfinished = this.#unfinishedBySource.get(source) ?? 0;
    const { inAll } = this.#limits;
    const isUsers = this.#isUsers(source, nowMs);
    // Only users' sources get the second half of a common limit.
    const places = isUsers ? this.#limits.unfinished : Math.ceil(this.#limits.unfinished / 2);
    const needed = isUsers ? 1 : inAll.burst / 2 + 1;
    // Check a source's own limit before the common limit of the same kind, so that the refusals of a source
    // that is over its own limit do not make the server look full.
    if (unfinished >= this.#limits.unfinishedPerAddress) return 'unfinished-handshakes-per-address';
    if (this.#unfinished >= places) return 'unfinished-handshakes';
    if (!this.#perAddress.allows(address, 1, nowMs)) return 'handshakes-per-address';
    if (!this.#inAll.allows(ALL, needed, nowMs)) return 'handshakes';
    this.#perAddress.use(address, 1, nowMs);
    this.#inAll.use(ALL, 1, nowMs);
    this.#unfinished += 1;
    this.#unfinishedBySource.set(source, unfinished + 1);
    return undefined;
  }

  /** Ends a handshake that was begun, whether it succeeded or not. */
  finish(address: string): void {
    if (this.#isExempt(address)) return;
    const source = networkOf(address);
    const unfinished = (this.#unfinishedBySource.get(source) ?? 0) - 1;
    this.#unfinished -= 1;
    if (unfinished > 0) this.#unfinishedBySource.set(source, unfinished);
    else this.#unfinishedBySource.delete(source);
  }

  /**
   * Records that a registered device of an id connected from an address. The handshake is refunded to the
   * source of the address, at most once in {@link REFUND_MS} for each id.
   */
  recordUser(address: string, id: UserId, nowMs: number): void {
    if (this.#isExempt(address)) return;
    putLast(this.#users, networkOf(address), nowMs, MAX_USERS_SOURCES);
    if (nowMs - (this.#refunds.get(id) ?? Number.NEGATIVE_INFINITY) < REFUND_MS) return;
    putLast(this.#refunds, id, nowMs, MAX_REFUNDS);
    this.#perAddress.use(address, -1, nowMs);
  }

  #isExempt(address: string): boolean {
    return this.#exemptsLoopback && isLoopback(address);
  }

  #isUsers(source: string, nowMs: number): boolean {
    return nowMs - (this.#users.get(source) ?? Number.NEGATIVE_INFINITY) < USERS_SOURCE_MS;
  }
}

/** Sets an entry and makes it the last one. Deletes the first one if there are too many. */
function putLast<TKey>(map: Map<TKey, number>, key: TKey, value: number, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const [first] = map.keys();
  if (map.size > limit) map.delete(first as TKey);
}
