/**
 * The numbers of removed users. The id of a removed user stays reserved until the id is freed; the number is
 * never given to another user.
 */

/** Stored in place of the time of removal once the id of the user has been freed. */
export const FREED = -1;

export class RemovedUsers {
  /** When each user was removed, in milliseconds since 1970, or {@link FREED}. */
  readonly #times = new Map<number, number>();
  #freed = 0;

  get size(): number {
    return this.#times.size;
  }

  /** How many of the ids are still reserved. */
  get reserved(): number {
    return this.size - this.#freed;
  }

  has(user: number): boolean {
    return this.#times.has(user);
  }

  /** When a user was removed, or {@link FREED}; `undefined` for a user who was not removed. */
  timeOf(user: number): number | undefined {
    return this.#times.get(user);
  }

  /** Records when a user was removed, or that the id of the user is now {@link FREED}. */
  set(user: number, atMs: number): void {
    this.delete(user);
    this.#times.set(user, atMs);
    if (atMs === FREED) this.#freed += 1;
  }

  delete(user: number): void {
    if (this.#times.get(user) === FREED) this.#freed -= 1;
    this.#times.delete(user);
  }

  /** The users whose ids are reserved, with the times of their removal, in the order of their numbers. */
  reservations(): [user: number, atMs: number][] {
    return [...this.#times].filter(([, atMs]) => atMs !== FREED).sort(([a], [b]) => a - b);
  }

  /** A copy of all numbers and times. */
  copy(): ReadonlyMap<number, number> {
    return new Map(this.#times);
  }
}
