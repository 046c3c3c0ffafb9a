import test from 'ava';
import { isStoredId, parseBan, parseCount, parseDevice, textOfBan } from '../../../storage/format/fields.js';
import { device, KEYS, KNOWN_BANS } from '../changes.js';

test('a number has exactly one encoding', (t) => {
  for (const number of [0, 7, Number.MAX_SAFE_INTEGER]) t.is(parseCount(String(number)), number);
  for (const text of ['', '-1', '01', '1.0', '1e3', ' 1', '9007199254740992', 'x', undefined]) {
    t.is(parseCount(text), undefined, `${text}`);
  }
});

test('a stored id is in lower case', (t) => {
  t.true(isStoredId('alice'));
  for (const text of ['Alice', '', '-', undefined]) t.false(isStoredId(text));
});

test('a device needs an allowed key, and a floor that is not above the serial', (t) => {
  t.deepEqual(parseDevice(KEYS[0], '7', '3'), device(7, 3));
  for (const [key, serial, floor] of [
    [KEYS[0], '3', '7'],
    [KEYS[0], '-1', '0'],
    [KEYS[0], '1', undefined],
    [KEYS[0].slice(1), '1', '0'],
    ['A'.repeat(43), '1', '0'],
  ] as const) {
    t.is(parseDevice(key, serial, floor), undefined, `${key} ${serial} ${floor}`);
  }
});

test('a ban is read back from its fields', (t) => {
  for (const ban of KNOWN_BANS) t.deepEqual(parseBan(textOfBan(ban).split(' ')), ban);
  for (const text of ['id', 'id a 1 2', 'id a x', 'id A', 'address a', '']) {
    t.is(parseBan(text.split(' ')), undefined, text);
  }
});
