/**
 * Quotas of a dynamic supervisor. Children with the same key form a group, and the number of children in a
 * group is limited. Several groups can still fill the supervisor together. With `makesRoom`, such groups
 * cannot keep other groups out: a full supervisor asks children of the largest group to end, to make room for
 * a child of a smaller group.
 *
 * Computing a child's key may cost more than the child itself, so children are counted only when the counts
 * are needed. Counting starts when a quota could be reached, or when room is wanted. Counting stops when the
 * number of children falls to half of the quota's limit.
 */

import type { EventObject } from 'xstate';

/** A maximum number of children, at least 1. A function is called each time that the limit is checked. */
export type ChildLimit = number | (() => number);

/** The current number of a limit. */
export function currentLimit(limit: ChildLimit): number {
  return typeof limit === 'function' ? limit() : limit;
}

export interface QuotaOptions<TInput> {
  /** The maximum number of children with the same key. */
  readonly limit: ChildLimit;
  /** The key of the child that is started with this input. */
  readonly keyOf: (input: TInput) => string;
  /**
   * Whether children of the largest group make room for a smaller group. When the supervisor is full, they
   * receive {@link RoomWanted}, the oldest first. A child that can be spared ends at once.
   */
  readonly makesRoom?: boolean;
}

/**
 * Sent to a child of the largest group. The child ends at once if it can be spared; otherwise it ignores the
 * event.
 */
export interface RoomWanted extends EventObject {
  readonly type: 'room.wanted';
}

/** The maximum number of children that are asked to make room for a new one. */
const MAX_ASKED_FOR_ROOM = 16;

interface HasInput {
  readonly input: unknown;
}

export class Quotas<TChild extends HasInput, TInput> {
  readonly #options: QuotaOptions<TInput>;
  readonly #all: () => readonly TChild[];
  /** The children of each group, oldest first, and the key of each child. Empty when counting has stopped. */
  readonly #groups = new Map<string, Set<TChild>>();
  readonly #keys = new Map<TChild, string>();

  /** @param all Returns all current children, oldest first. */
  constructor(options: QuotaOptions<TInput>, all: () => readonly TChild[]) {
    this.#options = options;
    this.#all = all;
  }

  /**
   * Whether the quota admits a child with this input.
   *
   * @param count The number of current children.
   */
  admits(input: TInput, count: number): boolean {
    const { keyOf } = this.#options;
    const limit = currentLimit(this.#options.limit);
    if (this.#keys.size === 0 && count < limit) return true;
    this.#countAll();
    return this.#sizeOf(keyOf(input)) < limit;
  }

  /**
   * The children that are asked to make room for a new child: the oldest of the largest group. The list is
   * empty if the largest group exceeds the new child's group by fewer than two children.
   */
  displaceable(input: TInput): readonly TChild[] {
    const { keyOf, makesRoom = false } = this.#options;
    if (!makesRoom) return [];
    this.#countAll();
    let largest: ReadonlySet<TChild> = new Set();
    for (const group of this.#groups.values()) if (group.size > largest.size) largest = group;
    if (largest.size - 1 < this.#sizeOf(keyOf(input)) + 1) return [];
    const oldest: TChild[] = [];
    for (const child of largest) if (oldest.push(child) === MAX_ASKED_FOR_ROOM) break;
    return oldest;
  }

  /** Counts a child if groups are being counted. Does nothing if it is already counted. */
  add(child: TChild): void {
    if (this.#keys.size > 0 && !this.#keys.has(child)) this.#count(child);
  }

  /** Removes a child that has ended from its group. */
  remove(child: TChild): void {
    const key = this.#keys.get(child);
    if (key === undefined) return;
    this.#keys.delete(child);
    const group = this.#groups.get(key);
    group?.delete(child);
    if (group?.size === 0) this.#groups.delete(key);
    if (this.#keys.size > currentLimit(this.#options.limit) / 2) return;
    this.#keys.clear();
    this.#groups.clear();
  }

  #sizeOf(key: string): number {
    return this.#groups.get(key)?.size ?? 0;
  }

  #countAll(): void {
    if (this.#keys.size > 0) return;
    for (const child of this.#all()) this.#count(child);
  }

  #count(child: TChild): void {
    const key = this.#options.keyOf(child.input as TInput);
    this.#keys.set(child, key);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Set([child]));
    else group.add(child);
  }
}
