/**
 * The modes in which the interactive console has its terminal, raw and with bracketed paste, and
 * their way back: at the end, while the program is stopped, and however else the program ends.
 */

import { writeSync } from 'node:fs';
import type { ConsoleStreams } from './console.js';
import { PASTE_MODE_OFF, PASTE_MODE_ON } from './paste.js';

/** How long the system may take to stop a program, in milliseconds. */
const STOP_MS = 100;

export interface TerminalModesOptions extends ConsoleStreams {
  /** Called before the program stops, while the screen is still its own. */
  readonly onStop: () => void;
  /** Called when the program goes on. */
  readonly onContinue: () => void;
  /** Wraps the callback of a signal. */
  readonly guard: (callback: () => void) => () => void;
}

export interface TerminalModes {
  /** Ctrl-Z: gives the terminal back to the shell until the program is continued. */
  stop(): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** Puts the terminal into its modes. */
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

  /** After a crash, too: the last that a program can do is to be done at once. */
  function leaveAtExit(): void {
    try {
      stdin.setRawMode(false);
      writeSync((stdout as typeof stdout & { readonly fd: number }).fd, PASTE_MODE_OFF);
    } catch {
      // The terminal is gone: there is nothing to restore, and nobody to tell.
    }
  }

  const stop = guard(() => {
    onStop();
    leave();
    // Without a listener the signal does what it does to any program.
    process.off('SIGTSTP', stop);
    // The whole group, as the terminal itself would: npx and its shell are in it too.
    process.kill(0, 'SIGTSTP');
    // Where no shell could continue it, the system does not stop it. If it did, the first of the two times
    // may be over when it goes on, but before the second the SIGCONT comes.
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => {
      stopTimer = setTimeout(goOn, STOP_MS);
    }, STOP_MS);
  });

  const goOn = guard(() => {
    clearTimeout(stopTimer);
    process.off('SIGTSTP', stop).on('SIGTSTP', stop);
    // What stopped it may have been a SIGSTOP: then the shell changed the modes, and Node.js knows nothing of
    // it.
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
