/**
 * Finds the six words that stand for a buddy's key, and compares them with typed words.
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

/**
 * The cost of scrypt. An attacker who searches for a key with the same words needs 32 MiB and some tens of
 * milliseconds for each try.
 */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;

const derive = promisify<Buffer, string, number, typeof COST, Buffer>(scrypt);

/** Finds the six words for the key of a user. The words depend on the key and on the id. */
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
