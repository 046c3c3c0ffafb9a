/**
 * The bans that the running server enforces. The store actor keeps this object up to date; connections, the
 * presence socket, presence and sessions read it. Without bans, a lookup costs next to nothing.
 */

import type { UserId } from '../../protocol/id.js';
import type { Ban, Users } from '../../storage/store.js';

export class Bans {
  readonly #now: () => number;
  #users: Users | undefined;

  /** @param now The wall clock, in milliseconds since 1970: the end of a ban is a date. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Makes these users the source of the bans. While the store is down, the last bans of the store stay in
   * force.
   */
  use(users: Users): void {
    this.#users = users;
  }

  /** The ban of an id, whether or not the id is registered. */
  ofId(id: UserId): Ban | undefined {
    return this.#users?.banOfId(id, this.#now());
  }

  /**
   * The ban of an address or of its network.
   *
   * @param address As the operating system writes it, or an IPv4 address as `packIpv4` returns it.
   */
  ofAddress(address: string | number): Ban | undefined {
    return this.#users?.banOfAddress(address, this.#now());
  }

  /** True if the user with this number was removed, or is banned. */
  isExpelled(user: number): boolean {
    return this.#users?.isExpelled(user, this.#now()) ?? false;
  }
}
