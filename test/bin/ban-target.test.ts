import test from 'ava';
import { parseBanTarget, parseDuration } from '../../bin/ban-target.js';
import { parseBanTarget as parseStored } from '../../storage/tables/ban-table.js';

test('an address or a network is written in one way, and the store accepts it', (t) => {
  for (const [text, name] of [
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.255/25', '192.0.2.128/25'],
    ['10.9.8.7/0', '0.0.0.0/0'],
    ['2001:DB8:0:0:0::7', '2001:db8::7'],
    ['2001:db8:ffff::7/33', '2001:db8:8000::/33'],
    ['2001:db8::7/128', '2001:db8::7'],
    ['fe80::1/10', 'fe80::/10'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['::1', '::1'],
  ] as const) {
    t.deepEqual(parseBanTarget(text), { kind: 'address', name }, text);
    t.deepEqual(parseStored('address', name), { kind: 'address', name }, text);
  }
});

test('everything else is an id, in lower case, if it is a valid one', (t) => {
  t.deepEqual(parseBanTarget('Mallory'), { kind: 'id', name: 'mallory' });
  t.deepEqual(parseBanTarget('192.0.2.7', true), { kind: 'id', name: '192.0.2.7' });
  t.deepEqual(parseBanTarget('192.0.2'), { kind: 'id', name: '192.0.2' });
  for (const text of [
    '',
    'a b',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/08',
    '::/129',
    'fe80::1%eth0',
    '::1/1/1',
  ]) {
    t.is(parseBanTarget(text), undefined, text);
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
