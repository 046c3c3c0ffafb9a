/**
 * A program that opens the interactive console on its terminal and does as a test tells it, through
 * a connection to the port that is its first argument: a command per line, as JSON.
 *
 * What the console tells goes back the same way.
 */

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { ShownMessage } from '../../machines/client/notices.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import type { ConsoleOptions, Prompt } from '../../terminal/console.js';
import { openInteractiveConsole } from '../../terminal/interactive-console.js';

/** What a test can tell the program to do. */
export type ConsoleCommand =
  | { readonly do: 'print'; readonly lines: readonly string[] }
  | { readonly do: 'show'; readonly message: ShownMessage }
  | { readonly do: 'status'; readonly lines: readonly string[] }
  | { readonly do: 'notify'; readonly text: DisplayText }
  | { readonly do: 'ask'; readonly prompt: Prompt }
  | { readonly do: 'drop' }
  | { readonly do: 'close' }
  | { readonly do: 'crash' };

/** What the program tells a test: the console's news, and that a command was carried out. */
export type ConsoleNews =
  | { readonly told: 'answer'; readonly value: string }
  | { readonly told: 'end' | 'interrupt' | 'activity' | 'done' }
  | { readonly told: 'error'; readonly message: string };

/** The console's options, without its streams. */
export type FixtureOptions = Omit<ConsoleOptions, 'stdin' | 'stdout'>;

if (process.argv[2] !== undefined) run(Number(process.argv[2]), JSON.parse(process.argv[3] ?? '{}'));

function run(port: number, options: FixtureOptions): void {
  const socket = connect(port, '127.0.0.1');
  const tell = (news: ConsoleNews) => socket.write(`${JSON.stringify(news)}\n`);
  const { stdin, stdout } = process;
  const console = openInteractiveConsole(
    { stdin, stdout, ...options },
    {
      onAnswer: (value) => tell({ told: 'answer', value }),
      onEnd: () => tell({ told: 'end' }),
      onActivity: () => tell({ told: 'activity' }),
      onInterrupt: () => tell({ told: 'interrupt' }),
      onExhausted: () => {},
      onError: (error) => tell({ told: 'error', message: String(error) }),
      guard: (callback) => callback,
    },
  );

  function obey(command: ConsoleCommand): void {
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
        throw new Error('crashed as told');
    }
  }

  createInterface({ input: socket }).on('line', (line) => {
    const command = JSON.parse(line) as ConsoleCommand;
    obey(command);
    if (command.do !== 'close') tell({ told: 'done' });
  });
}
