import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { DeviceCredentials, isAbsurdSerial, type StoredDevice } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { showings } from '../helpers/showings.js';

const alice = Identity.create();
const issue = (options: Partial<Parameters<typeof DeviceCredentials.issue>[1]> = {}, identity = alice) =>
  DeviceCredentials.issue(identity, { nowMs: 1_796_000_000_000, ...options });

test('the serial of a new device is above the time, the newest serial and the known floor', (t) => {
  t.is(issue().device.serial, 1_796_000_000_001);
  t.is(issue({ nowMs: 12.7 }).device.serial, 13);
  t.is(issue({ newestSerial: 1_900_000_000_000 }).device.serial, 1_900_000_000_001);
  t.is(issue({ nowMs: 0, newestSerial: 50, knownFloor: 70 }).device.serial, 71);
});

test('a clock before 1970 counts as 1970', (t) => {
  t.is(issue({ nowMs: -5 }).device.serial, 1);
  t.is(issue({ nowMs: -5, newestSerial: 99 }).device.serial, 100);
});

test('a serial is absurd only if it is more than 100 years ahead of the clock', (t) => {
  const today = Date.UTC(2026, 10, 30);
  t.false(isAbsurdSerial(today, 0));
  t.false(isAbsurdSerial(Date.UTC(2100, 0, 1), today));
  t.true(isAbsurdSerial(Date.UTC(2127, 0, 1), today));
  t.true(isAbsurdSerial(Number.MAX_SAFE_INTEGER, today));
});

test('the floor of a new device is the known floor, or its own serial if it revokes all others', (t) => {
  t.is(issue({ knownFloor: 7 }).device.floor, 7);
  const { serial, floor } = issue({ newestSerial: 99, revokesOthers: true }).device;
  t.is(floor, serial);
});

test('whatever the clock says, the serial of a new device is above all known serials and floors', (t) => {
  const known = fc.nat(2 ** 50);
  const property = fc.property(
    fc.integer(),
    known,
    known,
    fc.boolean(),
    (nowMs, newestSerial, knownFloor, all) => {
      const { device } = issue({ nowMs, newestSerial, knownFloor, revokesOthers: all });
      assert.ok(device.serial > newestSerial && device.serial > knownFloor && device.serial > nowMs);
      assert.ok(device.floor >= knownFloor && device.floor <= device.serial);
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 50 }));
});

test('no device can be made after the device with the highest possible serial', (t) => {
  t.throws(() => issue({ newestSerial: Number.MAX_SAFE_INTEGER }), { instanceOf: RangeError });
  t.is(issue({ newestSerial: Number.MAX_SAFE_INTEGER - 1 }).device.serial, Number.MAX_SAFE_INTEGER);
});

test('two devices of an identity have different keys', (t) => {
  t.not(issue().toStored().key, issue().toStored().key);
});

test('a stored device can be read back without the private key of its identity', (t) => {
  const device = issue({ knownFloor: 3 });
  const read = DeviceCredentials.parse(JSON.parse(JSON.stringify(device.toStored())));
  t.deepEqual(read?.device, { identity: alice.key, serial: 1_796_000_000_001, floor: 3 });
  t.deepEqual(read?.toStored(), device.toStored());
});

test('the PEM of a device is its key and its chain', (t) => {
  const device = issue();
  const { key, cert } = device.toPem();
  const [leaf = '', root = '', ...rest] = cert.split(/(?<=END CERTIFICATE-----\n)/);
  t.is(rest.length, 0);
  const own = createPublicKey(createPrivateKey(key));
  t.true(own.equals(new X509Certificate(leaf).publicKey));
  t.true(new X509Certificate(leaf).verify(new X509Certificate(root).publicKey));
});

test('a value with missing, extra or malformed parts is not a device', (t) => {
  const { key, chain } = issue().toStored();
  const [leaf, root] = chain;
  const values: unknown[] = [
    undefined,
    null,
    '',
    7,
    [],
    {},
    { key },
    { chain },
    { key, chain: null },
    { key, chain: leaf },
    { key, chain: [leaf] },
    { key, chain: [leaf, root, root] },
    { key, chain: [root, leaf] },
    { key, chain: [leaf, 7] },
    { key: 7, chain },
    { key: '', chain },
    { key: `${key}A`, chain },
    { key: `${key}=`, chain },
    { key: Buffer.alloc(31, 1).toString('base64url'), chain },
    { key, chain: ['', root] },
    { key, chain: [`${leaf}AAAA`, root] },
  ];
  for (const value of values) t.is(DeviceCredentials.parse(value), undefined, JSON.stringify(value));
});

test('parts of two devices, or of two identities, are not a device', (t) => {
  const one = issue().toStored();
  const two = issue().toStored();
  const foreign = issue({}, Identity.create()).toStored();
  t.is(DeviceCredentials.parse({ ...one, key: two.key }), undefined);
  t.is(DeviceCredentials.parse({ ...one, chain: [one.chain[0], foreign.chain[1]] }), undefined);
  t.is(DeviceCredentials.parse({ ...one, chain: [foreign.chain[0], one.chain[1]] }), undefined);
});

test('if one character of a stored device is changed, it is refused or read as the same device', (t) => {
  const stored = issue().toStored();
  const text = JSON.stringify(stored);
  const property = fc.property(
    fc.nat(text.length - 1),
    fc.constantFrom('A', 'z', '_', '0', '"', ' '),
    (at, c) => {
      const changed = text.slice(0, at) + c + text.slice(at + 1);
      let value: unknown;
      try {
        value = JSON.parse(changed);
      } catch {
        return;
      }
      const read = DeviceCredentials.parse(value);
      assert.ok(read === undefined || JSON.stringify(read.toStored()) === text);
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('however a device is printed, its key is not shown', (t) => {
  const device = issue();
  const { key }: StoredDevice = device.toStored();
  const seed = Buffer.from(key, 'base64url');
  for (const shown of showings(device)) {
    for (const form of ['hex', 'base64', 'base64url'] as const) t.false(shown.includes(seed.toString(form)));
    t.false(shown.includes('PRIVATE KEY'));
    t.false(shown.includes([...seed].join(',')));
  }
});
