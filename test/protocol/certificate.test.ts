import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { assembleCertificate, encodeDeviceBody, encodeIdentityBody } from '../../protocol/certificate.js';
import { encodeKey, type IdentityKey } from '../../protocol/key.js';
import { isInstalled } from '../helpers/installed.js';
import { temporaryDirectory } from '../helpers/programs.js';

function rawKey(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
}

const identity = generateKeyPairSync('ed25519').privateKey;
const device = generateKeyPairSync('ed25519').privateKey;
const stranger = generateKeyPairSync('ed25519').privateKey;

function certify(body: Buffer, signer = identity): X509Certificate {
  return new X509Certificate(assembleCertificate(body, sign(null, body, signer)));
}

const identityBody = encodeIdentityBody(encodeKey(rawKey(identity)) as IdentityKey);
const deviceBody = encodeDeviceBody({ serial: 1_796_000_000_001, floor: 12 }, rawKey(device));

test('a device is certified by its identity, and the identity by itself', (t) => {
  const root = certify(identityBody);
  const leaf = certify(deviceBody);
  t.true(root.verify(root.publicKey));
  t.true(leaf.verify(root.publicKey));
  t.true(leaf.checkIssued(root));
  t.deepEqual(rawKey(leaf.publicKey), rawKey(device));
  t.deepEqual(rawKey(root.publicKey), rawKey(identity));
  t.false(certify(deviceBody, stranger).verify(root.publicKey));
  t.false(certify(identityBody, stranger).verify(root.publicKey));
});

test('the subject of a device is its serial and floor, and certificates contain no id', (t) => {
  t.is(certify(deviceBody).subject, 'CN=1796000000001 12');
  t.is(certify(identityBody).subject, 'CN=identity');
  t.is(certify(deviceBody).subjectAltName, undefined);
});

test('certificates are valid from 1970 to the end of 9999', (t) => {
  for (const body of [identityBody, deviceBody]) {
    const { validFrom, validTo } = certify(body);
    t.is(new Date(validFrom).getTime(), 0);
    t.is(new Date(validTo).toISOString(), '9999-12-31T23:59:59.000Z');
  }
});

test('only the identity may sign other certificates', (t) => {
  t.true(certify(identityBody).ca);
  t.false(certify(deviceBody).ca);
});

test('a chain has fewer than 600 bytes', (t) => {
  const bytes = certify(identityBody).raw.length + certify(deviceBody).raw.length;
  t.true(bytes < 600, String(bytes));
});

test('OpenSSL reads and verifies the chain', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const directory = await temporaryDirectory(t);
  const [root, leaf] = [join(directory, 'identity.pem'), join(directory, 'device.pem')];
  await writeFile(root, certify(identityBody).toString());
  await writeFile(leaf, certify(deviceBody).toString());
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
  t.regex(openssl('verify', '-CAfile', root, leaf), /: OK\n$/);
  const text = openssl('x509', '-in', leaf, '-noout', '-text');
  t.regex(text, /Version: 3 \(0x2\)/);
  t.regex(text, /Serial Number: 1796000000001 /);
  t.regex(text, /Issuer: CN = identity\n/);
  t.regex(text, /Public Key Algorithm: ED25519\n/);
  t.regex(text, /Not After : Dec 31 23:59:59 9999 GMT/);
});

test('a certificate with any serial and floor can be read back', (t) => {
  const root = certify(identityBody);
  const edges = fc.constantFrom(0, 1, 127, 128, 255, 256, 2 ** 31, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER);
  const property = fc.property(fc.oneof(edges, fc.maxSafeNat()), fc.maxSafeNat(), (serial, other) => {
    const floor = Math.min(serial, other);
    const leaf = certify(encodeDeviceBody({ serial, floor }, rawKey(device)));
    assert.equal(leaf.subject, `CN=${serial} ${floor}`);
    assert.equal(BigInt(`0x${leaf.serialNumber}`), BigInt(serial));
    assert.ok(leaf.verify(root.publicKey));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 300 }));
});

test('a change of any bit makes a certificate invalid', (t) => {
  const { raw } = certify(deviceBody);
  const { publicKey } = certify(identityBody);
  const accepted: number[] = [];
  for (let bit = 0; bit < raw.length * 8; bit++) {
    const forged = Buffer.from(raw);
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      if (new X509Certificate(forged).verify(publicKey)) accepted.push(bit);
    } catch {
      // The bytes are no longer a certificate.
    }
  }
  t.deepEqual(accepted, []);
});
