/**
 * The bans that the operator has made, and which of them applies to an id or an address.
 */

import { parseId, type UserId } from '../../protocol/id.js';
import { parseNetwork } from '../../protocol/network.js';
import { type Ban, type BanTarget, MAX_BANS } from '../store.js';
import { NetworkIndex } from './network-index.js';

/**
 * Parses the target of a ban: an id, or an IP address or network such as `192.0.2.0/24`, in lower case.
 * Returns `undefined` for anything else.
 */
export function parseBanTarget(kind: string | undefined, name: string | undefined): BanTarget | undefined {
  if (kind === 'id') {
    const id = parseId(name);
    return id === name && id !== undefined ? { kind, name: id } : undefined;
  }
  if (kind !== 'address' || name === undefined || name !== name.toLowerCase()) return undefined;
  return parseNetwork(name) && { kind, name };
}

export class BanTable {
  readonly #ids = new Map<string, Ban>();
  readonly #addresses = new Map<string, Ban>();
  readonly #networks = new NetworkIndex<Ban>();

  get size(): number {
    return this.#ids.size + this.#addresses.size;
  }

  get isFull(): boolean {
    return this.size >= MAX_BANS;
  }

  get hasIds(): boolean {
    return this.#ids.size > 0;
  }

  get(target: BanTarget): Ban | undefined {
    return this.#bansOf(target).get(target.name);
  }

  /** Sets the ban of a target, or removes it. */
  set(target: BanTarget, ban: Ban | undefined): void {
    const { kind, name } = target;
    if (ban === undefined) this.#bansOf(target).delete(name);
    else this.#bansOf(target).set(name, ban);
    if (kind === 'id') return;
    if (ban === undefined) this.#networks.delete(name);
    else this.#networks.set(ban);
  }

  /** The ban that is in force for an id. Times are Unix times in milliseconds. */
  ofId(id: UserId, nowMs: number): Ban | undefined {
    if (!this.hasIds) return undefined;
    const ban = this.#ids.get(id);
    return ban !== undefined && isInForce(ban, nowMs) ? ban : undefined;
  }

  /**
   * The ban that is in force for an address, or for a network that contains the address. If several bans are
   * in force, the one that ends last.
   *
   * @param address As the operating system writes it, or an IPv4 address as `packIpv4` returns it.
   */
  ofAddress(address: string | number, nowMs: number): Ban | undefined {
    let last: Ban | undefined;
    for (const ban of this.#networks.find(address)) {
      if (isInForce(ban, nowMs) && (last === undefined || endOf(ban) > endOf(last))) last = ban;
    }
    return last;
  }

  /** The targets of at most `limit` bans that have ended. */
  ended(nowMs: number, limit: number): readonly BanTarget[] {
    const targets: BanTarget[] = [];
    for (const bans of [this.#addresses, this.#ids]) {
      for (const ban of bans.values()) {
        if (targets.length >= limit) return targets;
        if (!isInForce(ban, nowMs)) targets.push(targetOf(ban));
      }
    }
    return targets;
  }

  /** True if a target has a ban that has ended. */
  hasEnded(target: BanTarget, nowMs: number): boolean {
    const ban = this.get(target);
    return ban !== undefined && !isInForce(ban, nowMs);
  }

  /** All bans: addresses first, each kind in the order of the names. */
  list(): readonly Ban[] {
    const sorted = [this.#addresses, this.#ids].map((bans) =>
      [...bans].sort(([one], [other]) => (one < other ? -1 : 1)),
    );
    return sorted.flat().map(([, ban]) => ban);
  }

  #bansOf({ kind }: BanTarget): Map<string, Ban> {
    return kind === 'id' ? this.#ids : this.#addresses;
  }
}

function targetOf(ban: Ban): BanTarget {
  return ban.kind === 'id' ? { kind: 'id', name: ban.name } : { kind: 'address', name: ban.name };
}

function endOf({ untilMs = Number.POSITIVE_INFINITY }: Ban): number {
  return untilMs;
}

function isInForce(ban: Ban, nowMs: number): boolean {
  return nowMs < endOf(ban);
}
