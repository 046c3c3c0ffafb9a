/**
 * Identities: an identity is the key pair that signs the certificates of a user's devices. The 24 words of an
 * identity restore the key pair.
 */

import { randomBytes, sign } from 'node:crypto';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { assembleCertificate, encodeIdentityBody } from '../protocol/certificate.js';
import { encodeKey, type IdentityKey } from '../protocol/key.js';
import { splitWords } from '../protocol/safety-words.js';
import { privateKeyFrom, publicBytesOf, SEED_BYTES } from './ed25519.js';

/** The number of words for a seed: a word has 11 bits, and a seed has 256 bits and a checksum of 8 bits. */
export const IDENTITY_WORDS = 24;

/** Why typed words are not the words of an identity. A problem never contains a word. */
export type WordsProblem =
  | { readonly problem: 'wrong-count'; readonly count: number }
  /** The word at this position, counted from 1, is not in the list. */
  | { readonly problem: 'unknown-word'; readonly position: number }
  /** All words are in the list, but at least one word or the order is wrong. */
  | { readonly problem: 'wrong-checksum' };

/**
 * The key pair of an identity. The seed is in a private field: `JSON.stringify` and `util.inspect` show the
 * public key only.
 */
export class Identity {
  readonly key: IdentityKey;
  readonly #seed: Buffer;

  private constructor(seed: Uint8Array) {
    const key = encodeKey(publicBytesOf(privateKeyFrom(seed)));
    if (key === undefined) throw new Error('The public key of a seed is never refused.');
    this.key = key;
    this.#seed = Buffer.from(seed);
  }

  /** Creates a new identity from random bytes. */
  static create(): Identity {
    return new Identity(randomBytes(SEED_BYTES));
  }

  /** Restores the identity of a stored seed. Throws a `RangeError` if the seed does not have 32 bytes. */
  static fromSeed(seed: Uint8Array): Identity {
    return new Identity(seed);
  }

  /** Restores the identity of typed words. Case, spaces and punctuation do not matter. */
  static fromWords(typed: string): Identity | WordsProblem {
    const words = splitWords(typed);
    const unknown = words.findIndex((word) => !wordlist.includes(word));
    if (unknown !== -1) return { problem: 'unknown-word', position: unknown + 1 };
    if (words.length !== IDENTITY_WORDS) return { problem: 'wrong-count', count: words.length };
    try {
      return new Identity(mnemonicToEntropy(words.join(' '), wordlist));
    } catch {
      // Hide the library's error, which may quote the words. At this point, only the checksum can be wrong.
      return { problem: 'wrong-checksum' };
    }
  }

  /** The 24 words of the seed: a secret. */
  toWords(): readonly string[] {
    return entropyToMnemonic(this.#seed, wordlist).split(' ');
  }

  /** A copy of the seed, for the key file: a secret. */
  toSeed(): Uint8Array {
    return Uint8Array.from(this.#seed);
  }

  /** Signs the body of a certificate. Identities sign nothing else. */
  sign(body: Uint8Array): Buffer {
    return sign(null, body, privateKeyFrom(this.#seed));
  }

  /** The identity's own certificate, in DER. */
  toCertificate(): Buffer {
    const body = encodeIdentityBody(this.key);
    return assembleCertificate(body, this.sign(body));
  }
}

/** A problem in words, without a full stop. Contains none of the typed words. */
export function problemText(problem: WordsProblem): string {
  switch (problem.problem) {
    case 'wrong-count':
      return `there are ${problem.count} words, but there must be ${IDENTITY_WORDS}`;
    case 'unknown-word':
      return `word ${problem.position} is not in the list of words`;
    case 'wrong-checksum':
      return 'at least one word is wrong, or the words are in the wrong order';
  }
}
