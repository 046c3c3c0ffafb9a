import { BlockList, isIPv4 } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { packIpv4 } from '../../../protocol/address.js';
import { type Network, NetworkIndex } from '../../../storage/tables/network-index.js';

function indexOf(...names: string[]): NetworkIndex<Network> {
  const index = new NetworkIndex<Network>();
  for (const name of names) index.set({ name });
  return index;
}

function namesIn(index: NetworkIndex<Network>, address: string | number): string[] {
  return index
    .find(address)
    .map(({ name }) => name)
    .sort();
}

test('an address is found in every network that contains it', (t) => {
  const index = indexOf(
    '192.0.2.7',
    '192.0.2.7/32',
    '192.0.2.99/24',
    '192.0.0.0/8',
    '0.0.0.0/0',
    '10.0.0.0/8',
  );
  const all = ['0.0.0.0/0', '192.0.0.0/8', '192.0.2.7', '192.0.2.7/32', '192.0.2.99/24'];
  t.deepEqual(namesIn(index, '192.0.2.7'), all);
  t.deepEqual(namesIn(index, packIpv4('192.0.2.7') as number), all);
  t.deepEqual(namesIn(index, '192.0.2.8'), ['0.0.0.0/0', '192.0.0.0/8', '192.0.2.99/24']);
  t.deepEqual(namesIn(index, '255.255.255.255'), ['0.0.0.0/0']);
});

test('an IPv6 address is found however it is written', (t) => {
  const index = indexOf('2001:db8::/32', '2001:db8:0:0::7', '::1', '64:ff9b::192.0.2.0/120');
  t.deepEqual(namesIn(index, '2001:db8::7'), ['2001:db8:0:0::7', '2001:db8::/32']);
  t.deepEqual(namesIn(index, '2001:0DB8:0:0:0:0:0:8'), ['2001:db8::/32']);
  t.deepEqual(namesIn(index, '::1'), ['::1']);
  t.deepEqual(namesIn(index, '64:ff9b::c000:2ff'), ['64:ff9b::192.0.2.0/120']);
  t.deepEqual(namesIn(indexOf('fe80::/10'), 'fe80::1%eth0'), ['fe80::/10']);
});

test('an IPv4-mapped address counts as its IPv4 address, and is in no other IPv6 network', (t) => {
  const index = indexOf(
    '192.0.2.0/24',
    '::ffff:192.0.2.7',
    '::ffff:192.0.0.0/112',
    '::/0',
    '::/80',
    '::ffff:0:0/95',
  );
  for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:0207'])
    t.deepEqual(
      namesIn(index, address),
      ['192.0.2.0/24', '::ffff:192.0.0.0/112', '::ffff:192.0.2.7'],
      address,
    );
});

test('a text that is not an address is found in no network', (t) => {
  const index = indexOf('0.0.0.0/0', '::/0');
  for (const text of ['', 'x', '1.2.3', ':', 'a:b', '::zz', '1:2:3', 'localhost'])
    t.deepEqual(namesIn(index, text), [], text);
});

test('a network is removed by its name, and other networks with the same bits stay', (t) => {
  const index = indexOf('192.0.2.7', '192.0.2.7/32', '::1', '::1');
  index.delete('192.0.2.7');
  index.delete('192.0.2.8');
  t.deepEqual(namesIn(index, '192.0.2.7'), ['192.0.2.7/32']);
  index.delete('192.0.2.7/32');
  t.false(index.isEmpty);
  index.delete('::1');
  t.true(index.isEmpty);
  t.deepEqual(namesIn(index, '::1'), []);
});

// There are only a few values, so that random networks often contain the random address.
const anyIpv4 = fc
  .tuple(
    fc.constantFrom(10, 192),
    fc.constantFrom(0, 128),
    fc.constantFrom(0, 1, 255),
    fc.constantFrom(0, 7, 8),
  )
  .map((parts) => parts.join('.'));
const anyIpv6 = fc
  .tuple(
    fc.constantFrom('2001:db8', '2001:db9', 'fe80:0'),
    fc.constantFrom('1', '8000', 'ffff'),
    fc.constantFrom('0', '7'),
  )
  .map(([head, middle, tail]) => `${head}:${middle}::${tail}`);
const anyNetwork = fc.oneof(
  fc.tuple(anyIpv4, fc.option(fc.integer({ min: 0, max: 32 }))),
  fc.tuple(anyIpv6, fc.option(fc.integer({ min: 0, max: 128 }))),
);

test('the index finds an address in the same networks as the block list of Node.js', (t) => {
  const property = fc.property(
    fc.array(anyNetwork, { maxLength: 8 }),
    fc.oneof(anyIpv4, anyIpv6),
    (networks, address) => {
      const index = new NetworkIndex<Network>();
      const expected = new Set<string>();
      for (const [base, length] of networks) {
        const name = length === null ? base : `${base}/${length}`;
        index.set({ name });
        const one = new BlockList();
        const type = isIPv4(base) ? 'ipv4' : 'ipv6';
        if (length === null) one.addAddress(base, type);
        else one.addSubnet(base, length, type);
        const isOfType = isIPv4(address) === isIPv4(base);
        if (isOfType && one.check(address, type)) expected.add(name);
      }
      t.deepEqual(namesIn(index, address), [...expected].sort());
      for (const name of expected) index.delete(name);
      t.deepEqual(namesIn(index, address), []);
    },
  );
  fc.assert(property);
});
