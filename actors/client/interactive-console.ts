/**
 * The console on a terminal: prompts at the bottom of the screen, everything else above them.
 *
 * The terminal is in raw mode from open to close. Keys go to the open prompt; those typed while
 * there is none wait, up to a limit, for the next.
 */

import { emitKeypressEvents } from 'node:readline';
import type { Prompt } from '../../machines/client/events.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { Console, ConsoleListener, ConsoleOptions } from './console.js';
import { wrapLine } from './layout.js';
import { PromptBlock } from './prompt-block.js';
import { type Key, KeyPrompt, LinePrompt, type OpenPrompt } from './prompts.js';

/** Most keys that wait for a prompt; more are dropped. */
const MAX_KEYS_AHEAD = 1_024;

/** How long a key waits for a prompt, in milliseconds: what was typed longer ago was meant for something else. */
const KEY_AHEAD_MS = 2_000;

/** How long no key must come before keys count again, when a prompt was taken from under the user's fingers. */
const QUIET_MS = 500;

/** Opens the interactive console. */
export function openInteractiveConsole(
  { stdin, stdout }: ConsoleOptions,
  listener: ConsoleListener,
): Console {
  const block = new PromptBlock(stdout);
  const ahead: { readonly text: string | undefined; readonly key: Key; readonly atMs: number }[] = [];
  let open: OpenPrompt | undefined;
  let drawing: NodeJS.Immediate | undefined;
  /** Set while the user may still be typing to a prompt that is gone. */
  let deafUntilMs = 0;
  /** What was typed to a prompt that gave way to another before it was answered. */
  let draft: { readonly name: string; readonly text: string } | undefined;

  function onAnswer(value: string): void {
    if (open?.prompt.draft !== undefined) draft = undefined;
    open = undefined;
    stdout.write('\r\n');
    block.forget();
    listener.onAnswer(value);
  }

  function press(text: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'c') return listener.onEnd();
    if (key.ctrl && key.name === 'z') return suspend();
    if (key.ctrl && key.name === 'd' && !open?.typed) return listener.onEnd();
    const atMs = performance.now();
    if (atMs < deafUntilMs) deafUntilMs = atMs + QUIET_MS;
    else if (open !== undefined) open.keypress(text, key).catch(listener.onError);
    else if (ahead.length < MAX_KEYS_AHEAD) ahead.push({ text, key, atMs });
  }

  function onEdit(): void {
    drawing ??= setImmediate(
      listener.guard(() => {
        drawing = undefined;
        open?.draw();
      }),
    );
  }

  const onResize = listener.guard(() => {
    block.resized();
    open?.draw();
  });

  /** Ctrl-Z: gives the terminal back to the shell until the program is continued. */
  function suspend(): void {
    stdout.write('\r\n');
    block.forget();
    stdin.setRawMode(false);
    // Without a listener the signal does what it does to any program.
    process.off('SIGTSTP', suspend);
    process.once('SIGCONT', resume);
    // The whole group, as the terminal itself would: npx and its shell are in it too.
    process.kill(0, 'SIGTSTP');
  }

  const resume = listener.guard(() => {
    process.on('SIGTSTP', suspend);
    stdin.setRawMode(true);
    open?.draw();
  });

  function write(lines: readonly string[]): void {
    const rows = lines.flatMap((line) => wrapLine(line, stdout.columns));
    stdout.write(rows.map((row) => `${row}\r\n`).join(''));
  }

  function dropPrompt(): void {
    const typed = open?.typed ?? '';
    const name = open?.prompt.draft;
    open = undefined;
    block.erase();
    if (name !== undefined) draft = { name, text: typed };
    else if (typed !== '') {
      // Nobody will ask for it again: it stays on the screen, and what follows it is no answer.
      write([toDisplayText(`(Not sent: ${typed})`)]);
      deafUntilMs = performance.now() + QUIET_MS;
    }
  }

  const onKey = listener.guard(press);

  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  process.on('SIGTSTP', suspend);
  stdin.on('keypress', onKey).on('end', listener.onEnd).on('error', listener.onError);
  stdout.on('resize', onResize).on('error', listener.onEnd);
  stdin.resume();

  return {
    print(lines) {
      block.erase();
      write(lines);
      open?.draw();
    },

    show({ name, text }) {
      this.print([`${name}: ${text}`]);
    },

    setStatus() {},

    notify() {},

    ask(prompt: Prompt) {
      if (prompt === open?.prompt) return;
      dropPrompt();
      const options = { prompt, block, stdout, onAnswer };
      const text = prompt.draft !== undefined && prompt.draft === draft?.name ? draft.text : '';
      open =
        prompt.kind === 'key' ? new KeyPrompt(options) : new LinePrompt({ ...options, draft: text, onEdit });
      open.draw();
      const sinceMs = performance.now() - KEY_AHEAD_MS;
      for (const { text, key, atMs } of ahead.splice(0)) if (atMs >= sinceMs) press(text, key);
    },

    dropPrompt,

    close() {
      clearImmediate(drawing);
      block.erase();
      process.off('SIGCONT', resume).off('SIGTSTP', suspend);
      stdin.off('keypress', onKey).off('end', listener.onEnd).off('error', listener.onError);
      stdout.off('resize', onResize).off('error', listener.onEnd);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
