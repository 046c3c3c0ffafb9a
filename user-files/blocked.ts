/**
 * The block list: a text file, `blocked`, with an id or an address on each line.
 */

import { join } from 'node:path';
import { parseAddress } from '../protocol/address.js';
import { parseId } from '../protocol/id.js';
import { readSmallFile, replaceFile } from './private-file.js';

/** Most ids and addresses on the list. */
export const MAX_BLOCKED = 1_000;

/** Most bytes of the file: the longest lines there can be, each ended by CR LF. */
const MAX_BLOCKED_BYTES = MAX_BLOCKED * 257;

/** A name as it stands on the list; `undefined` for what is neither an id nor an address. */
export function blockedName(name: string): string | undefined {
  return parseId(name) ?? parseAddress(name)?.toLowerCase();
}

/**
 * Reads the list, without lines that are neither and without whatever is too much.
 *
 * @throws What `fileReason` has words for.
 */
export function readBlocked(directory: string): readonly string[] {
  const lines = readSmallFile(pathIn(directory), MAX_BLOCKED_BYTES)?.split('\n') ?? [];
  const names = lines.map((line) => blockedName(line.trim())).filter((name) => name !== undefined);
  return [...new Set(names)].slice(0, MAX_BLOCKED);
}

/**
 * Writes the list.
 *
 * @throws What `fileReason` has words for.
 */
export function writeBlocked(directory: string, names: readonly string[]): void {
  replaceFile(pathIn(directory), names.map((name) => `${name}\n`).join(''));
}

function pathIn(directory: string): string {
  return join(directory, 'blocked');
}
