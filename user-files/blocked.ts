/**
 * The block list: the text file `blocked`, with an id or an address on each line.
 */

import { join } from 'node:path';
import { parseAddress } from '../protocol/address.js';
import { parseId } from '../protocol/id.js';
import { readSmallFile, replaceFile } from './private-file.js';

/** The maximum number of ids and addresses on the list. */
export const MAX_BLOCKED = 1_000;

/** The maximum number of bytes in the file: the longest possible lines, with CR LF. */
const MAX_BLOCKED_BYTES = MAX_BLOCKED * 257;

/** The form in which a name is on the list; `undefined` for a name that is neither an id nor an address. */
export function blockedName(name: string): string | undefined {
  return parseId(name) ?? parseAddress(name)?.toLowerCase();
}

/**
 * Reads the list. Ignores invalid lines, and names beyond {@link MAX_BLOCKED}.
 *
 * @throws An error that `fileReason` describes.
 */
export function readBlocked(directory: string): readonly string[] {
  const lines = readSmallFile(pathIn(directory), MAX_BLOCKED_BYTES)?.split('\n') ?? [];
  const names = lines.map((line) => blockedName(line.trim())).filter((name) => name !== undefined);
  return [...new Set(names)].slice(0, MAX_BLOCKED);
}

/**
 * Writes the list.
 *
 * @throws An error that `fileReason` describes.
 */
export function writeBlocked(directory: string, names: readonly string[]): void {
  replaceFile(pathIn(directory), names.map((name) => `${name}\n`).join(''));
}

function pathIn(directory: string): string {
  return join(directory, 'blocked');
}
