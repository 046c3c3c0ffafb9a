import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {
  encodeAnnouncement,
  encodeQuery,
  MAX_DATAGRAM_BYTES,
  parseDatagram,
} from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

const bob = 'bob' as UserId;
const parse = (text: string) => parseDatagram(Buffer.from(text, 'latin1'));
const online = { op: 'SET', id: bob, status: 100, port: 41_234 } as const;
const ids = fc.stringMatching(/^[a-z0-9_][a-z0-9_.@+-]{0,63}$/).map((text) => text as UserId);
const statuses = fc.constantFrom<Status>(100, 101, 102);

test('SET announces an id, a status and a port', (t) => {
  t.deepEqual(parse('SET bob 100 ONLINE 41234'), online);
  t.deepEqual(parse('SET bob 101 OFFLINE 41234'), { ...online, status: 101 });
  t.deepEqual(parse('SET bob 102 AWAY 41234'), { ...online, status: 102 });
});

test('the word of a status is optional', (t) => {
  t.deepEqual(parse('SET bob 100 41234'), online);
  t.deepEqual(parse('SET bob 101 41234'), { ...online, status: 101 });
  t.deepEqual(parse('SET bob 102 41234'), { ...online, status: 102 });
});

test('the word of a status, in upper or lower case, must match the code', (t) => {
  t.deepEqual(parse('SET bob 100 online 41234'), online);
  t.deepEqual(parse('SET bob 102 aWaY 41234'), { ...online, status: 102 });
  for (const status of [
    '100 AWAY',
    '101 ONLINE',
    '102 OFFLINE',
    '100 ONLIN',
    '100 BUSY',
    '100 ONLINE ONLINE',
  ]) {
    t.is(parse(`SET bob ${status} 41234`), undefined, status);
  }
});

test('a SET with a code other than 100, 101 or 102 is dropped', (t) => {
  for (const status of ['99', '103', '0100', '1e2', 'ONLINE', '']) {
    t.is(parse(`SET bob ${status} 41234`), undefined, status);
  }
});

test('the port is a number from 1 to 65535', (t) => {
  for (const port of [1, 65_535]) t.deepEqual(parse(`SET bob 100 ONLINE ${port}`), { ...online, port });
  for (const port of ['65536', '-1', '1.5', '0x50', 'unknown', '']) {
    t.is(parse(`SET bob 100 ONLINE ${port}`), undefined, port);
  }
});

test('port 0 is allowed only with 101', (t) => {
  t.deepEqual(parse('SET bob 101 OFFLINE 0'), { ...online, status: 101, port: 0 });
  t.deepEqual(parse('SET bob 101 0'), { ...online, status: 101, port: 0 });
  t.is(parse('SET bob 100 ONLINE 0'), undefined);
  t.is(parse('SET bob 102 AWAY 0'), undefined);
});

test('SET without a port, a status or an id is dropped', (t) => {
  for (const text of ['SET bob 100 ONLINE', 'SET bob 101 OFFLINE', 'SET bob 100', 'SET bob', 'SET']) {
    t.is(parse(text), undefined, text);
  }
});

test('GET asks for the buddies of an id', (t) => {
  t.deepEqual(parse('GET bob'), { op: 'GET', id: bob });
  t.is(parse('GET'), undefined);
});

test('the operation and the id are case-insensitive, and the id is folded to lower case', (t) => {
  t.deepEqual(parse('get BOB'), { op: 'GET', id: bob });
  t.deepEqual(parse('sEt Bob 100 ONLINE 41234'), online);
});

test('a datagram without a valid id is dropped', (t) => {
  for (const id of ['.bob', 'b/ob', '..', '$', 'b'.repeat(65)]) {
    t.is(parse(`GET ${id}`), undefined, id);
    t.is(parse(`SET ${id} 100 ONLINE 41234`), undefined, id);
  }
  t.deepEqual(parse(`GET ${'b'.repeat(64)}`), { op: 'GET', id: 'b'.repeat(64) as UserId });
});

test('a trailing CR or LF is ignored', (t) => {
  for (const end of ['\n', '\r', '\r\n']) {
    t.deepEqual(parse(`GET bob${end}`), { op: 'GET', id: bob }, JSON.stringify(end));
    t.deepEqual(parse(`SET bob 100 ONLINE 41234${end}`), online, JSON.stringify(end));
  }
});

