/**
 * The terminal's actor: prints lines and asks questions, one at a time, through a console.
 *
 * There are two consoles: plain (lines in, lines out) and interactive (a terminal with prompts).
 */

import type { TerminalCommand, TerminalNews } from '../../machines/client/events.js';
import {
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Console, ConsoleListener } from '../../terminal/console.js';

export interface TerminalInput {
  readonly client: Address<TerminalNews>;
  readonly openConsole: (listener: ConsoleListener) => Console;
  /** How long no key is pressed before the user counts as away, in milliseconds; never without it. */
  readonly autoAwayMs: number | undefined;
}

export const terminalLogic: BehaviourLogic<TerminalCommand, TerminalInput> = fromBehaviour(
  (scope: BehaviourScope<TerminalCommand>, { client, openConsole, autoAwayMs }) => {
    let isIdle = false;
    let idleTimer: Timer | undefined;

    function onActivity(): void {
      if (isIdle) client.send({ type: 'user.returned' });
      isIdle = false;
      if (autoAwayMs === undefined) return;
      scope.cancel(idleTimer);
      idleTimer = scope.callLater(() => {
        isIdle = true;
        client.send({ type: 'user.idled' });
      }, autoAwayMs);
    }

    const terminal = openConsole({
      onAnswer: (value) => client.send({ type: 'prompt.answered', value }),
      onEnd: () => client.send({ type: 'input.ended' }),
      onActivity,
      onExhausted: () => client.send({ type: 'input.exhausted' }),
      onError: (error) => scope.fail(error),
      guard: (callback) => scope.guard(callback),
    });
    onActivity();
    client.send({ type: 'terminal.opened' });

    return {
      receive(event) {
        switch (event.type) {
          case 'lines.print':
            return terminal.print(event.lines);
          case 'message.show':
            return terminal.show(event.message);
          case 'status.show':
            return terminal.setStatus(event.lines);
          case 'notice.raise':
            return terminal.notify(event.text);
          case 'prompt.open':
            return terminal.ask(event.prompt);
          case 'prompt.close':
            return terminal.dropPrompt();
        }
      },
      release() {
        scope.cancel(idleTimer);
        terminal.close();
      },
    };
  },
);
