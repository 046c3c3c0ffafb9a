/**
 * Ways to wait: for a time, for event-loop iterations, for a request to be sent, for a condition.
 */

import { setMaxListeners } from 'node:events';

/** Time between two checks of {@link until}, in milliseconds. */
const CHECK_MS = 10;

/** Creates an abort controller whose signal may have any number of listeners. */
export function stoppable(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Resolves after some milliseconds, or as soon as `stop` is aborted. */
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

/** Waits for a number of event-loop iterations. */
export async function iterations(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await new Promise((resolve) => setImmediate(resolve));
}

/** @returns Whether the condition became true within `timeoutMs` milliseconds. */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
  return true;
}

/** Lets workers announce their requests, so that crashes can happen while a request is in progress. */
export class Work {
  #waiting: (() => void)[] = [];

  /** Announces that a request was just sent. */
  began(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Resolves when the next request is sent, or as soon as `stop` is aborted. */
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