test('a datagram with a line end anywhere but at its end is dropped', (t) => {
  for (const text of ['\nGET bob', 'GET\nbob', 'GET bob\nGET alice', 'GET bob\n ']) {
    t.is(parse(text), undefined, JSON.stringify(text));
  }
});

test('tokens are separated by any run of spaces or tabs', (t) => {
  t.deepEqual(parse(' \tGET\t bob '), { op: 'GET', id: bob });
  t.deepEqual(parse('\tSET  bob\t100 \tONLINE  41234\t'), online);
});

test('tokens past the last one needed are ignored', (t) => {
  t.deepEqual(parse('GET bob 100'), { op: 'GET', id: bob });
  t.deepEqual(parse('SET bob 100 ONLINE 41234 more'), online);
  t.deepEqual(parse('SET bob 100 41234 more'), online);
});

test('no line of an answer is parsed as a request, whatever the id of the buddy', (t) => {
  for (const id of ['get', 'GET', 'set', 'reg']) {
    for (const line of [
      '101 OFFLINE unknown unknown',
      '100 ONLINE 192.0.2.7 41234',
      '102 AWAY ::1 1',
      '101 offline',
    ]) {
      t.is(parse(`${id} ${line}\n`), undefined, `${id} ${line}`);
    }
  }
});

test('an unknown operation and an empty datagram are dropped', (t) => {
  for (const text of ['', ' ', '\r\n', 'REG bob', 'PING bob', 'bob', 'toString bob']) {
    t.is(parse(text), undefined, JSON.stringify(text));
  }
});

test('a datagram with a byte outside printable ASCII is dropped', (t) => {
  for (const text of ['GET b\xf6b', 'GET bob\0', 'GET bob \x80', '\x1bGET bob']) {
    t.is(parse(text), undefined, JSON.stringify(text));
  }
});

test('a datagram has at most 512 bytes, including its line end', (t) => {
  t.is(MAX_DATAGRAM_BYTES, 512);
  t.deepEqual(parse('GET bob'.padEnd(512)), { op: 'GET', id: bob });
  t.is(parse('GET bob'.padEnd(513)), undefined);
  t.is(parse(`${'GET bob'.padEnd(511)}\r\n`), undefined);
});

test('an announcement always contains the word of the status, because existing clients send it', (t) => {
  t.is(encodeAnnouncement(bob, 100, 41_234), 'SET bob 100 ONLINE 41234');
  t.is(encodeAnnouncement(bob, 101, 0), 'SET bob 101 OFFLINE 0');
  t.is(encodeAnnouncement(bob, 102, 1), 'SET bob 102 AWAY 1');
});

test('an encoded announcement is parsed back to the same announcement', (t) => {
  const property = fc.property(ids, statuses, fc.integer({ min: 1, max: 65_535 }), (id, status, port) => {
    assert.deepEqual(parse(encodeAnnouncement(id, status, port)), { op: 'SET', id, status, port });
  });
  t.notThrows(() => fc.assert(property));
});

test('an encoded query is parsed back to the same query', (t) => {
  t.is(encodeQuery(bob), 'GET bob');
  const property = fc.property(ids, (id) => {
    assert.deepEqual(parse(encodeQuery(id)), { op: 'GET', id });
  });
  t.notThrows(() => fc.assert(property));
});

test('no bytes make the parser throw, and each parsed datagram can be encoded and parsed again', (t) => {
  const words = fc.constantFrom(
    'SET',
    'get',
    'bob',
    '100',
    '101',
    '102',
    'ONLINE',
    'away',
    '0',
    '1',
    '70000',
    '\n',
  );
  const almost = fc.array(words, { maxLength: 7 }).map((tokens) => Buffer.from(tokens.join(' ')));
  const property = fc.property(fc.oneof(fc.uint8Array(), almost), (bytes) => {
    const read = parseDatagram(bytes);
    if (read === undefined) return;
    const written =
      read.op === 'GET' ? encodeQuery(read.id) : encodeAnnouncement(read.id, read.status, read.port);
    assert.deepEqual(parse(written), read);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});
