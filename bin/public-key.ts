/**
 * The public key of a seed, from Node's OpenSSL.
 */

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type IdentityKey, parseKey } from '../protocol/key.js';

/** The DER bytes of a PKCS #8 private key for Ed25519, up to the 32 bytes of the seed. */
const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function publicKeyOf(seed: Uint8Array): IdentityKey {
  const der = Buffer.concat([PRIVATE_KEY_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const key = parseKey(createPublicKey(privateKey).export({ format: 'jwk' }).x);
  if (key === undefined) throw new Error('the public key of a seed is never refused');
  return key;
}
