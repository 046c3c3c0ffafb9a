/**
 * The terminal modes of the interactive console: raw mode and bracketed paste. They are undone when the
 * console closes, while the program is stopped, and when the program exits without closing the console.
 */

import { writeSync } from 'node:fs';
import type { ConsoleStreams } from './console.js';
import { PASTE_MODE_OFF, PASTE_MODE_ON } from './paste.js';

/** How long the system may take to stop a program, in milliseconds. */
const STOP_MS = 100;

export interface TerminalModesOptions extends ConsoleStreams {
  /** Called before the program stops, while it still controls the screen. */
  readonly onStop: () => void;
  /** Called when the program continues. */
  readonly onContinue: () => void;
  /** Wraps the callback of a signal. */
  readonly guard: (callback: () => void) => () => void;
}

export interface TerminalModes {
  /** Ctrl-Z: gives the terminal back to the shell until the program is continued. */
  stop(): void;
  /** Restores the terminal. */
  close(): void;
}

/** Sets the modes. */
export function openTerminalModes(options: TerminalModesOptions): TerminalModes {
  const { stdin, stdout, onStop, onContinue, guard } = options;
  let stopTimer: NodeJS.Timeout | undefined;

  function enter(): void {
    stdin.setRawMode(true);
    stdout.write(PASTE_MODE_ON);
  }

  function leave(): void {
    stdout.write(PASTE_MODE_OFF);
    stdin.setRawMode(false);
  }

  /** Restores the terminal synchronously, because a process that exits does no asynchronous work. */
  function leaveAtExit(): void {
    try {
      stdin.setRawMode(false);
      writeSync((stdout as typeof stdout & { readonly fd: number }).fd, PASTE_MODE_OFF);
    } catch {
      // The terminal is gone: there is nothing to restore.
    }
  }

  const stop = guard(() => {
    onStop();
    leave();
    // Without a listener the signal has its default effect: it stops the process.
    process.off('SIGTSTP', stop);
    // Signals the whole process group, as the terminal itself would. The group includes npx and its shell.
    process.kill(0, 'SIGTSTP');
    // If no shell could continue the process, the system does not stop the process. In that case the second
    // of two timers makes the program go on. After a real stop, the first timer may have expired already, but
    // SIGCONT arrives before the second timer expires.
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => {
      stopTimer = setTimeout(goOn, STOP_MS);
    }, STOP_MS);
  });

  const goOn = guard(() => {
    clearTimeout(stopTimer);
    process.off('SIGTSTP', stop).on('SIGTSTP', stop);
    // After a SIGSTOP the shell has changed the modes, and Node.js has not noticed the change. Turning raw
    // mode off first makes `enter` turn it on again.
    stdin.setRawMode(false);
    enter();
    onContinue();
  });

  enter();
  process.on('SIGTSTP', stop).on('SIGCONT', goOn).on('exit', leaveAtExit);

  return {
    stop,
    close() {
      clearTimeout(stopTimer);
      process.off('SIGCONT', goOn).off('SIGTSTP', stop).off('exit', leaveAtExit);
      leave();
    },
  };
}
