/**
 * The terminal's actor: prints lines and asks questions, one at a time, through a console.
 *
 * There are two consoles: plain (lines in, lines out) and interactive (a terminal with prompts).
 */

import type { TerminalCommand, TerminalReport } from '../../machines/client/events.js';
import {
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Console, ConsoleListener } from '../../terminal/console.js';
import { statusLines } from '../../terminal/presence-lines.js';
import { terminalLinesOf, terminalPromptOf } from '../../terminal/terminal-words.js';
import { alertText, linesOf, promptOf } from '../../terminal/words.js';
import { KeyDialog, type KeyWords } from './key-dialog.js';

export interface TerminalInput {
  readonly client: Address<TerminalReport>;
  readonly openConsole: (listener: ConsoleListener) => Console;
  /** True if a user sits at a terminal. Some texts differ between a terminal and a script. */
  readonly isInteractive: boolean;
  /** After this many milliseconds without a key press, `user.idled` is sent; `undefined`: never. */
  readonly autoAwayMs: number | undefined;
}

const TERMINAL_WORDS = { linesOf: terminalLinesOf, promptOf: terminalPromptOf };
const SCRIPT_WORDS = { linesOf, promptOf };

/**
 * Actor logic of the terminal.
 *
 * @param keys Holds the words of keys, for the dialogs about them.
 */
export function terminalWith(keys: KeyWords): BehaviourLogic<TerminalCommand, TerminalInput> {
  return fromBehaviour((scope: BehaviourScope<TerminalCommand>, input) => {
    const { client, openConsole, isInteractive, autoAwayMs } = input;
    const words = isInteractive ? TERMINAL_WORDS : SCRIPT_WORDS;
    let idleTimer: Timer | undefined;
    let dialog: KeyDialog | undefined;

    function closeDialog(): void {
      dialog?.close();
      dialog = undefined;
    }

    function onAnswer(value: string): void {
      if (dialog === undefined) client.send({ type: 'prompt.answered', value });
      else dialog.answer(value);
    }

    function openDialog(event: Extract<TerminalCommand, { type: 'key-dialog.open' }>): void {
      closeDialog();
      dialog = new KeyDialog({
        keys,
        console: terminal,
        dialog: event.dialog,
        id: event.id,
        onEnd(outcome) {
          dialog = undefined;
          client.send({ type: 'key-dialog.ended', outcome });
        },
        onError: (error) => scope.fail(error),
      });
    }

    function restartIdleTimer(): void {
      if (autoAwayMs === undefined) return;
      scope.cancel(idleTimer);
      idleTimer = scope.callLater(() => client.send({ type: 'user.idled' }), autoAwayMs);
    }

    const terminal = openConsole({
      onAnswer,
      onInterrupt: () => client.send({ type: 'input.interrupted' }),
      onEnd: () => client.send({ type: 'input.ended' }),
      onActivity() {
        restartIdleTimer();
        client.send({ type: 'user.active' });
      },
      onExhausted: () => client.send({ type: 'input.exhausted' }),
      onError: (error) => scope.fail(error),
      guard: (callback) => scope.guard(callback),
    });
    restartIdleTimer();
    client.send({ type: 'terminal.opened' });

    return {
      receive(event) {
        switch (event.type) {
          case 'notice.say':
            return terminal.print(words.linesOf(event.notice));
          case 'message.show':
            return terminal.show(event.message);
          case 'status.show':
            return terminal.setStatus(statusLines(event.status));
          case 'alert.raise':
            return terminal.notify(alertText(event.alert));
          case 'key-dialog.open':
            return openDialog(event);
          case 'prompt.open':
            closeDialog();
            return terminal.ask(words.promptOf(event.question));
          case 'prompt.close':
            closeDialog();
            return terminal.dropPrompt();
        }
      },
      release() {
        scope.cancel(idleTimer);
        closeDialog();
        terminal.close();
      },
    };
  });
}
