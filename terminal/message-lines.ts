/**
 * Messages as lines of the screen: `14:05 bob: text`, and a line of its own before the first of a day.
 */

import type { ShownMessage } from '../machines/client/notices.js';
import { CONTINUATION, wrapLine } from './layout.js';

/** A line of the screen, and how its beginning is written. */
export interface StyledLine {
  readonly text: string;
  /** One after the other from the beginning of the line; what is left over is plain. */
  readonly styles: readonly Style[];
}

interface Style {
  /** UTF-16 code units of the text. */
  readonly length: number;
  /** The parameters of SGR, the terminal's code for colours; empty for plain text. */
  readonly code: string;
}

const DIM = '2';
const OWN_NAME = '1;32';
const BUDDY_NAME = '1;36';

export interface MessageLinesOptions {
  readonly hasColor: boolean;
  /** When the program started, in milliseconds since 1970: messages of that day need no date. */
  readonly startedAtMs: number;
  /** Where the clock hangs, as an IANA name; by default where the program runs. */
  readonly timeZone?: string;
}

export class MessageLines {
  readonly #hasColor: boolean;
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  #shownDay: string;

  constructor({ hasColor, startedAtMs, timeZone }: MessageLinesOptions) {
    const zone = timeZone === undefined ? {} : { timeZone };
    this.#hasColor = hasColor;
    this.#time = new Intl.DateTimeFormat('en-GB', {
      ...zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.#day = new Intl.DateTimeFormat('en-GB', {
      ...zone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
    });
    this.#shownDay = this.#dayOf(startedAtMs);
  }

  /** The lines for a message that is shown next. */
  linesOf({ name, isOwn, text, atMs }: ShownMessage): StyledLine[] {
    const time = this.#time.format(atMs);
    const styles = [
      { length: time.length, code: DIM },
      { length: 1, code: '' },
      { length: name.length, code: isOwn ? OWN_NAME : BUDDY_NAME },
    ];
    const line = { text: `${time} ${name}: ${text}`, styles: this.#hasColor ? styles : [] };
    const day = this.#dayOf(atMs);
    if (day === this.#shownDay) return [line];
    this.#shownDay = day;
    return [{ text: `--- ${day} ---`, styles: [] }, line];
  }

  /** `Thursday, 26 November 2026`, with the comma that some versions of the locale leave out. */
  #dayOf(atMs: number): string {
    const parts = this.#day.formatToParts(atMs);
    const part = (type: string) => parts.find((found) => found.type === type)?.value;
    return `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`;
  }
}

/** The rows of a line on a screen: wrapped first, so that the codes of its styles take no columns. */
export function styledRows({ text, styles }: StyledLine, columns: number): string[] {
  const rows = wrapLine(text, columns);
  let left = [...styles];
  return rows.map((row, index) => {
    const indent = index === 0 ? '' : CONTINUATION;
    const { styled, rest } = styleRow(row.slice(indent.length), left);
    left = rest;
    return indent + styled;
  });
}

/** Writes the beginning of a row with its styles, and tells which of them are for the next row. */
function styleRow(row: string, styles: readonly Style[]): { styled: string; rest: Style[] } {
  let styled = '';
  let at = 0;
  const rest: Style[] = [];
  for (const { length, code } of styles) {
    const part = row.slice(at, at + length);
    at += part.length;
    if (part !== '') styled += code === '' ? part : `\u001b[${code}m${part}\u001b[0m`;
    if (part.length < length) rest.push({ length: length - part.length, code });
  }
  return { styled: styled + row.slice(at), rest };
}
