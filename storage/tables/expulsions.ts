/**
 * The users and the banned targets that changes have expelled since the last call of `take`. If there are
 * more than {@link MAX_EXPULSIONS}, the list becomes `all`: the caller must then check every user.
 */

import { type Expulsion, MAX_EXPULSIONS } from '../store.js';

export class Expulsions {
  #list: Expulsion[] | 'all' = [];

  add(expulsion: Expulsion): void {
    if (this.#list === 'all') return;
    if (this.#list.length < MAX_EXPULSIONS) this.#list.push(expulsion);
    else this.#list = 'all';
  }

  /** Returns the expulsions that were added since the last call. */
  take(): readonly Expulsion[] | 'all' {
    const taken = this.#list;
    if (taken.length > 0) this.#list = [];
    return taken;
  }
}
