/**
 * The file with the server's own identity: the 32-byte seed of its Ed25519 key pair.
 *
 *     im-identity 1 6dae4510
 *     nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A 5e45f212
 *
 * The second line has the seed in base64url. Both lines end with the CRC-32 of the text before their last
 * space.
 */

import { randomBytes } from 'node:crypto';
import type { DataDirectory } from '../files/data-directory.js';
import { IDENTITY_FILE } from '../files/file-names.js';
import { withFile } from '../files/files.js';
import { checksumOf, signedHeader } from '../format/checksum.js';
import { newerFormat, newerFormatIn } from '../format/manifest.js';
import { StoreError } from '../store.js';

/** Bytes of a seed. */
const SEED_BYTES = 32;

const HEADER = signedHeader('im-identity 1');

/** The maximum number of bytes that are read. A valid file is shorter. */
const READ_BYTES = 1024;

/**
 * Reads the seed of a server.
 *
 * @returns `undefined` when the directory has no seed.
 * @throws StoreError `store.corrupt` when the file is damaged, `store.unusable` when a newer version wrote
 * it.
 */
export async function readServerSeed(directory: DataDirectory): Promise<Buffer | undefined> {
  const file = await directory.find(IDENTITY_FILE);
  if (file === undefined) return undefined;
  const path = directory.pathOf(IDENTITY_FILE);
  const text = await withFile(file, async (opened) => {
    const buffer = Buffer.alloc(READ_BYTES);
    let length = 0;
    for (let more = -1; more !== 0 && length < READ_BYTES; length += more) {
      more = await opened.read(buffer.subarray(length), length);
    }
    return buffer.toString('latin1', 0, length);
  });
  const [header = '', line = ''] = text.split('\n');
  const newer = header === HEADER ? undefined : newerFormatIn(header, 'im-identity');
  if (newer !== undefined) throw newerFormat(path, newer);
  const seed = Buffer.from(line.split(' ')[0] ?? '', 'base64url');
  if (seed.length === SEED_BYTES && textOf(seed) === text) return seed;
  const advice = 'restore it from a backup: with another identity, clients refuse this server';
  throw new StoreError('store.corrupt', `${path} is damaged: ${advice}`);
}

/**
 * Reads the seed of a server, or makes one. The seed is durable afterwards.
 *
 * @throws StoreError as {@link readServerSeed}; FileError when the directory cannot be locked: `lock.held`
 * when another process uses it; or an error of the file system.
 */
export async function ensureServerSeed(directory: DataDirectory): Promise<Buffer> {
  // Without the lock, two processes could make two seeds.
  const lock = await directory.lock();
  try {
    return await ensureLockedServerSeed(directory);
  } finally {
    await lock.release().catch(() => {}); // the lock ends with the process at the latest
  }
}

/** Like {@link ensureServerSeed}, for a process that holds the lock of the directory, such as a store. */
export async function ensureLockedServerSeed(directory: DataDirectory): Promise<Buffer> {
  const seed = (await readServerSeed(directory)) ?? randomBytes(SEED_BYTES);
  // Replace even an existing file: an interrupted start may not have made its name durable.
  await directory.replace(IDENTITY_FILE, Buffer.from(textOf(seed), 'latin1'));
  return seed;
}

function textOf(seed: Buffer): string {
  const body = seed.toString('base64url');
  return `${HEADER}\n${body} ${checksumOf(body)}\n`;
}
