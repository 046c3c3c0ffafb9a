/**
 * Public keys of identities: Ed25519, as bytes and as text. This file decides which keys are refused.
 */

import { parseId, type UserId } from './id.js';

/** Bytes of an Ed25519 public key. */
export const KEY_BYTES = 32;

/** Characters of a key as text. */
export const KEY_CHARACTERS = 43;

/**
 * An Ed25519 public key of an identity, as 43 characters of base64url. {@link isAllowedKey} has accepted it.
 */
export type IdentityKey = string & { readonly IdentityKey: unique symbol };

/** The prime of the field: 2^255 - 19. */
const P = 2n ** 255n - 19n;

/** One of the two values of y that points of order 8 have; the other is P - Y8. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/**
 * The y coordinates of all points of small order. OpenSSL imports such a point as a public key. Anyone can
 * forge signatures under that key, and one forged signature is valid for many messages.
 */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/** The index of a byte in the middle of a key. */
const MIDDLE = 15;

/** The values of the middle byte in the refused keys. In each y that is not below P, this byte is 0xff. */
const SUSPECT: ReadonlySet<number> = new Set(
  [...SMALL_ORDER, P].map((y) => Number((y >> BigInt(8 * MIDDLE)) & 0xffn)),
);

const TEXT = new RegExp(`^[A-Za-z0-9_-]{${KEY_CHARACTERS}}$`);

/**
 * Parses a key from one token. Each key has exactly one text: the spare bits of the last character must be 0.
 *
 * @returns `undefined` for anything that is not a key, and for a key that is refused.
 */
export function parseKey(token: string | undefined): IdentityKey | undefined {
  if (token === undefined || !TEXT.test(token)) return undefined;
  const key = encodeKey(Buffer.from(token, 'base64url'));
  return key === token ? key : undefined;
}

/** An id with its key. */
export interface KeyedId {
  readonly id: UserId;
  readonly key: IdentityKey;
}

/** Parses an id with its key, as in `bob#key`. Users give their keys to each other in this form. */
export function parseKeyedId(text: string): KeyedId | undefined {
  const [idText, token, ...rest] = text.split('#');
  const id = parseId(idText);
  const key = parseKey(token);
  return id !== undefined && key !== undefined && rest.length === 0 ? { id, key } : undefined;
}

/** Encodes the bytes of a key. Returns `undefined` if the bytes are not a key, or if the key is refused. */
export function encodeKey(bytes: Uint8Array): IdentityKey | undefined {
  if (!isAllowedKey(bytes)) return undefined;
  return Buffer.from(bytes).toString('base64url') as IdentityKey;
}

/** The bytes of a key. */
export function keyBytes(key: IdentityKey): Uint8Array {
  return Buffer.from(key, 'base64url');
}

/**
 * Whether bytes are a key that an identity or a device may use. Refuses each y that is not below P, and each
 * point of small order, whatever the sign of x.
 */
export function isAllowedKey(bytes: Uint8Array): boolean {
  if (bytes.length !== KEY_BYTES) return false;
  // This byte alone shows that most keys are allowed. The store reads many keys, and large integers are slow.
  if (!SUSPECT.has(bytes[MIDDLE] as number)) return true;
  const y = ordinateOf(bytes);
  return y < P && !SMALL_ORDER.has(y);
}

/** The y coordinate of a point: the low 255 bits, little-endian. The top bit is the sign of x. */
function ordinateOf(bytes: Uint8Array): bigint {
  const bigEndian = Buffer.from(bytes).reverse();
  return BigInt(`0x${bigEndian.toString('hex')}`) & (2n ** 255n - 1n);
}
