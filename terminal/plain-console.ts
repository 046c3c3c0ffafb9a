/**
 * The console for pipes, scripts, screen readers and dumb terminals: each line of input is an answer, and the
 * output is lines without terminal codes.
 *
 * Lines are read ahead, up to a limit. Each line waits for the prompt that it answers.
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

/** The maximum number of lines read ahead. At the limit, reading pauses. */
export const MAX_LINES_AHEAD = 1_024;

/** The number of columns that is assumed if a terminal does not report it. */
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

  /** Wraps a line on a terminal, so that the rows of a long line do not look like lines of their own. */
  function rowsOf(line: string): string[] {
    const rows = stdout.isTTY ? wrapLine(line, stdout.columns || DEFAULT_COLUMNS) : [line];
    return rows.map((row) => `${row}\n`);
  }

  /** Answers the open prompt with the next line, or reports that the input has ended. */
  function answerPrompt(): void {
    if (prompt === undefined) return;
    const line = ahead.shift();
    if (line === undefined) {
      if (ended) listener.onEnd();
      return;
    }
    prompt = undefined;
    listener.onActivity();
    // A terminal has echoed the line and its end. A pipe echoes nothing: the next output begins a new line.
    if (stdin.isTTY) atLineStart = true;
    if (ahead.length < MAX_LINES_AHEAD) stdin.resume();
    listener.onAnswer(line);
    reportIfExhausted();
  }

  function reportIfExhausted(): void {
    if (ended && ahead.length === 0 && prompt === undefined) listener.onExhausted();
  }

  const onData = listener.guard((chunk: Buffer) => {
    for (const line of splitter.push(chunk)) ahead.push(decodeLine(line));
    if (ahead.length >= MAX_LINES_AHEAD) stdin.pause();
    answerPrompt();
  });

  const onEnd = listener.guard(() => {
    const line = splitter.end();
    if (line !== undefined) ahead.push(decodeLine(line));
    ended = true;
    answerPrompt();
    reportIfExhausted();
  });

  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.on('error', listener.onError);
  stdout.on('error', listener.onEnd); // the reader of the output is gone
  stdin.resume();

  return {
    print(lines) {
      if (!atLineStart) write('\n', true);
      write(lines.flatMap(rowsOf).join(''), true);
      if (prompt !== undefined) write(prompt.text, false);
    },

    show({ isOwn, text }) {
      // The user typed or piped in this message, and need not see it again.
      if (!isOwn) this.print([`B: ${text}`]);
    },

    setStatus() {
      // Printed lines cannot change. The user can ask for the status.
    },

    notify() {
      // The user reads every line anyway.
    },

    ask(next) {
      if (isSamePrompt(next, prompt)) return;
      prompt = next;
      if (!atLineStart) write('\n', true);
      write(prompt.text, false);
      answerPrompt();
    },

    dropPrompt() {
      prompt = undefined;
    },

    close() {
      if (!atLineStart) write('\n', true);
      stdin.off('data', onData).off('end', onEnd).off('error', listener.onError);
      // A write that has not ended can fail after the console is closed.
      ignoreErrors(stdout.off('error', listener.onEnd));
      stdin.pause();
    },
  };
}
