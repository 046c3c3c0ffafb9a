/**
 * The children of a supervisor in their order, and which of them are to be stopped and started next. No step
 * looks at all children: with 100,000 of them, one more start or stop costs what it costs with ten.
 */

import type { AnyActorRef } from 'xstate';
import type { Child } from './child.js';
import { Heap } from './heap.js';

export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/** Which children are restarted when one crashes: it alone, all, or it and those started after it. */
export type Strategy = (typeof STRATEGIES)[number];

/** What tells an incarnation from others of the same child, in the id of its actor. */
const SEPARATOR = ':';

/** The id of an actor of a child. */
export function actorIdOf(childId: string, incarnation: string): string {
  return `${childId}${SEPARATOR}${incarnation}`;
}

export class ChildList {
  /** By their ids, in the order of their start. */
  readonly #children = new Map<string, Child>();
  #nextRank = 0;
  /** Children to be stopped; in the heap, the last comes first. */
  readonly #toStop = new Set<Child>();
  readonly #stops = new Heap<Child>();
  /** Children to be started, each with the time before which it must not start. */
  readonly #toStart = new Map<Child, number>();
  /** Those that wait for their time, the next one first; and those whose time has come, in their order. */
  readonly #waiting = new Heap<Child>();
  readonly #due = new Heap<Child>();

  /** In the order of their start. */
  get children(): Iterable<Child> {
    return this.#children.values();
  }

  /** The last one first. */
  get reversed(): readonly Child[] {
    return [...this.#children.values()].reverse();
  }

  /** Adds a child after the others. */
  add(child: Child): void {
    child.rank = this.#nextRank++;
    this.#children.set(child.spec.id, child);
  }

  /** Finds a child by its id, or by the actor that it is. */
  find(child: string | AnyActorRef): Child | undefined {
    if (typeof child === 'string') return this.#children.get(child);
    const found = this.findByActorId(String(child?.id));
    return found?.actor === child ? found : undefined;
  }

  /** Finds a child by the id of the actor that it is. */
  findByActorId(actorId: string): Child | undefined {
    const child = this.#children.get(actorId.slice(0, actorId.lastIndexOf(SEPARATOR)));
    return child?.state !== 'down' && child?.actor?.id === actorId ? child : undefined;
  }

  /** True for a child that has no actor, and is to have none. */
  isDown(child: Child): boolean {
    return child.state === 'down' && !this.#toStart.has(child);
  }

  /** True for a child that was up, crashed or had to go down with another, and is not up again yet. */
  isRestarting(child: Child): boolean {
    if (child.purpose !== 'restart') return false;
    return child.state === 'starting' || (child.state === 'down' && this.#toStart.has(child));
  }

  forget(child: Child): void {
    this.#children.delete(child.spec.id);
    this.#toStop.delete(child);
    this.#toStart.delete(child);
  }

  /** Who goes down with a child that crashed. */
  groupOf(child: Child, strategy: Strategy): readonly Child[] {
    if (strategy === 'one_for_one') return [child];
    const all = [...this.#children.values()];
    return strategy === 'one_for_all' ? all : all.filter(({ rank }) => rank >= child.rank);
  }

  // Stopping: the last first.

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

  /** Takes the next child to be stopped. */
  nextToStop(): Child | undefined {
    while (this.#toStop.size > 0) {
      const child = this.#stops.pop();
      // One that was taken off the set stays in the heap until it comes up.
      if (child === undefined || this.#toStop.delete(child)) return child;
    }
    this.#stops.clear();
    return undefined;
  }

  /** It is down already. */
  stopped(child: Child): void {
    this.#toStop.delete(child);
  }

  // Starting: the first first.

  /** @param dueAtMs Not before this time; of two times, the later one holds. */
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

  /** Takes the next child to be started that may start now. */
  nextToStart(nowMs: number): Child | undefined {
    for (let next = this.nextStartMs; next !== undefined && next <= nowMs; next = this.nextStartMs) {
      const child = this.#waiting.pop() as Child;
      this.#due.push(child.rank, child);
    }
    for (let child = this.#due.first; child !== undefined; child = this.#due.first) {
      this.#due.pop();
      // It may have been called off meanwhile, or put off.
      const dueAtMs = this.#toStart.get(child);
      if (dueAtMs === undefined || dueAtMs > nowMs) continue;
      this.#toStart.delete(child);
      return child;
    }
    return undefined;
  }

  /** When the next start that has to wait is due; `undefined` when there is none. */
  get nextStartMs(): number | undefined {
    for (let child = this.#waiting.first; child !== undefined; child = this.#waiting.first) {
      if (this.#toStart.get(child) === this.#waiting.firstKey) return this.#waiting.firstKey;
      this.#waiting.pop();
    }
    return undefined;
  }

  /** True while a child has yet to be started for the first time. */
  get hasFirstStarts(): boolean {
    for (const { purpose } of this.#toStart.keys()) if (purpose === 'first') return true;
    return false;
  }

  /** It is not to be started after all. */
  dropStart(child: Child): void {
    this.#toStart.delete(child);
    if (this.#toStart.size === 0) this.dropStarts();
  }

  /** No child is to be started. */
  dropStarts(): void {
    this.#toStart.clear();
    this.#waiting.clear();
    this.#due.clear();
  }
}
