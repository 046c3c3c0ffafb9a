import assert from 'node:assert/strict';
import { crc32 as zlibCrc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import {
  CHECKSUM_DIGITS,
  checksumOf,
  crc32,
  hasDigits,
  writeDigits,
} from '../../../storage/format/checksum.js';

const anyChecksum = fc.oneof(fc.nat({ max: 2 ** 32 - 1 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1));

function digitsOf(checksum: number): string {
  return checksum.toString(16).padStart(CHECKSUM_DIGITS, '0');
}

test('the checksum of the standard test string is the published value', (t) => {
  t.is(checksumOf('123456789'), 'cbf43926');
  t.is(checksumOf(''), '00000000');
});

test('the checksum of any range of any bytes equals that of zlib', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat(), (bytes, one, other) => {
    const [start = 0, end = 0] = [one, other].map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b);
    assert.equal(crc32(bytes, start, end), zlibCrc32(bytes.subarray(start, end)));
  });
  t.notThrows(() => fc.assert(property));
});

test('the digits of a checksum are lower-case hexadecimal; writing them changes no other byte', (t) => {
  const property = fc.property(anyChecksum, fc.nat({ max: 5 }), (checksum, at) => {
    const buffer = Buffer.alloc(CHECKSUM_DIGITS + 6, '.');
    writeDigits(buffer, at, checksum);
    const expected = `${'.'.repeat(at)}${digitsOf(checksum)}${'.'.repeat(6 - at)}`;
    assert.equal(buffer.toString('latin1'), expected);
  });
  t.notThrows(() => fc.assert(property));
});

test('the digits of a checksum are recognised only at their offset', (t) => {
  const property = fc.property(anyChecksum, fc.nat({ max: 5 }), (checksum, at) => {
    const bytes = Buffer.from(`${'.'.repeat(at)}${digitsOf(checksum)}......`);
    assert.ok(hasDigits(bytes, at, checksum));
    assert.ok(!hasDigits(bytes, at + 1, checksum));
    assert.ok(!hasDigits(bytes.subarray(0, at + CHECKSUM_DIGITS - 1), at, checksum), 'they are cut off');
  });
  t.notThrows(() => fc.assert(property));
});

test('a checksum with a different or an upper-case digit does not match', (t) => {
  const good = Buffer.from('0af9bcde');
  t.true(hasDigits(good, 0, 0x0af9bcde));
  for (let at = 0; at < good.length; at++) {
    for (let value = 0; value < 256; value++) {
      if (value === good[at]) continue;
      const bytes = Buffer.from(good);
      bytes[at] = value;
      if (hasDigits(bytes, 0, 0x0af9bcde)) t.fail(`digit ${at} is ${value}`);
    }
  }
});
