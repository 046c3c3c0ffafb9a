import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { packIpv4 } from '../../protocol/address.js';
import {
  type Buddy,
  MAX_BUDDY_LINE_BYTES,
  MAX_BUDDY_LIST_BYTES,
  parseBuddyList,
  stillKnown,
} from '../../protocol/buddy-list.js';
import { BuddyListWriter } from '../../protocol/buddy-list-writer.js';
import type { UserId } from '../../protocol/id.js';

const bob: Buddy = {
  id: 'bob' as UserId,
  status: 100,
  endpoint: { address: '192.0.2.7', port: 41_234 },
};
const offline = (id: string): Buddy => ({ id: id as UserId, status: 101, endpoint: undefined });

const writer = new BuddyListWriter();

/** Encodes an answer as the server does. */
function encodeBuddyList(buddies: readonly Buddy[]): string {
  for (const { id, status, endpoint } of buddies) {
    const bytes = Buffer.from(`..${id}.`);
    const place = [bytes, 2, bytes.length - 1] as const;
    if (endpoint === undefined || status === 101) writer.offline(...place);
    else writer.present(...place, status, packIpv4(endpoint.address) ?? endpoint.address, endpoint.port);
  }
  return writer.finish().toString('latin1');
}

const ids = fc.stringMatching(/^[a-z0-9_][a-z0-9_.@+-]{0,63}$/).map((text) => text as UserId);
const callable = fc
  .tuple(
    ids,
    fc.constantFrom(100 as const, 102 as const),
    fc.oneof(fc.ipV4(), fc.ipV6()),
    fc.integer({ min: 1, max: 65_535 }),
  )
  .map(([id, status, address, port]): Buddy => ({ id, status, endpoint: { address, port } }));
const buddies = fc.oneof(ids.map(offline), callable);

test('each buddy is a line of id, code, word, address and port, ended by LF', (t) => {
  t.is(encodeBuddyList([bob]), 'bob 100 ONLINE 192.0.2.7 41234\n');
  t.is(encodeBuddyList([{ ...bob, status: 102 }]), 'bob 102 AWAY 192.0.2.7 41234\n');
});

test('a buddy who is offline has an unknown address and port', (t) => {
  t.is(encodeBuddyList([offline('bob')]), 'bob 101 OFFLINE unknown unknown\n');
});

test('every line has the five tokens that existing clients expect', (t) => {
  const property = fc.property(buddies, (buddy) => /^(?:[!-~]+ ){4}[!-~]+\n$/.test(encodeBuddyList([buddy])));
  t.notThrows(() => fc.assert(property));
});

test('an empty list is encoded as an empty datagram', (t) => {
  t.is(encodeBuddyList([]), '');
});

test('buddies are written in the given order', (t) => {
  t.is(
    encodeBuddyList([offline('carol'), bob, offline('alice')]),
    'carol 101 OFFLINE unknown unknown\nbob 100 ONLINE 192.0.2.7 41234\nalice 101 OFFLINE unknown unknown\n',
  );
});

test('a list of exactly 65507 bytes is complete, and a longer list loses its last line', (t) => {
  t.is(MAX_BUDDY_LIST_BYTES, 65_507);
  // 704 lines of 93 bytes leave room for a line of 35 bytes, which has an id of 6 characters.
  const most = Array.from({ length: 704 }, (_, index) => offline(String(index).padStart(64, '0')));
  t.is(encodeBuddyList([...most, offline('sixsix')]).length, 65_507);
  t.is(encodeBuddyList([...most, offline('sevens7')]), encodeBuddyList(most));
});

test('after a line that does not fit, shorter lines that would fit are omitted, too', (t) => {
  const most = Array.from({ length: 704 }, (_, index) => offline(String(index).padStart(64, '0')));
  t.is(encodeBuddyList([...most, offline('sevens7'), offline('a')]), encodeBuddyList(most));
});

test('a long list is cut at a line boundary and never exceeds the limit', (t) => {
  const property = fc.property(fc.array(buddies, { minLength: 1, maxLength: 20 }), (some) => {
    const many = Array.from({ length: 3000 }, (_, index) => some[index % some.length] as Buddy);
    const text = encodeBuddyList(many);
    assert.ok(text.length <= 65_507);
    assert.ok(text.endsWith('\n'));
    assert.deepEqual([...parseBuddyList(text)], many.slice(0, text.split('\n').length - 1));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 10 }));
});

