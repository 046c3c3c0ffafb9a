/**
 * The interactive console in the test's own process, with simulated keys, a recorded output and a simulated
 * clock.
 */

import { PassThrough } from 'node:stream';
import type { ExecutionContext } from 'ava';
import type { Clock } from '../../terminal/clock.js';
import type { Console } from '../../terminal/console.js';
import { openInteractiveConsole } from '../../terminal/interactive-console.js';

class TestClock implements Clock {
  #nowMs = 0;
  #timers: { readonly callback: () => void; readonly atMs: number }[] = [];

  now(): number {
    return this.#nowMs;
  }

  callLater(callback: () => void, delayMs: number): () => void {
    const timer = { callback, atMs: this.#nowMs + delayMs };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Number of running timers. */
  get pending(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { callback } of due) callback();
  }
}

/** The test's reactions to events of the console. */
export interface Reactions {
  readonly onAnswer?: (value: string, console: Console) => void;
  readonly onEnd?: (console: Console) => void;
}

/** Opens a console that is closed at the end of the test. */
export function consoleInProcess(t: ExecutionContext, { onAnswer, onEnd }: Reactions = {}) {
  const stdin = Object.assign(new PassThrough(), { setRawMode: () => {} });
  const written: string[] = [];
  const stdout = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  stdout.on('data', (chunk) => written.push(String(chunk)));
  const told: string[] = [];
  const errors: unknown[] = [];
  const clock = new TestClock();
  const given: Console = openInteractiveConsole(
    {
      stdin: stdin as unknown as NodeJS.ReadStream,
      stdout: stdout as unknown as NodeJS.WriteStream,
      notify: 'off',
      notifyPrivate: false,
      hasColor: false,
      clock,
    },
    {
      onAnswer(value) {
        told.push(value);
        onAnswer?.(value, given);
      },
      onEnd() {
        told.push('(end)');
        onEnd?.(given);
      },
      onActivity: () => {},
      onInterrupt: () => told.push('(interrupt)'),
      onExhausted: () => {},
      onError: (error) => errors.push(error),
      guard:
        (callback) =>
        (...args) => {
          try {
            callback(...args);
          } catch (error) {
            errors.push(error);
          }
        },
    },
  );
  t.teardown(() => given.close());

  /** Presses keys, as bytes. */
  function press(keys: string): void {
    stdin.emit('data', Buffer.from(keys));
  }

  return {
    console: given,
    clock,
    /** The user's answers, with `(end)` and `(interrupt)` for the end of the input and for Ctrl-C. */
    told,
    errors,
    /** Everything written to the terminal, including control codes. */
    output: () => written.join(''),
    press,
    paste(text: string): void {
      press(`\u001b[200~${text}\u001b[201~`);
    },
  };
}
