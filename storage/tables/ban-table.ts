/**
 * The bans that the operator has made.
 */

import { isIP } from 'node:net';
import { parseId } from '../../protocol/id.js';
import { type Ban, type BanTarget, MAX_BANS } from '../store.js';

const NETWORK = /^([0-9a-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/;

/**
 * Parses the target of a ban: an id, or an IP address or network such as `192.0.2.0/24`, in lower case.
 * Returns `undefined` for anything else.
 */
export function parseBanTarget(kind: string | undefined, name: string | undefined): BanTarget | undefined {
  if (kind === 'id') {
    const id = parseId(name);
    return id === name && id !== undefined ? { kind, name: id } : undefined;
  }
  const [, address = '', bits = '0'] = NETWORK.exec(name ?? '') ?? [];
  const version = isIP(address);
  if (kind !== 'address' || name === undefined || version === 0) return undefined;
  return Number(bits) <= (version === 4 ? 32 : 128) ? { kind, name } : undefined;
}

export class BanTable {
  readonly #bans = new Map<string, Ban>();

  get isFull(): boolean {
    return this.#bans.size >= MAX_BANS;
  }

  get(target: BanTarget): Ban | undefined {
    return this.#bans.get(textOf(target));
  }

  /** Sets the ban of a target, or removes it. */
  set(target: BanTarget, ban: Ban | undefined): void {
    if (ban === undefined) this.#bans.delete(textOf(target));
    else this.#bans.set(textOf(target), ban);
  }

  /** All bans: addresses first, each kind in the order of the names. */
  list(): readonly Ban[] {
    const sorted = [...this.#bans].sort(([one], [other]) => (one < other ? -1 : 1));
    return sorted.map(([, ban]) => ban);
  }
}

function textOf({ kind, name }: BanTarget): string {
  return `${kind} ${name}`;
}
