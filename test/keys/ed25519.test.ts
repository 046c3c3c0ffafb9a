import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { privateKeyFrom, publicBytesOf, SEED_BYTES } from '../../keys/ed25519.js';
import { isAllowedKey } from '../../protocol/key.js';
import { hex, readVectors } from '../helpers/vectors.js';

interface Signed {
  readonly message: string;
  readonly signature: string;
}

const RFC8032 = readVectors<{ cases: (Signed & { seed: string; key: string })[] }>('ed25519-rfc8032').cases;
const WYCHEPROOF = readVectors<{ key: string; tests: (Signed & { id: number; valid: boolean })[] }>(
  'ed25519-wycheproof',
);
const SPECCHECK = readVectors<{ cases: (Signed & { key: string })[] }>('ed25519-speccheck').cases;

function verifies(key: Buffer, { message, signature }: Signed): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') };
  return verify(null, hex(message), createPublicKey({ key: jwk, format: 'jwk' }), hex(signature));
}

test('keys and signatures are those of RFC 8032', (t) => {
  for (const vector of RFC8032) {
    const privateKey = privateKeyFrom(hex(vector.seed));
    t.is(publicBytesOf(privateKey).toString('hex'), vector.key);
    t.is(sign(null, hex(vector.message), privateKey).toString('hex'), vector.signature);
    t.true(verifies(hex(vector.key), vector));
  }
});

test('a signature is valid exactly if Wycheproof says so', (t) => {
  for (const vector of WYCHEPROOF.tests) {
    t.is(verifies(hex(WYCHEPROOF.key), vector), vector.valid, `test ${vector.id}`);
  }
});

test('a signature of ed25519-speccheck with a scalar or point out of range is not valid', (t) => {
  for (const index of [6, 7, 8, 9]) {
    const vector = SPECCHECK[index] as Signed & { key: string };
    t.false(verifies(hex(vector.key), vector), `case ${index}`);
  }
});

test('a key of small order is refused, because OpenSSL 3.0 accepts forgeries under it', (t) => {
  const identityPoint = hex(`01${'00'.repeat(31)}`);
  const signature = `01${'00'.repeat(63)}`;
  t.false(isAllowedKey(identityPoint));
  const isAccepted = verifies(identityPoint, { message: randomBytes(20).toString('hex'), signature });
  // OpenSSL 3.5, which comes with Node.js 24, refuses this forgery itself.
  t.is(isAccepted, process.versions.openssl.startsWith('3.0.'));
});

test('a seed has 32 bytes', (t) => {
  for (const length of [0, 31, 33]) {
    t.throws(() => privateKeyFrom(Buffer.alloc(length)), { instanceOf: RangeError });
  }
});

test('every seed gives an allowed key, and Node exports the same seed and key', (t) => {
  const property = fc.property(fc.uint8Array({ minLength: SEED_BYTES, maxLength: SEED_BYTES }), (seed) => {
    const privateKey = privateKeyFrom(seed);
    assert.ok(isAllowedKey(publicBytesOf(privateKey)));
    const { d, x } = privateKey.export({ format: 'jwk' });
    assert.equal(d, Buffer.from(seed).toString('base64url'));
    assert.equal(x, publicBytesOf(privateKey).toString('base64url'));
  });
  t.notThrows(() => fc.assert(property));
});

test('a key that is not an Ed25519 key has no raw bytes', (t) => {
  const { privateKey } = generateKeyPairSync('ed448');
  t.is(publicBytesOf(privateKey) as Buffer | undefined, undefined);
});
