/**
 * The children of a supervisor in start order, with the pending stops and starts. Finding the next child to
 * start or to stop does not visit all children: the cost grows with the logarithm of their number.
 */

import type { AnyActorRef } from 'xstate';
import type { Child } from './child.js';
import { Heap } from './heap.js';

export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/**
 * The children restarted after a crash: the crashed child alone, all children, or the crashed child and those
 * started after it.
 */
export type Strategy = (typeof STRATEGIES)[number];

/** Separates the child's id from the incarnation in an actor id. */
const SEPARATOR = ':';

/** The actor id of one incarnation of a child. */
export function actorIdOf(childId: string, incarnation: string): string {
  return `${childId}${SEPARATOR}${incarnation}`;
}

export class ChildList {
  /** By id, in start order. */
  readonly #children = new Map<string, Child>();
  #nextRank = 0;
  /** The children to be stopped, as a set and as a heap. The heap returns the last child first. */
  readonly #toStop = new Set<Child>();
  readonly #stops = new Heap<Child>();
  /** Children to be started, each with its earliest start time. */
  readonly #toStart = new Map<Child, number>();
  /**
   * Children that wait for their start time, the earliest first; and children that are due, in start order.
   */
  readonly #waiting = new Heap<Child>();
  readonly #due = new Heap<Child>();

  /** In start order. */
  get children(): Iterable<Child> {
    return this.#children.values();
  }

  /** In reverse start order. */
  get reversed(): readonly Child[] {
    return [...this.#children.values()].reverse();
  }

  /** Adds a child after the others. */
  add(child: Child): void {
    child.rank = this.#nextRank++;
    this.#children.set(child.spec.id, child);
  }

  /** Finds a child by its id, or by its current actor. */
  find(child: string | AnyActorRef): Child | undefined {
    if (typeof child === 'string') return this.#children.get(child);
    const found = this.findByActorId(String(child?.id));
    return found?.actor === child ? found : undefined;
  }

  /** Finds a child by the id of its current actor. */
  findByActorId(actorId: string): Child | undefined {
    const child = this.#children.get(actorId.slice(0, actorId.lastIndexOf(SEPARATOR)));
    return child?.state !== 'down' && child?.actor?.id === actorId ? child : undefined;
  }

  /** True for a child that has no actor and is not about to be started. */
  isDown(child: Child): boolean {
    return child.state === 'down' && !this.#toStart.has(child);
  }

  /**
   * True for a child that is being restarted: it is down and will be started again, or it is starting again
   * and is not to be stopped for good.
   */
  isRestarting(child: Child): boolean {
    if (child.purpose !== 'restart') return false;
    if (child.state === 'starting') return !this.#toStop.has(child) || this.#toStart.has(child);
    return child.state === 'down' && this.#toStart.has(child);
  }

  forget(child: Child): void {
    this.#children.delete(child.spec.id);
    this.#toStop.delete(child);
    this.#toStart.delete(child);
  }

  /** The children that are restarted when this child crashes, including this child. */
  groupOf(child: Child, strategy: Strategy): readonly Child[] {
    if (strategy === 'one_for_one') return [child];
    const all = [...this.#children.values()];
    return strategy === 'one_for_all' ? all : all.filter(({ rank }) => rank >= child.rank);
  }

  // Stopping: the last child first.

  stopLater(children: Iterable<Child>): void {
    for (const child of children) {
      if ((child.state !== 'up' && child.state !== 'starting') || this.#toStop.has(child)) continue;
      this.#toStop.add(child);
      this.#stops.push(-child.rank, child);
    }
  }

  isToStop(child: Child): boolean {
    return this.#toStop.has(child);
  }

  /** Removes and returns the next child to be stopped. */
  nextToStop(): Child | undefined {
    while (this.#toStop.size > 0) {
      const child = this.#stops.pop();
      // A child removed from the set stays in the heap until it is popped.
      if (child === undefined || this.#toStop.delete(child)) return child;
    }
    this.#stops.clear();
    return undefined;
  }

  /** Cancels a pending stop: the child is down already. */
  dropStop(child: Child): void {
    this.#toStop.delete(child);
  }

  // Starting: the first child first.

  /** @param dueAtMs The earliest start time. If a start is already pending, the later time applies. */
  startLater(child: Child, dueAtMs: number = Number.NEGATIVE_INFINITY): void {
    const knownMs = this.#toStart.get(child);
    if (knownMs !== undefined && knownMs >= dueAtMs) return;
    this.#toStart.set(child, dueAtMs);
    if (dueAtMs === Number.NEGATIVE_INFINITY) this.#due.push(child.rank, child);
    else this.#waiting.push(dueAtMs, child);
  }

  isToStart(child: Child): boolean {
    return this.#toStart.has(child);
  }

  /** Removes and returns the next child that may start now. */
  nextToStart(nowMs: number): Child | undefined {
    for (let next = this.nextStartMs; next !== undefined && next <= nowMs; next = this.nextStartMs) {
      const child = this.#waiting.pop() as Child;
      this.#due.push(child.rank, child);
    }
    for (let child = this.#due.first; child !== undefined; child = this.#due.first) {
      this.#due.pop();
      // The start may have been cancelled or postponed meanwhile.
      const dueAtMs = this.#toStart.get(child);
      if (dueAtMs === undefined || dueAtMs > nowMs) continue;
      this.#toStart.delete(child);
      return child;
    }
    return undefined;
  }

  /** The earliest time at which a waiting child may start; `undefined` if no child waits. */
  get nextStartMs(): number | undefined {
    for (let child = this.#waiting.first; child !== undefined; child = this.#waiting.first) {
      if (this.#toStart.get(child) === this.#waiting.firstKey) return this.#waiting.firstKey;
      this.#waiting.pop();
    }
    return undefined;
  }

  /** True while the first start of a child is still pending. */
  get hasFirstStarts(): boolean {
    for (const { purpose } of this.#toStart.keys()) if (purpose === 'first') return true;
    return false;
  }

  /** Cancels the start of a child. */
  dropStart(child: Child): void {
    this.#toStart.delete(child);
    if (this.#toStart.size === 0) this.dropStarts();
  }

  /** Cancels all starts. */
  dropStarts(): void {
    this.#toStart.clear();
    this.#waiting.clear();
    this.#due.clear();
  }
}
