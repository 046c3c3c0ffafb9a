/**
 * Keeps any one kind of children from taking all the room that a dynamic supervisor has, and several kinds
 * together from keeping all others out.
 *
 * Kinds are counted only while there are so many children that it could matter: to tell what kind a child is
 * may cost more than the child does.
 */

import type { EventObject } from 'xstate';

export interface QuotaOptions<TInput> {
  /** Most children of one kind. */
  readonly limit: number;
  /** What kind of child an input makes. */
  readonly keyOf: (input: TInput) => string;
  /**
   * True where children of the kind that has the most make room for a kind that has fewer: when there is no
   * room, they are sent {@link RoomWanted}, the oldest first. A child that can be spared ends at once.
   */
  readonly makesRoom?: boolean;
}

/** Sent to a child of the kind that has the most: it ends at once, or it cannot be spared. */
export interface RoomWanted extends EventObject {
  readonly type: 'room.wanted';
}

/** Most children that are asked to make room for one. */
const MAX_ASKED_FOR_ROOM = 16;

interface HasInput {
  readonly input: unknown;
}

export class Quotas<TChild extends HasInput, TInput> {
  readonly #options: QuotaOptions<TInput>;
  readonly #all: () => readonly TChild[];
  /** The children of each kind, oldest first, and the kind of each; empty while they need not be counted. */
  readonly #members = new Map<string, Set<TChild>>();
  readonly #kinds = new Map<TChild, string>();

  /** @param all All children that there are, oldest first. */
  constructor(options: QuotaOptions<TInput>, all: () => readonly TChild[]) {
    this.#options = options;
    this.#all = all;
  }

  /**
   * Whether there may be one more child, which this input makes.
   *
   * @param count How many children there are.
   */
  admits(input: TInput, count: number): boolean {
    const { limit, keyOf } = this.#options;
    if (this.#kinds.size === 0 && count < limit) return true;
    this.#countAll();
    return this.#sizeOf(keyOf(input)) < limit;
  }

  /**
   * The children to ask for room for one more, which this input makes: those of the kind that has the most,
   * if it still has no fewer than the newcomer's kind afterwards.
   */
  displaceable(input: TInput): readonly TChild[] {
    const { keyOf, makesRoom = false } = this.#options;
    if (!makesRoom) return [];
    this.#countAll();
    let largest: ReadonlySet<TChild> = new Set();
    for (const members of this.#members.values()) if (members.size > largest.size) largest = members;
    if (largest.size - 1 < this.#sizeOf(keyOf(input)) + 1) return [];
    const oldest: TChild[] = [];
    for (const child of largest) if (oldest.push(child) === MAX_ASKED_FOR_ROOM) break;
    return oldest;
  }

  /** Counts a child. Does nothing if it is counted already. */
  add(child: TChild): void {
    if (this.#kinds.size > 0 && !this.#kinds.has(child)) this.#count(child);
  }

  /** Counts a child that is gone no more. */
  remove(child: TChild): void {
    const kind = this.#kinds.get(child);
    if (kind === undefined) return;
    this.#kinds.delete(child);
    const members = this.#members.get(kind);
    members?.delete(child);
    if (members?.size === 0) this.#members.delete(kind);
    if (this.#kinds.size > this.#options.limit / 2) return;
    this.#kinds.clear();
    this.#members.clear();
  }

  #sizeOf(kind: string): number {
    return this.#members.get(kind)?.size ?? 0;
  }

  #countAll(): void {
    if (this.#kinds.size > 0) return;
    for (const child of this.#all()) this.#count(child);
  }

  #count(child: TChild): void {
    const kind = this.#options.keyOf(child.input as TInput);
    this.#kinds.set(child, kind);
    const members = this.#members.get(kind);
    if (members === undefined) this.#members.set(kind, new Set([child]));
    else members.add(child);
  }
}
