/**
 * A program that opens the interactive console on its terminal. It connects to the port in its first
 * argument, executes the commands that a test sends, and sends the console's reports back. Commands and
 * reports are lines of JSON.
 */

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { ShownMessage } from '../../machines/client/notices.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import type { ConsoleOptions, Prompt } from '../../terminal/console.js';
import { openInteractiveConsole } from '../../terminal/interactive-console.js';

/** A command of a test. */
export type ConsoleCommand =
  | { readonly do: 'print'; readonly lines: readonly string[] }
  | { readonly do: 'show'; readonly message: ShownMessage }
  | { readonly do: 'status'; readonly lines: readonly string[] }
  | { readonly do: 'notify'; readonly text: DisplayText }
  | { readonly do: 'ask'; readonly prompt: Prompt }
  | { readonly do: 'drop' }
  | { readonly do: 'close' }
  | { readonly do: 'crash' };

/** A report to a test: an event of the console, or `done` when a command was executed. */
export type ConsoleReport =
  | { readonly kind: 'answer'; readonly value: string }
  | { readonly kind: 'end' | 'interrupt' | 'activity' | 'done' }
  | { readonly kind: 'error'; readonly message: string };

/** The console's options, without its streams. */
export type FixtureOptions = Omit<ConsoleOptions, 'stdin' | 'stdout'>;

if (process.argv[2] !== undefined) run(Number(process.argv[2]), JSON.parse(process.argv[3] ?? '{}'));

function run(port: number, options: FixtureOptions): void {
  const socket = connect(port, '127.0.0.1');
  const report = (event: ConsoleReport) => socket.write(`${JSON.stringify(event)}\n`);
  const { stdin, stdout } = process;
  const console = openInteractiveConsole(
    { stdin, stdout, ...options },
    {
      onAnswer: (value) => report({ kind: 'answer', value }),
      onEnd: () => report({ kind: 'end' }),
      onActivity: () => report({ kind: 'activity' }),
      onInterrupt: () => report({ kind: 'interrupt' }),
      onExhausted: () => {},
      onError: (error) => report({ kind: 'error', message: String(error) }),
      guard: (callback) => callback,
    },
  );

  function execute(command: ConsoleCommand): void {
    switch (command.do) {
      case 'print':
        return console.print(command.lines);
      case 'show':
        return console.show({ ...command.message, text: toDisplayText(command.message.text) });
      case 'status':
        return console.setStatus(command.lines);
      case 'notify':
        return console.notify(command.text);
      case 'ask':
        return console.ask(command.prompt);
      case 'drop':
        return console.dropPrompt();
      case 'close':
        console.close();
        socket.end();
        return;
      case 'crash':
        throw new Error('crashed on command');
    }
  }

  createInterface({ input: socket }).on('line', (line) => {
    const command = JSON.parse(line) as ConsoleCommand;
    execute(command);
    if (command.do !== 'close') report({ kind: 'done' });
  });
}
