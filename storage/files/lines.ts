/**
 * Reads a text file line by line, as bytes. Node's `readline` is slow, and treats a lone CR as the end of a
 * line.
 */

import type { OpenFile } from './files.js';

const LF = 0x0a;

const CR = 0x0d;

/** How many bytes are read at a time: parsing them takes a few milliseconds. */
const READ_BYTES = 256 * 1024;

/**
 * Receives a line without its LF: the bytes from `start` to `end` of `data`, valid until the callback
 * returns. `byte` is the offset of the line in the file.
 */
export type HandleLine = (data: Buffer, start: number, end: number, byte: number) => void;

export interface ReadLines {
  /**
   * The maximum number of bytes in a line, without its LF. The callback receives only the first
   * `maxLineBytes` + 1 bytes of a longer line.
   */
  readonly maxLineBytes: number;
  /** The offset at which to stop. */
  readonly until?: number;
  /** True to pass on a last line that lacks its LF; by default it is dropped. */
  readonly mayLackLastEnd?: boolean;
  /** Awaited after each piece that is read, never during a call of the callback. */
  readonly pause?: () => Promise<void>;
}

const DEFAULTS: Required<Omit<ReadLines, 'maxLineBytes'>> = {
  until: Number.POSITIVE_INFINITY,
  mayLackLastEnd: false,
  pause: async () => {},
};

/**
 * Passes every line to a callback.
 *
 * @returns How many bytes were read.
 */
export async function readLines(
  file: Pick<OpenFile, 'read'>,
  options: ReadLines,
  handleLine: HandleLine,
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
      handleLine(data, start, Math.min(end, start + maxLineBytes + 1), byte);
      start = end + 1;
      byte = position - (data.length - start);
    }
    // Keep only the beginning of a line that is already too long.
    held = Math.min(data.length - start, maxLineBytes + 1);
    buffer.copyWithin(0, start, start + held);
    await pause();
  }
  if (mayLackLastEnd && held > 0) {
    handleLine(buffer, 0, held, byte);
    await pause();
  }
  return position;
}

/** The end of a line, without the CR that an editor may have added. */
export function withoutCr(data: Buffer, end: number): number {
  return data[end - 1] === CR ? end - 1 : end;
}
