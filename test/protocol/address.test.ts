import test from 'ava';
import fc from 'fast-check';
import {
  hostPort,
  isLoopback,
  MAX_PORT,
  networkOf,
  packIpv4,
  parseAddress,
  parseHosts,
  parsePort,
  plainAddress,
} from '../../protocol/address.js';
import { toDisplayText } from '../../protocol/display-text.js';

test('a port is a decimal number from 0 to 65535', (t) => {
  t.is(MAX_PORT, 65_535);
  t.is(parsePort('0'), 0);
  t.is(parsePort('1'), 1);
  t.is(parsePort('1234'), 1234);
  t.is(parsePort('65535'), 65_535);
  t.is(parsePort('65536'), undefined);
  t.is(parsePort('99999'), undefined);
});

test('a token that is not one to five digits is not a port', (t) => {
  t.is(parsePort(undefined), undefined);
  const tokens = ['', '-1', '+80', '80.0', '1e3', '0x50', ' 80', '80 ', '80\n', 'unknown', '٨٠', '123456'];
  for (const token of tokens) t.is(parsePort(token), undefined, JSON.stringify(token));
});

test('every decimal number up to 65535 is parsed as a port, and higher numbers are not', (t) => {
  const property = fc.property(fc.nat(200_000), (number) => {
    return parsePort(String(number)) === (number <= 65_535 ? number : undefined);
  });
  t.notThrows(() => fc.assert(property));
});

test('for any token, the parser returns a port in range or undefined, and does not throw', (t) => {
  const property = fc.property(fc.string({ unit: 'binary' }), (token) => {
    const port = parsePort(token);
    return port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535);
  });
  t.notThrows(() => fc.assert(property));
});

test('an IPv4-mapped IPv6 address is written as IPv4', (t) => {
  t.is(plainAddress('::ffff:192.0.2.7'), '192.0.2.7');
  t.is(plainAddress('::FFFF:192.0.2.7'), '192.0.2.7');
  const property = fc.property(fc.ipV4(), (address) => plainAddress(`::ffff:${address}`) === address);
  t.notThrows(() => fc.assert(property));
});

test('an address that is not IPv4-mapped is returned unchanged', (t) => {
  for (const address of ['192.0.2.7', '::1', '2001:db8::7', '::192.0.2.7', '2001:db8::ffff:192.0.2.7']) {
    t.is(plainAddress(address), address);
  }
});

test('only 127.0.0.0/8 and ::1 are loopback addresses', (t) => {
  for (const address of ['127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']) {
    t.true(isLoopback(address), address);
  }
  for (const address of [
    '0.0.0.0',
    '::',
    '192.0.2.127',
    '12.7.0.0',
    '::ffff:192.0.2.7',
    '2001:db8::1',
    'fe80::1',
  ]) {
    t.false(isLoopback(address), address);
  }
});

test('only an IPv6 host is put in brackets before its port', (t) => {
  t.is(hostPort('192.0.2.7', 1234), '192.0.2.7:1234');
  t.is(hostPort('im.example.org', 1234), 'im.example.org:1234');
  t.is(hostPort('::1', 1234), '[::1]:1234');
  t.is(hostPort('2001:db8::7', 1234), '[2001:db8::7]:1234');
});

test('IP addresses and host names are valid addresses, and are returned unchanged', (t) => {
  const property = fc.property(
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constantFrom('::', '::1', 'localhost')),
    (address) => parseAddress(address) === address,
  );
  t.notThrows(() => fc.assert(property));
});

test('a token that cannot be an address is rejected', (t) => {
  t.is(parseAddress(undefined), undefined);
  const tokens = [
    '',
    ' ',
    'a b',
    '-a',
    '.',
    ':',
    'a/b',
    'a\nb',
    'host\n',
    '\x1b[2J',
    'a\u202eb',
    'é.org',
    '[::1]',
  ];
  for (const token of tokens) t.is(parseAddress(token), undefined, JSON.stringify(token));
});

test('an address has at most 255 characters', (t) => {
  t.is(parseAddress('a'.repeat(255)), 'a'.repeat(255));
  t.is(parseAddress('a'.repeat(256)), undefined);
});

test('every parsed address is safe to show unchanged', (t) => {
  const unsafe = fc.string({
    unit: fc.constantFrom('a', '1', '.', ':', '-', '\x1b', '\u202e', '\u200b', '\n'),
  });
  const property = fc.property(fc.oneof(unsafe, fc.string({ unit: 'binary' })), (token) => {
    const address = parseAddress(token);
    return address === undefined || (address === token && toDisplayText(address) === address);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('only an IPv4 address is packed into a number', (t) => {
  t.is(packIpv4('0.0.0.1'), 1);
  t.is(packIpv4('192.0.2.7'), 0xc0000207);
  t.is(packIpv4('255.255.255.255'), 0xffffffff);
  for (const text of ['', '::1', '::ffff:192.0.2.7', '1.2.3', '1.2.3.4.5', 'a.b.c.d']) {
    t.is(packIpv4(text), undefined, text);
  }
});

test('the network of a client is its IPv4 address, or the first 64 bits of its IPv6 address', (t) => {
  const networks = [
    ['192.0.2.7', '::ffff:192.0.2.7'],
    ['192.0.2.8'],
    ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:1:2:3:4', '2001:db8::ffff:0:0:1'],
    ['2001:db8:0:1::1', '2001:db8:0:1:a:b:c:d'],
    ['2001:db8:1:2::'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
    ['::1', '::'],
    ['1:2:3:4:5:6:7:8'],
  ];
  for (const [index, network] of networks.entries()) {
    for (const address of network) {
      const same = networks.findIndex(([first = '']) => networkOf(first) === networkOf(address));
      t.is(same, index, address);
    }
  }
});

test('the option --server names one server or several', (t) => {
  t.deepEqual(parseHosts('im.example.org'), ['im.example.org']);
  t.deepEqual(parseHosts('::1'), ['::1']);
  t.deepEqual(parseHosts(' one '), [' one '], 'one server stays as it is');
  t.deepEqual(parseHosts('a,b,c'), ['a', 'b', 'c']);
  t.deepEqual(parseHosts(' a, b,,a '), ['a', 'b']);
  t.deepEqual(parseHosts(','), [',']);
});
