import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { encodeDeviceName, parseDeviceName } from '../../protocol/device.js';

test('the name of a device is a serial and a floor', (t) => {
  t.deepEqual(parseDeviceName('1796000000001 0'), { serial: 1_796_000_000_001, floor: 0 });
  t.deepEqual(parseDeviceName('0 0'), { serial: 0, floor: 0 });
  t.deepEqual(parseDeviceName('7 7'), { serial: 7, floor: 7 });
});

test('a floor above the serial is refused: such a device would revoke itself', (t) => {
  t.is(parseDeviceName('7 8'), undefined);
});

test('the serial and the floor are safe integers in their shortest decimal form', (t) => {
  t.deepEqual(parseDeviceName('9007199254740991 0'), { serial: Number.MAX_SAFE_INTEGER, floor: 0 });
  for (const text of [
    undefined,
    '',
    '7',
    '7 ',
    ' 7 0',
    '7  0',
    '7 0 ',
    '7 0\n',
    '7 0 0',
    '07 0',
    '7 00',
    '+7 0',
    '-1 0',
    '7 -0',
    '7.0 0',
    '7e1 0',
    '0x7 0',
    '9007199254740992 0',
    '99999999999999999 0',
    '٧ 0',
    'identity',
  ]) {
    t.is(parseDeviceName(text), undefined, String(text));
  }
});

test('an encoded name is parsed back to the same serial and floor', (t) => {
  const property = fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (one, other) => {
    const name = { serial: Math.max(one, other), floor: Math.min(one, other) };
    assert.deepEqual(parseDeviceName(encodeDeviceName(name)), name);
  });
  t.notThrows(() => fc.assert(property));
});
