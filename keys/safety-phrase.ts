/**
 * The six words that stand for a buddy's key, and their comparison with typed ones.
 */

import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { UserId } from '../protocol/id.js';
import { type IdentityKey, keyBytes } from '../protocol/key.js';
import {
  compareSafetyWords,
  SAFETY_BYTES,
  type SafetyComparison,
  safetyWords,
} from '../protocol/safety-words.js';

const SALT = 'im-safety 1';

/** One guess at a key with the same words costs 32 MiB and some tens of milliseconds. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;

const derive = promisify<Buffer, string, number, typeof COST, Buffer>(scrypt);

/** Finds the six words for the key of a user. They differ for two ids with one key. */
export async function findSafetyWords(key: IdentityKey, id: UserId): Promise<readonly string[]> {
  const person = Buffer.concat([keyBytes(key), Buffer.from(id)]);
  return safetyWords(await derive(person, SALT, SAFETY_BYTES, COST), wordlist);
}

/** Compares what a user typed with the six words for the key of a user. */
export async function compareTypedWords(
  typed: string,
  key: IdentityKey,
  id: UserId,
): Promise<SafetyComparison> {
  return compareSafetyWords(typed, await findSafetyWords(key, id), wordlist);
}
