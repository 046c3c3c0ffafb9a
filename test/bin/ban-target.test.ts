import test from 'ava';
import { parseDuration, readBanTarget } from '../../bin/ban-target.js';
import { parseBanTarget } from '../../storage/tables/ban-table.js';

test('every notation of an address or a network is converted into the one that the store accepts', (t) => {
  for (const [text, name] of [
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.255/25', '192.0.2.128/25'],
    ['2001:DB8:0:0:0::7', '2001:db8::7'],
    ['::ffff:c000:207', '192.0.2.7'],
  ] as const) {
    t.deepEqual(readBanTarget(text), { kind: 'address', name }, text);
    t.deepEqual(parseBanTarget('address', name), { kind: 'address', name }, text);
  }
});

test('any other text is converted to lower case if it is a valid id, and refused if it is not', (t) => {
  t.deepEqual(readBanTarget('Mallory'), { kind: 'id', name: 'mallory' });
  t.deepEqual(readBanTarget('192.0.2.7', true), { kind: 'id', name: '192.0.2.7' });
  t.deepEqual(readBanTarget('192.0.2.999', true), { kind: 'id', name: '192.0.2.999' });
  t.deepEqual(readBanTarget('1234'), { kind: 'id', name: '1234' });
  for (const text of [
    '',
    '192.0.2',
    '192.0.2.999',
    'a b',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/08',
    '::/129',
    'fe80::1%eth0',
    '::1/1/1',
  ]) {
    t.is(readBanTarget(text), undefined, text);
  }
});

test('a duration is a number with a unit', (t) => {
  for (const [text, minutes] of [
    ['60s', 1],
    ['90m', 90],
    ['12h', 720],
    ['30d', 43_200],
    ['2w', 20_160],
  ] as const) {
    t.is(parseDuration(text), minutes * 60_000);
  }
  for (const text of ['', '5', '0h', '-1h', '1.5h', '1y', 'h', '999999999w'])
    t.is(parseDuration(text), undefined);
});
