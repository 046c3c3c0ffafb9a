/**
 * Waiting: for a while, for a few turns of the event loop, for work to begin, for something to be true.
 */

import { setMaxListeners } from 'node:events';

/** How often {@link until} looks, in milliseconds. */
const LOOK_MS = 10;

/** Something that can be stopped, however many wait for that. */
export function stoppable(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Resolves after some milliseconds, or as soon as `stop` says so. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done);
  });
}

/** Lets the event loop turn so many times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** @returns Whether it became true within `timeoutMs` milliseconds. */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}

/** Where those who work say that they asked for something, and those who crash actors hear it. */
export class Work {
  #waiting: (() => void)[] = [];

  /** A request was sent this very moment, and is not answered. */
  began(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Resolves right after the next request was sent, or as soon as `stop` says so. */
  next(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (stop.aborted) return resolve();
      const done = () => {
        stop.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.push(done);
      stop.addEventListener('abort', done);
    });
  }
}
