/**
 * The children of a supervisor in their order, and which of them are to be stopped and started next.
 */

import type { AnyActorRef } from 'xstate';
import type { Child } from './child.js';

export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/** Which children are restarted when one crashes: it alone, all, or it and those started after it. */
export type Strategy = (typeof STRATEGIES)[number];

export class Roster {
  /** In the order of their start. */
  readonly children: Child[] = [];
  readonly #toStop = new Set<Child>();
  /** With the time before which it must not start. */
  readonly #toStart = new Map<Child, number>();

  /** Finds a child by its id, or by the actor that it is. */
  find(child: string | AnyActorRef): Child | undefined {
    return typeof child === 'string'
      ? this.children.find(({ spec }) => spec.id === child)
      : this.children.find(({ actor, state }) => state !== 'down' && actor === child);
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
    this.children.splice(this.children.indexOf(child), 1);
  }

  /** Who goes down with a child that crashed. */
  groupOf(child: Child, strategy: Strategy): Child[] {
    switch (strategy) {
      case 'one_for_one':
        return [child];
      case 'one_for_all':
        return [...this.children];
      case 'rest_for_one':
        return this.children.slice(this.children.indexOf(child));
    }
  }

  // Stopping: the last first.

  stopLater(children: readonly Child[]): void {
    for (const child of children)
      if (child.state === 'up' || child.state === 'starting') this.#toStop.add(child);
  }

  isToStop(child: Child): boolean {
    return this.#toStop.has(child);
  }

  /** Takes the next child to be stopped. */
  nextToStop(): Child | undefined {
    if (this.#toStop.size === 0) return undefined;
    const child = this.children.findLast((other) => this.#toStop.has(other));
    if (child !== undefined) this.#toStop.delete(child);
    return child;
  }

  /** It is down already. */
  stopped(child: Child): void {
    this.#toStop.delete(child);
  }

  // Starting: the first first.

  /** @param dueAtMs Not before this time; of two times, the later one holds. */
  startLater(child: Child, dueAtMs: number = Number.NEGATIVE_INFINITY): void {
    this.#toStart.set(child, Math.max(this.#toStart.get(child) ?? dueAtMs, dueAtMs));
  }

  isToStart(child: Child): boolean {
    return this.#toStart.has(child);
  }

  /** Takes the next child to be started that may start now. */
  nextToStart(nowMs: number): Child | undefined {
    if (this.#toStart.size === 0) return undefined;
    const isDue = (child: Child) => (this.#toStart.get(child) ?? Number.POSITIVE_INFINITY) <= nowMs;
    const child = this.children.find(isDue);
    if (child !== undefined) this.#toStart.delete(child);
    return child;
  }

  /** When the next start is due; `undefined` when there is none. */
  get nextStartMs(): number | undefined {
    return this.#toStart.size === 0 ? undefined : Math.min(...this.#toStart.values());
  }

  /** True while a child has yet to be started for the first time. */
  get hasFirstStarts(): boolean {
    return [...this.#toStart.keys()].some(({ purpose }) => purpose === 'first');
  }

  /** It is not to be started after all. */
  dropStart(child: Child): void {
    this.#toStart.delete(child);
  }

  /** Nobody is. */
  dropStarts(): void {
    this.#toStart.clear();
  }
}
