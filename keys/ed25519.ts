/**
 * Converts Ed25519 keys between raw bytes and the DER that `node:crypto` uses.
 */

import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { KEY_BYTES } from '../protocol/key.js';

/** Bytes of the seed that a private key is made from. */
export const SEED_BYTES = 32;

/** The beginning of a private key in DER (PKCS #8), before its seed. RFC 8410, section 7. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The beginning of a public key in DER (SubjectPublicKeyInfo), before its raw bytes. RFC 8410, section 4. */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Makes the private key of a seed. */
export function privateKeyFrom(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw new RangeError(`A seed has ${SEED_BYTES} bytes.`);
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** The raw public key of a private key. */
export function publicBytesOf(privateKey: KeyObject): Buffer {
  return rawKey(createPublicKey(privateKey)) as Buffer;
}

/** The raw key of a certificate. Returns `undefined` if the certificate has a key of another kind. */
export function certifiedKey(certificate: X509Certificate): Buffer | undefined {
  try {
    return rawKey(certificate.publicKey);
  } catch {
    // OpenSSL does not know the kind of the key, or cannot read it.
    return undefined;
  }
}

function rawKey(key: KeyObject): Buffer | undefined {
  const der = key.export({ format: 'der', type: 'spki' });
  const raw = der.subarray(PUBLIC_PREFIX.length);
  return raw.length === KEY_BYTES && der.indexOf(PUBLIC_PREFIX) === 0 ? raw : undefined;
}
