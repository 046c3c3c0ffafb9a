import test from 'ava';
import { BanTable, parseBanTarget } from '../../../storage/tables/ban-table.js';
import { id, KNOWN_BANS } from '../changes.js';

test('the target of a ban is an id, or an address or network in lower case', (t) => {
  for (const name of ['192.0.2.7', '192.0.2.0/24', '::1', '2001:db8::/32', '0.0.0.0/0']) {
    t.deepEqual(parseBanTarget('address', name), { kind: 'address', name }, name);
  }
  t.deepEqual(parseBanTarget('id', 'mallory'), parseBanTarget('id', 'mallory'));
  for (const [kind, name] of [
    ...['', '192.0.2.7/33', '::1/129', '::1/', '1.2.3.4/01', 'fe80::1%eth0', '2001:DB8::1', 'a b', 'x'].map(
      (each) => ['address', each] as const,
    ),
    ...['', 'Mallory', '-a', 'a b'].map((each) => ['id', each] as const),
    ['host', '192.0.2.7'],
    [undefined, undefined],
    ['id', undefined],
    ['address', undefined],
  ] as const) {
    t.is(parseBanTarget(kind, name), undefined, `${kind} ${name}`);
  }
});

test('bans are listed in an order that does not depend on when they were made', (t) => {
  const lists = [KNOWN_BANS, KNOWN_BANS.toReversed()].map((bans) => {
    const table = new BanTable();
    for (const ban of bans) if (table.get(ban) === undefined) table.set(ban, ban);
    return table.list().map(({ kind, name }) => `${kind} ${name}`);
  });
  t.deepEqual(lists[0], ['address 192.0.2.7', 'address 2001:db8::/32', 'id a']);
  t.deepEqual(lists[1], lists[0]);
});

const DAY_MS = 86_400_000;

test('a ban applies until it ends', (t) => {
  const table = new BanTable();
  const mallory = { kind: 'id', name: id('mallory'), untilMs: DAY_MS } as const;
  const address = { kind: 'address', name: '192.0.2.7', untilMs: DAY_MS } as const;
  for (const ban of [mallory, address]) table.set(ban, ban);
  t.is(table.ofId(mallory.name, DAY_MS - 1), mallory);
  t.is(table.ofId(mallory.name, DAY_MS), undefined);
  t.is(table.ofId(id('alice'), 0), undefined);
  t.is(table.ofAddress('192.0.2.7', DAY_MS - 1), address);
  t.is(table.ofAddress('192.0.2.7', DAY_MS), undefined);
  for (const ban of [mallory, address]) table.set(ban, undefined);
  t.is(table.ofId(mallory.name, 0), undefined);
  t.is(table.ofAddress('192.0.2.7', 0), undefined);
});

test('of several bans that apply to an address, the one that ends last counts', (t) => {
  const table = new BanTable();
  const [short, long, ended] = [
    { kind: 'address', name: '192.0.2.7', untilMs: 10 },
    { kind: 'address', name: '192.0.2.0/24', untilMs: 20 },
    { kind: 'address', name: '192.0.0.0/8', untilMs: 5 },
  ] as const;
  for (const ban of [long, short, ended]) table.set(ban, ban);
  t.is(table.ofAddress('192.0.2.7', 6), long);
  const endless = { kind: 'address', name: '0.0.0.0/0' } as const;
  table.set(endless, endless);
  t.is(table.ofAddress('::ffff:192.0.2.7', 6), endless);
});
