import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import test from 'ava';
import { readChainFacts, walkChain } from '../../keys/chain-facts.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { publicBytesOf } from '../../keys/ed25519.js';
import { Identity } from '../../keys/identity.js';
import { acceptChain, MAX_CHAIN_BYTES } from '../../protocol/acceptance.js';
import { assembleCertificate, encodeDeviceBody, encodeIdentityBody } from '../../protocol/certificate.js';
import { type IdentityKey, keyBytes } from '../../protocol/key.js';
import { isInstalled } from '../helpers/installed.js';
import { temporaryDirectory } from '../helpers/programs.js';
import { chainOf } from '../helpers/tls-pair.js';
import { hex, readVectors } from '../helpers/vectors.js';

const SMALL_ORDER = readVectors<{ keys: string[] }>('ed25519-small-order').keys;

const alice = Identity.create();
const device = DeviceCredentials.issue(alice, { nowMs: 1000, knownFloor: 40 });
const [leaf, root] = chainOf(device).map((der) => new X509Certificate(der)) as [
  X509Certificate,
  X509Certificate,
];

/** A certificate that OpenSSL makes with a new key. */
function certificateOf(directory: string, algorithm: string, subject: string): X509Certificate {
  const args = [
    'req',
    '-x509',
    '-newkey',
    algorithm,
    '-nodes',
    '-keyout',
    join(directory, 'key'),
    '-subj',
    subject,
  ];
  return new X509Certificate(execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
}

test('the facts of a good chain', (t) => {
  const { deviceKey, identityKey, ...facts } = readChainFacts([leaf, root]);
  t.deepEqual(facts, {
    certificates: 2,
    bytes: leaf.raw.length + root.raw.length,
    deviceName: '1001 40',
    isDeviceSigned: true,
    isIdentitySigned: true,
  });
  t.is(deviceKey?.length, 32);
  t.deepEqual(Buffer.from(identityKey ?? []), Buffer.from(keyBytes(alice.key)));
});

test('the facts of an empty chain, and of a chain that has only a device', (t) => {
  t.is(readChainFacts([]).certificates, 0);
  const facts = readChainFacts([leaf]);
  t.is(facts.certificates, 1);
  t.is(facts.identityKey, undefined);
  t.false(facts.isDeviceSigned || facts.isIdentitySigned);
});

test('the first three certificates of a longer chain are counted', (t) => {
  const facts = readChainFacts([leaf, ...Array.from({ length: 199 }, () => root)]);
  t.is(facts.certificates, 3);
  t.is(facts.bytes, leaf.raw.length + 2 * root.raw.length);
});

test('walkChain stops at three certificates, even if the issuers never end', (t) => {
  let looks = 0;
  const endless = {
    get issuerCertificate(): X509Certificate {
      looks += 1;
      return endless as X509Certificate;
    },
  } as X509Certificate;
  t.is(walkChain(endless).length, 3);
  t.true(looks <= 3);
  t.deepEqual(walkChain(undefined), []);
});

test('a key of small order is refused, whether of a device or of an identity', (t) => {
  const own = generateKeyPairSync('ed25519').privateKey;
  for (const digits of SMALL_ORDER) {
    const body = encodeDeviceBody({ serial: 7, floor: 0 }, hex(digits));
    const weakDevice = new X509Certificate(assembleCertificate(body, alice.sign(body)));
    t.is(acceptChain(readChainFacts([weakDevice, root])).refusal, 'refused-key', digits);
    const weakKey = hex(digits).toString('base64url') as IdentityKey;
    const weakRoot = new X509Certificate(
      assembleCertificate(encodeIdentityBody(weakKey), Buffer.alloc(64, 1)),
    );
    const deviceBody = encodeDeviceBody({ serial: 7, floor: 0 }, publicBytesOf(own));
    const forged = new X509Certificate(assembleCertificate(deviceBody, Buffer.alloc(64, 1)));
    t.is(acceptChain(readChainFacts([forged, weakRoot])).refusal, 'refused-key', digits);
  }
});

test('a chain with RSA or Ed448 keys has no raw keys, and is refused', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const directory = await temporaryDirectory(t);
  for (const algorithm of ['rsa:2048', 'ed448']) {
    const other = certificateOf(directory, algorithm, '/CN=1 0');
    t.is(readChainFacts([other, root]).deviceKey, undefined, algorithm);
    t.is(readChainFacts([leaf, other]).identityKey, undefined, algorithm);
    t.false(readChainFacts([leaf, other]).isIdentitySigned, algorithm);
    t.is(acceptChain(readChainFacts([other, other])).refusal, 'refused-key', algorithm);
  }
});

test('an X25519 key is not accepted as the key of a device, though it is as long as an Ed25519 key', (t) => {
  const body = encodeDeviceBody({ serial: 7, floor: 0 }, keyBytes(alice.key)).toString('hex');
  const exchange = hex(body.replace('302a300506032b6570', '302a300506032b656e'));
  const certificate = new X509Certificate(assembleCertificate(exchange, alice.sign(exchange)));
  t.is(certificate.publicKey.asymmetricKeyType, 'x25519');
  const facts = readChainFacts([certificate, root]);
  t.true(facts.isDeviceSigned);
  t.is(facts.deviceKey, undefined);
});

test('a device has a name only if the subject of its certificate is a single common name', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const directory = await temporaryDirectory(t);
  const nameOf = (subject: string) =>
    readChainFacts([certificateOf(directory, 'ed25519', subject)]).deviceName;
  t.is(nameOf('/CN=1 0'), '1 0');
  t.is(nameOf('/O=x/CN=1 0'), undefined);
  t.is(nameOf('/CN=1 0/O=x'), undefined);
  t.is(nameOf('/CN=1 0/CN=2 0'), undefined);
  t.is(nameOf('/O=1 0'), undefined);
});

test('a chain of more than 4 KiB is refused', async (t) => {
  if (!isInstalled(t, 'openssl')) return;
  const directory = await temporaryDirectory(t);
  const args = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', join(directory, 'key')];
  const names = `subjectAltName=${Array.from({ length: 300 }, (_, index) => `DNS:host${index}.test`).join()}`;
  const pem = execFileSync('openssl', [...args, '-subj', '/CN=1 0', '-addext', names], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const facts = readChainFacts([leaf, new X509Certificate(pem)]);
  t.true(facts.bytes > MAX_CHAIN_BYTES);
  t.is(acceptChain(facts).refusal, 'too-large');
});
