import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { acceptChain, type ChainFacts, MAX_CHAIN_BYTES } from '../../protocol/acceptance.js';
import { encodeKey, type IdentityKey } from '../../protocol/key.js';
import { hex, readVectors } from '../helpers/vectors.js';

const SMALL_ORDER = readVectors<{ keys: string[] }>('ed25519-small-order').keys;

const identityKey = hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
const deviceKey = hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
const identity = encodeKey(identityKey) as IdentityKey;
const another = encodeKey(deviceKey) as IdentityKey;

const good: ChainFacts = {
  certificates: 2,
  bytes: 600,
  deviceKey,
  identityKey,
  deviceName: '100 40',
  isDeviceSigned: true,
  isIdentitySigned: true,
};

const refusalOf = (change: Partial<ChainFacts>) => acceptChain({ ...good, ...change }).refusal;

test('a chain that follows every rule is accepted', (t) => {
  t.deepEqual(acceptChain(good), { device: { identity, serial: 100, floor: 40 } });
});

test('a chain has exactly two certificates', (t) => {
  t.is(refusalOf({ certificates: 0 }), 'no-certificate');
  for (const certificates of [1, 3, 200]) t.is(refusalOf({ certificates }), 'wrong-count');
});

test('a chain has at most 4 KiB', (t) => {
  t.is(MAX_CHAIN_BYTES, 4096);
  t.is(refusalOf({ bytes: 4096 }), undefined);
  t.is(refusalOf({ bytes: 4097 }), 'too-large');
});

test('a chain is refused if one of its keys is not an allowed Ed25519 key', (t) => {
  for (const key of [undefined, Buffer.alloc(31), Buffer.alloc(32, 0xff), ...SMALL_ORDER.map(hex)]) {
    t.is(refusalOf({ identityKey: key }), 'refused-key', key?.toString('hex'));
    t.is(refusalOf({ deviceKey: key }), 'refused-key', key?.toString('hex'));
  }
});

test('the identity must have signed both certificates', (t) => {
  t.is(refusalOf({ isDeviceSigned: false }), 'not-signed');
  t.is(refusalOf({ isIdentitySigned: false }), 'not-signed');
});

test('the name of the device must be a serial and a floor', (t) => {
  for (const deviceName of [undefined, '', 'identity', '40 100', '100']) {
    t.is(refusalOf({ deviceName }), 'no-device-name', deviceName);
  }
});

test('a device whose serial is below the known floor of its identity is revoked', (t) => {
  const accept = (floor: number) => acceptChain(good, { floorOf: (key) => (key === identity ? floor : 0) });
  t.is(accept(100).refusal, undefined);
  t.is(accept(101).refusal, 'revoked');
  t.is(acceptChain(good, { floorOf: (key) => (key === another ? 101 : 0) }).refusal, undefined);
});

test("a chain whose identity is the checking side's own identity is refused", (t) => {
  t.is(acceptChain(good, { ownIdentity: identity }).refusal, 'own-identity');
  t.is(acceptChain(good, { ownIdentity: another }).refusal, undefined);
});

test('a refusal names the first rule that the chain breaks', (t) => {
  const bad: ChainFacts = {
    certificates: 2,
    bytes: 5000,
    deviceKey: undefined,
    identityKey: undefined,
    deviceName: undefined,
    isDeviceSigned: false,
    isIdentitySigned: false,
  };
  t.is(acceptChain({ ...bad, certificates: 0 }).refusal, 'no-certificate');
  t.is(acceptChain({ ...bad, certificates: 3 }).refusal, 'wrong-count');
  t.is(acceptChain(bad).refusal, 'too-large');
  t.is(acceptChain({ ...bad, bytes: 1 }).refusal, 'refused-key');
  t.is(acceptChain({ ...bad, bytes: 1, deviceKey, identityKey }).refusal, 'not-signed');
});

test('whatever the facts, a device is accepted only if the chain breaks no rule', (t) => {
  const key = fc.constantFrom(identityKey, deviceKey, undefined, ...SMALL_ORDER.slice(0, 2).map(hex));
  const facts = fc.record({
    certificates: fc.constantFrom(2, 2, 2, 0, 1, 3),
    bytes: fc.integer({ min: 0, max: 2 * MAX_CHAIN_BYTES }),
    deviceKey: key,
    identityKey: key,
    deviceName: fc.constantFrom('100 40', '100 101', '9 0', 'x', undefined),
    isDeviceSigned: fc.boolean(),
    isIdentitySigned: fc.boolean(),
  });
  const property = fc.property(facts, fc.nat(120), (chain, floor) => {
    const { device, refusal } = acceptChain(chain, { floorOf: () => floor, ownIdentity: another });
    assert.equal(device === undefined, refusal !== undefined);
    if (device === undefined) return;
    assert.ok(chain.certificates === 2 && chain.bytes <= MAX_CHAIN_BYTES);
    assert.ok(chain.isDeviceSigned && chain.isIdentitySigned);
    assert.equal(device.identity, identity);
    assert.ok(device.serial >= floor && device.floor <= device.serial);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 5000 }));
});
