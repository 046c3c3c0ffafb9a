/**
 * The console on a terminal: prompts at the bottom of the screen, everything else above them.
 *
 * The terminal is in raw mode from open to close. Keys go to the open prompt; those typed while
 * there is none wait, up to a limit, for the next.
 */

import { emitKeypressEvents } from 'node:readline';
import type { Prompt } from '../../machines/client/events.js';
import type { Console, ConsoleListener, ConsoleStreams } from './console.js';
import { wrapLine } from './layout.js';
import { PromptBlock } from './prompt-block.js';
import { type Key, KeyPrompt, LinePrompt, type OpenPrompt } from './prompts.js';

/** Most keys that wait for a prompt; more are dropped. */
const MAX_KEYS_AHEAD = 1_024;

/** Opens the interactive console. */
export function openInteractiveConsole(
  { stdin, stdout }: ConsoleStreams,
  listener: ConsoleListener,
): Console {
  const block = new PromptBlock(stdout);
  const ahead: [text: string | undefined, key: Key][] = [];
  let open: OpenPrompt | undefined;
  /** What was typed to a prompt that gave way to another before it was answered. */
  let draft: { readonly name: string; readonly text: string } | undefined;

  function onAnswer(value: string): void {
    if (open?.prompt.draft !== undefined) draft = undefined;
    open = undefined;
    stdout.write('\r\n');
    block.forget();
    listener.onAnswer(value);
  }

  function onKey(text: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'c') return listener.onEnd();
    if (key.ctrl && key.name === 'z') return suspend();
    if (key.ctrl && key.name === 'd' && !open?.typed) return listener.onEnd();
    if (open === undefined) {
      if (ahead.length < MAX_KEYS_AHEAD) ahead.push([text, key]);
      return;
    }
    open.keypress(text, key).catch(listener.onError);
  }

  function onResize(): void {
    block.resized();
    open?.draw();
  }

  /** Ctrl-Z: gives the terminal back to the shell until the program is continued. */
  function suspend(): void {
    stdout.write('\r\n');
    block.forget();
    stdin.setRawMode(false);
    process.once('SIGCONT', resume);
    process.kill(process.pid, 'SIGTSTP');
  }

  function resume(): void {
    stdin.setRawMode(true);
    open?.draw();
  }

  function dropPrompt(): void {
    if (open?.prompt.draft !== undefined) draft = { name: open.prompt.draft, text: open.typed };
    open = undefined;
    block.erase();
  }

  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', onKey).on('end', listener.onEnd).on('error', listener.onError);
  stdout.on('resize', onResize).on('error', listener.onEnd);
  stdin.resume();

  return {
    print(lines) {
      block.erase();
      const rows = lines.flatMap((line) => wrapLine(line, stdout.columns));
      stdout.write(rows.map((row) => `${row}\r\n`).join(''));
      open?.draw();
    },

    ask(prompt: Prompt) {
      if (prompt === open?.prompt) return;
      dropPrompt();
      const options = { prompt, block, stdout, onAnswer };
      const text = prompt.draft !== undefined && prompt.draft === draft?.name ? draft.text : '';
      open = prompt.kind === 'key' ? new KeyPrompt(options) : new LinePrompt(options, text);
      open.draw();
      for (const [waiting, key] of ahead.splice(0)) onKey(waiting, key);
    },

    dropPrompt,

    close() {
      block.erase();
      process.off('SIGCONT', resume);
      stdin.off('keypress', onKey).off('end', listener.onEnd).off('error', listener.onError);
      stdout.off('resize', onResize).off('error', listener.onEnd);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
