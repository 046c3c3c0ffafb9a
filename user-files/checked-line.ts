/**
 * A line of JSON with a checksum, which tells a whole line from one that a crash or a disk has damaged:
 *
 *     {"buddy":"bob","key":null,"sum":"5d41402abc4b2a76"}
 *
 * `sum` is the last field: the first 16 hexadecimal digits of the SHA-256 of the text before `,"sum"`.
 */

import { createHash } from 'node:crypto';

/** How many hexadecimal digits a checksum has. */
const SUM_DIGITS = 16;

const LINE = new RegExp(`^(\\{.+),"sum":"([0-9a-f]{${SUM_DIGITS}})"\\}$`, 's');

/** The fields of a line, not yet checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** Encodes fields, at least one, as a line without its LF. */
export function formatCheckedLine(fields: Fields): string {
  const text = JSON.stringify(fields).slice(0, -1);
  return `${text},"sum":"${sumOf(text)}"}`;
}

/** Parses a line; `undefined` for a damaged one. */
export function parseCheckedLine(line: string): Fields | undefined {
  const [, text, sum] = LINE.exec(line) ?? [];
  if (text === undefined || sum !== sumOf(text)) return undefined;
  try {
    return JSON.parse(`${text}}`);
  } catch {
    return undefined; // written by another program, with the right checksum
  }
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, SUM_DIGITS);
}
