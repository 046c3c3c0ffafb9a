/**
 * Reading a text file line by line, as bytes. Node's `readline` is slow, and takes a lone CR for a line's
 * end.
 */

import type { OpenFile } from './files.js';

const LF = 0x0a;

const CR = 0x0d;

/** How much is read at a time, in bytes: parsing so much takes a few milliseconds. */
const READ_BYTES = 256 * 1024;

/**
 * A line without its LF: the bytes from `start` to `end` of `data`, which are good until the callback
 * returns; and where it begins in the file, in bytes.
 */
export type TakeLine = (data: Buffer, start: number, end: number, byte: number) => void;

export interface ReadLines {
  /**
   * Most bytes in a line, its LF not included; of a longer one only its beginning is handed out, one byte
   * more.
   */
  readonly maxLineBytes: number;
  /** Where to stop, in bytes. */
  readonly until?: number;
  /** True when the last line may lack its LF; otherwise it is not handed out then. */
  readonly mayLackLastEnd?: boolean;
  /** Waited for now and then, when no line is held. */
  readonly pause?: () => Promise<void>;
}

const DEFAULTS: Required<Omit<ReadLines, 'maxLineBytes'>> = {
  until: Number.POSITIVE_INFINITY,
  mayLackLastEnd: false,
  pause: async () => {},
};

/**
 * Hands out every line.
 *
 * @returns How many bytes were read.
 */
export async function readLines(
  file: Pick<OpenFile, 'read'>,
  options: ReadLines,
  take: TakeLine,
): Promise<number> {
  const { maxLineBytes, until, mayLackLastEnd, pause } = { ...DEFAULTS, ...options };
  const buffer = Buffer.allocUnsafe(maxLineBytes + 1 + READ_BYTES);
  let position = 0;
  let held = 0;
  let byte = 0;
  while (position < until) {
    const wanted = Math.min(READ_BYTES, until - position);
    const bytesRead = await file.read(buffer.subarray(held, held + wanted), position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const data = buffer.subarray(0, held + bytesRead);
    let start = 0;
    for (let end = data.indexOf(LF, held); end !== -1; end = data.indexOf(LF, start)) {
      take(data, start, Math.min(end, start + maxLineBytes + 1), byte);
      start = end + 1;
      byte = position - (data.length - start);
    }
    // Of a line that is too long already, its beginning is enough.
    held = Math.min(data.length - start, maxLineBytes + 1);
    buffer.copyWithin(0, start, start + held);
    await pause();
  }
  if (mayLackLastEnd && held > 0) {
    take(buffer, 0, held, byte);
    await pause();
  }
  return position;
}

/** Where a line ends without the CR that an editor may have put there. */
export function withoutCr(data: Buffer, end: number): number {
  return data[end - 1] === CR ? end - 1 : end;
}
