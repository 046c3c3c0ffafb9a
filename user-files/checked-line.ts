/**
 * A line of JSON with a checksum. The checksum shows whether a crash or a disk has damaged the line.
 *
 *     {"buddy":"bob","key":null,"sum":"5d41402abc4b2a76"}
 *
 * The last field is `sum`: the first 16 hexadecimal digits of the SHA-256 of the text before `,"sum"`.
 */

import { createHash } from 'node:crypto';

/** The number of hexadecimal digits in a checksum. */
const SUM_DIGITS = 16;

const LINE = new RegExp(`^(\\{.+),"sum":"([0-9a-f]{${SUM_DIGITS}})"\\}$`, 's');

/** The fields of a line, not yet checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** Encodes one or more fields as a line without its LF. */
export function formatCheckedLine(fields: Fields): string {
  const text = JSON.stringify(fields).slice(0, -1);
  return `${text},"sum":"${sumOf(text)}"}`;
}

/** Parses a line. Returns `undefined` for a damaged line. */
export function parseCheckedLine(line: string): Fields | undefined {
  const [, text, sum] = LINE.exec(line) ?? [];
  if (text === undefined || sum !== sumOf(text)) return undefined;
  try {
    return JSON.parse(`${text}}`);
  } catch {
    return undefined; // the checksum is right: another program wrote a line that is not JSON
  }
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, SUM_DIGITS);
}