test('an encoded list is parsed back to the same list', (t) => {
  const property = fc.property(fc.array(buddies), (list) => {
    assert.deepEqual(parseBuddyList(encodeBuddyList(list)), list);
  });
  t.notThrows(() => fc.assert(property));
});

test('an empty datagram is parsed as an empty list', (t) => {
  t.deepEqual(parseBuddyList(''), []);
});

test('lines may end with CR LF, and the last line may have no line end', (t) => {
  t.deepEqual(parseBuddyList('bob 100 ONLINE 192.0.2.7 41234\r\ncarol 101 OFFLINE unknown unknown'), [
    bob,
    offline('carol'),
  ]);
});

test('ids are folded to lower case', (t) => {
  t.deepEqual(parseBuddyList('BOB 100 ONLINE 192.0.2.7 41234\n'), [bob]);
});

test('tokens past the fifth are ignored', (t) => {
  t.deepEqual(parseBuddyList('bob 100 ONLINE 192.0.2.7 41234 more\n'), [bob]);
});

test('invalid lines are skipped', (t) => {
  const lines = [
    '',
    ' ',
    'carol',
    'carol 103 GONE 192.0.2.7 1',
    '.carol 100 ONLINE 192.0.2.7 1',
    '201 INVALID',
  ];
  t.deepEqual(parseBuddyList([...lines, 'bob 100 ONLINE 192.0.2.7 41234', ...lines].join('\n')), [bob]);
});

test('a buddy without a usable address and port cannot be called', (t) => {
  const where = [
    'unknown unknown',
    '192.0.2.7 unknown',
    '192.0.2.7 0',
    '192.0.2.7 65536',
    '192.0.2.7',
    '\x1b[2J 1',
    '',
  ];
  for (const tokens of where) {
    const expected = [{ ...bob, endpoint: undefined }];
    t.deepEqual(parseBuddyList(`bob 100 ONLINE ${tokens}\n`), expected, JSON.stringify(tokens));
  }
});

test('a buddy who is offline cannot be called, even if an address is given', (t) => {
  t.deepEqual(parseBuddyList('bob 101 OFFLINE 192.0.2.7 41234\n'), [offline('bob')]);
});

test('no text makes the parser throw, and each parsed buddy has a valid port or no endpoint', (t) => {
  const words = fc.constantFrom(
    'bob',
    '100',
    '101',
    '102',
    'AWAY',
    '192.0.2.7',
    '::1',
    '0',
    '1',
    '70000',
    '\n',
  );
  const almost = fc.array(words).map((tokens) => tokens.join(' '));
  const property = fc.property(fc.oneof(fc.string({ unit: 'binary' }), almost), (text) => {
    for (const { status, endpoint } of parseBuddyList(text)) {
      if (endpoint === undefined) continue;
      assert.notEqual(status, 101);
      assert.ok(endpoint.port >= 1 && endpoint.port <= 65_535);
    }
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('an answer that has no room for another line may be cut; a shorter answer is complete', (t) => {
  const line = 'b 101 OFFLINE unknown unknown\n';
  const ofLength = (bytes: number) => line.padStart(bytes, '\n');
  t.is(parseBuddyList(ofLength(MAX_BUDDY_LIST_BYTES - MAX_BUDDY_LINE_BYTES)).mayBeCut, undefined);
  t.true(parseBuddyList(ofLength(MAX_BUDDY_LIST_BYTES - MAX_BUDDY_LINE_BYTES + 1)).mayBeCut);
  const many = Array.from({ length: 10_000 }, (_, index) => offline(`b${index}`));
  t.true(parseBuddyList(encodeBuddyList(many)).mayBeCut);
  t.is(parseBuddyList(encodeBuddyList(many.slice(0, 1_900))).mayBeCut, undefined);
});

test('a list that may be cut removes no known buddy, unless more than 10,000 are known', (t) => {
  const known = new Map(Array.from({ length: 10_001 }, (_, index) => [`b${index}` as UserId, index]));
  const list = parseBuddyList('b0 101 OFFLINE unknown unknown\nb7 101 OFFLINE unknown unknown\n');
  t.deepEqual(
    [...stillKnown(known, list)],
    [
      ['b0' as UserId, 0],
      ['b7' as UserId, 7],
    ],
  );
  const cut = Object.assign([...list], { mayBeCut: true as const });
  const kept = stillKnown(known, cut);
  t.is(kept.size, 10_000);
  t.is(kept.get('b10000' as UserId), 10_000);
  t.false(kept.has('b0' as UserId));
});
