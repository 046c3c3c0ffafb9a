import test from 'ava';
import { formatNetwork, parseAddressBits, parseNetwork, prefixOf } from '../../protocol/network.js';

test('equal addresses and networks are formatted as the same text', (t) => {
  for (const [text, name] of [
    ['192.0.2.7', '192.0.2.7'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['192.0.2.255/25', '192.0.2.128/25'],
    ['200.9.8.7/1', '128.0.0.0/1'],
    ['10.9.8.7/0', '0.0.0.0/0'],
    ['2001:DB8:0:0:0::7', '2001:db8::7'],
    ['2001:db8:ffff::7/33', '2001:db8:8000::/33'],
    ['2001:db8::7/128', '2001:db8::7'],
    ['fe80::1/10', 'fe80::/10'],
    ['1::/0', '::/0'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['::0001', '::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:C000:207', '192.0.2.7'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['::ffff:192.0.2.7/95', '::fffe:0:0/95'],
    ['::ffff:1:2:3', '::ffff:1:2:3'],
  ] as const) {
    const network = parseNetwork(text);
    t.is(network && formatNetwork(network), name, text);
    t.deepEqual(parseNetwork(name), network, text);
  }
});

test('a text that is neither an address nor a network is rejected', (t) => {
  for (const text of [
    '',
    'a b',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/08',
    '::/129',
    'fe80::1%eth0',
    '::1/1/1',
  ]) {
    t.is(parseNetwork(text), undefined, text);
  }
});

test('an address is parsed into bits, and a prefix consists of the first bits', (t) => {
  t.is(parseAddressBits('192.0.2.7'), 0xc0000207);
  t.is(parseAddressBits('::ffff:c000:207'), 0xc0000207);
  t.is(parseAddressBits('fe80::1%eth0'), (0xfe80n << 112n) | 1n);
  t.is(parseAddressBits('alice'), undefined);
  t.is(prefixOf(0xc0000207, 24), 0xc00002);
  t.is(prefixOf(0xc0000207, 0), 0);
  t.is(prefixOf(0xfe80n << 112n, 16), 0xfe80n);
});
