/**
 * The console without a terminal: a line in is an answer, and output is lines without any codes.
 * For pipes and scripts, screen readers and dumb terminals.
 *
 * Lines are read ahead, in order, up to a limit; each waits for the prompt that it answers.
 */

import { LineSplitter } from '../protocol/line-splitter.js';
import { decodeLine } from '../protocol/message.js';
import type { Prompt } from './console.js';
import {
  type Console,
  type ConsoleListener,
  type ConsoleStreams,
  ignoreErrors,
  isSamePrompt,
  MAX_LINE_BYTES,
} from './console.js';
import { wrapLine } from './layout.js';

/** Most lines read ahead; then input waits in its pipe. */
export const MAX_LINES_AHEAD = 1_024;

/** Columns of a terminal that does not tell how many it has. */
const DEFAULT_COLUMNS = 80;

/** Opens the plain console. */
export function openPlainConsole({ stdin, stdout }: ConsoleStreams, listener: ConsoleListener): Console {
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  const ahead: string[] = [];
  let prompt: Prompt | undefined;
  let ended = stdin.readableEnded;
  let atLineStart = true;

  function write(text: string, endsLine: boolean): void {
    stdout.write(text);
    atLineStart = endsLine;
  }

  /** On a terminal, the rows of a long line are told from lines of their own. */
  function rowsOf(line: string): string[] {
    const rows = stdout.isTTY ? wrapLine(line, stdout.columns || DEFAULT_COLUMNS) : [line];
    return rows.map((row) => `${row}\n`);
  }

  /** Answers the open prompt with the next line there is, or tells that there will be none. */
  function answer(): void {
    if (prompt === undefined) return;
    const line = ahead.shift();
    if (line === undefined) {
      if (ended) listener.onEnd();
      return;
    }
    prompt = undefined;
    listener.onActivity();
    // A terminal has echoed the line and its end; a pipe has not, so the next output starts a line.
    if (stdin.isTTY) atLineStart = true;
    if (ahead.length < MAX_LINES_AHEAD) stdin.resume();
    listener.onAnswer(line);
    tellIfExhausted();
  }

  function tellIfExhausted(): void {
    if (ended && ahead.length === 0 && prompt === undefined) listener.onExhausted();
  }

  const onData = listener.guard((chunk: Buffer) => {
    for (const line of splitter.push(chunk)) ahead.push(decodeLine(line));
    if (ahead.length >= MAX_LINES_AHEAD) stdin.pause();
    answer();
  });

  const onEnd = listener.guard(() => {
    const line = splitter.end();
    if (line !== undefined) ahead.push(decodeLine(line));
    ended = true;
    answer();
    tellIfExhausted();
  });

  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.on('error', listener.onError);
  stdout.on('error', listener.onEnd); // whoever read us is gone
  stdin.resume();

  return {
    print(lines) {
      if (!atLineStart) write('\n', true);
      write(lines.flatMap(rowsOf).join(''), true);
      if (prompt !== undefined) write(prompt.text, false);
    },

    show({ isOwn, text }) {
      // What was typed or piped in need not be read back.
      if (!isOwn) this.print([`B: ${text}`]);
    },

    setStatus() {
      // Lines that stay where they are have no place for what changes: the user asks.
    },

    notify() {
      // Whoever reads lines one by one has heard of it.
    },

    ask(next) {
      if (isSamePrompt(next, prompt)) return;
      prompt = next;
      if (!atLineStart) write('\n', true);
      write(prompt.text, false);
      answer();
    },

    dropPrompt() {
      prompt = undefined;
    },

    close() {
      if (!atLineStart) write('\n', true);
      stdin.off('data', onData).off('end', onEnd).off('error', listener.onError);
      // What was written last may fail yet.
      ignoreErrors(stdout.off('error', listener.onEnd));
      stdin.pause();
    },
  };
}
