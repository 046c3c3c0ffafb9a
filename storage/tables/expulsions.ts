/**
 * The users and the banned targets that changes have expelled since they were last taken. The number is
 * limited: beyond it, it is not known who was expelled.
 */

import { type Expulsion, MAX_EXPULSIONS } from '../store.js';

export class Expulsions {
  #list: Expulsion[] | 'all' = [];

  add(expulsion: Expulsion): void {
    if (this.#list === 'all') return;
    if (this.#list.length < MAX_EXPULSIONS) this.#list.push(expulsion);
    else this.#list = 'all';
  }

  /** Returns those that were added since the last call. */
  take(): readonly Expulsion[] | 'all' {
    const taken = this.#list;
    if (taken.length > 0) this.#list = [];
    return taken;
  }
}
