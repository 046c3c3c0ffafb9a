/**
 * Keys, names and files for the tests of the client's files.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { UserId } from '../../protocol/id.js';
import { encodeKey, type IdentityKey } from '../../protocol/key.js';
import { type Files, withFile, writeAll } from '../../storage/files/files.js';
import { type KeyFileName, serverName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';

/** A key that depends only on the number. */
export function keyOf(number: number): IdentityKey {
  const bytes = createHash('sha256').update(String(number)).digest();
  bytes[31] = 0; // below the prime of the field
  const key = encodeKey(bytes);
  assert(key !== undefined);
  return key;
}

/** The id alice at a server with a key. */
export const ALICE: KeyFileName = {
  id: 'alice' as UserId,
  server: serverName({ host: 'im.example', port: 1_234 }, keyOf(0)),
};

/** Returns the value. Throws if it is a failure. */
export function done<TValue>(value: TValue): Exclude<TValue, { readonly reason: string }> {
  assert(!isFailed(value), JSON.stringify(value));
  return value as Exclude<TValue, { readonly reason: string }>;
}

/** Makes a file with these contents, durably. */
export async function writeTo(files: Files, path: string, bytes: Buffer): Promise<void> {
  // A simulated directory does not imply its parents.
  for (const directory of [dirname(dirname(path)), dirname(path)]) await files.createDirectory(directory);
  await withFile(files.create(path), async (file) => {
    await writeAll(file, bytes, 0);
    await file.datasync();
  });
  await files.syncDirectory(dirname(path));
}
