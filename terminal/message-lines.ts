/**
 * Messages as lines of the screen: `14:05 bob: text`. If a message is from another day than the previous
 * message, a line with the date precedes it.
 */

import type { ShownMessage } from '../machines/client/notices.js';
import { CONTINUATION, wrapLine } from './layout.js';

/** A line of the screen whose beginning may be styled. */
export interface StyledLine {
  readonly text: string;
  /** Consecutive styles from the beginning of the line. The rest of the line is plain. */
  readonly styles: readonly Style[];
}

interface Style {
  /** The length of the styled text in UTF-16 code units. */
  readonly length: number;
  /** The parameters of SGR, the terminal's code for styles; empty for plain text. */
  readonly code: string;
}

const DIM = '2';
const OWN_NAME = '1;32';
const BUDDY_NAME = '1;36';

export interface MessageLinesOptions {
  readonly hasColor: boolean;
  /** When the program started, in milliseconds since 1970: messages of that day need no date. */
  readonly startedAtMs: number;
  /** The time zone as an IANA name; default: the system's time zone. */
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

  /** The lines for the next message. */
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

  /** `Thursday, 26 November 2026`. Built from parts, because some versions of the locale omit the comma. */
  #dayOf(atMs: number): string {
    const parts = this.#day.formatToParts(atMs);
    const part = (type: string) => parts.find((found) => found.type === type)?.value;
    return `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`;
  }
}

/** The rows of a line on a screen. Styles are added after wrapping, because their codes take no columns. */
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

/** Styles the beginning of a row. Returns the row, and the styles that are left for the next row. */
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
