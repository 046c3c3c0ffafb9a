import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { parseId, type UserId } from '../../protocol/id.js';
import { LineSplitter } from '../../protocol/line-splitter.js';
import { encodeRequest, MAX_REQUEST_BYTES, parseRequest, VERSION_REQUEST } from '../../protocol/request.js';

const id = (text: string) => text as UserId;
const parse = (line: string) => parseRequest(Buffer.from(line, 'latin1'));
const ids = fc.stringMatching(/^[a-z0-9_][a-z0-9_.@+-]{0,63}$/);

test('REG has one id, and ADD and DEL have an id and a buddy', (t) => {
  t.deepEqual(parse('REG alice'), { op: 'REG', id: id('alice') });
  t.deepEqual(parse('ADD alice bob'), { op: 'ADD', id: id('alice'), buddy: id('bob') });
  t.deepEqual(parse('DEL alice bob'), { op: 'DEL', id: id('alice'), buddy: id('bob') });
});

test('the operation and all ids are case-insensitive, and ids are folded to lower case', (t) => {
  t.deepEqual(parse('reg ALICE'), { op: 'REG', id: id('alice') });
  t.deepEqual(parse('aDd Alice BOB'), { op: 'ADD', id: id('alice'), buddy: id('bob') });
  t.deepEqual(parse('del aLICE Bob'), { op: 'DEL', id: id('alice'), buddy: id('bob') });
});

test('tokens are separated by any run of spaces or tabs, and such runs may begin or end the line', (t) => {
  t.deepEqual(parse(' \tADD\talice  \t bob \t'), { op: 'ADD', id: id('alice'), buddy: id('bob') });
});

test('tokens past the last one needed are ignored', (t) => {
  t.deepEqual(parse('REG alice bob'), { op: 'REG', id: id('alice') });
  t.deepEqual(parse('REG alice $! ..'), { op: 'REG', id: id('alice') });
  t.deepEqual(parse('ADD alice bob carol'), { op: 'ADD', id: id('alice'), buddy: id('bob') });
  t.deepEqual(parse('DEL alice bob $!'), { op: 'DEL', id: id('alice'), buddy: id('bob') });
});

test('an empty line is rejected', (t) => {
  for (const line of ['', ' ', '\t \t']) t.is(parse(line), undefined, JSON.stringify(line));
});

test('LOG names an id and the kind of the session, and REM names an id', (t) => {
  const session = '0123456789abcdef';
  t.deepEqual(parse('LOG alice new'), { op: 'LOG', id: id('alice'), mode: { kind: 'new' } });
  t.deepEqual(parse('rem Alice now'), { op: 'REM', id: id('alice') });
  t.deepEqual(parse('log Alice ASK'), { op: 'LOG', id: id('alice'), mode: { kind: 'ask' } });
  t.like(parse(`LOG alice again ${session}`), { mode: { kind: 'again', session } });
  for (const rest of ['', 'alice', 'alice old', 'alice again', 'alice again 12', '$ new']) {
    t.is(parse(`LOG ${rest}`), undefined, rest);
  }
});

test('WHO names an id', (t) => {
  t.deepEqual(parse('WHO Bob'), { op: 'WHO', id: id('bob') });
  for (const line of ['WHO', 'WHO $']) t.is(parse(line), undefined, line);
});

test('VER asks for version 1 of the protocol with keys', (t) => {
  t.deepEqual(parse(VERSION_REQUEST.trimEnd()), { op: 'VER' });
  t.deepEqual(parse('ver IM 1 more'), { op: 'VER' });
  for (const line of ['VER', 'VER im', 'VER im 2', 'VER 1 im']) t.is(parse(line), undefined, line);
});

test('an unknown operation is rejected', (t) => {
  for (const op of ['FOO', 'REGI', 'RE', 'SET', 'GET', 'toString', '__proto__', '200']) {
    t.is(parse(`${op} alice bob`), undefined, op);
  }
});

test('a request without an id is rejected', (t) => {
  for (const op of ['REG', 'ADD', 'DEL']) t.is(parse(op), undefined, op);
});

test('a request whose first id is not valid is rejected', (t) => {
  const malformed = ['.alice', '-alice', '@alice', 'al$ice', 'al/ice', '..', 'a'.repeat(65)];
  for (const op of ['REG', 'ADD', 'DEL']) {
    for (const first of malformed) t.is(parse(`${op} ${first} bob`), undefined, `${op} ${first}`);
  }
});

test('each id has at most 64 characters', (t) => {
  const longest = 'a'.repeat(64);
  t.deepEqual(parse(`REG ${longest}`), { op: 'REG', id: id(longest) });
  t.deepEqual(parse(`ADD b ${longest}`), { op: 'ADD', id: id('b'), buddy: id(longest) });
  t.deepEqual(parse(`ADD b ${longest}a`), { op: 'ADD', id: id('b'), buddy: undefined });
});

// The store replies 202 to an unknown id. It replies 201 to an invalid buddy only if the id is registered.
test('a missing or invalid buddy is parsed as undefined', (t) => {
  for (const op of ['ADD', 'DEL'] as const) {
    for (const line of [`${op} alice`, `${op} alice .bob`, `${op} alice b/ob carol`]) {
      t.deepEqual(parse(line), { op, id: id('alice'), buddy: undefined }, line);
    }
  }
});

test('a line with a byte outside printable ASCII is rejected, even in an ignored token', (t) => {
  for (const line of [
    'REG alic\xe9',
    'REG alice \x80',
    'REG alice\0',
    '\x1bREG alice',
    'ADD alice b\x7fob',
  ]) {
    t.is(parse(line), undefined, JSON.stringify(line));
  }
});

test('a request line has at most 512 bytes, not counting its end', (t) => {
  t.is(MAX_REQUEST_BYTES, 512);
  const longest = 'REG alice '.padEnd(512, 'x');
  const push = (text: string) => new LineSplitter(MAX_REQUEST_BYTES).push(Buffer.from(text));
  const [whole] = push(`${longest}\r\n`);
  t.false(whole?.cut);
  t.deepEqual(whole && parseRequest(whole.bytes), { op: 'REG', id: id('alice') });
  t.true(push(`${longest}x\r\n`)[0]?.cut);
});

test('a request is encoded as one line with single spaces that ends with CR LF', (t) => {
  t.is(encodeRequest('REG', 'alice'), 'REG alice\r\n');
  t.is(encodeRequest('ADD', 'alice', 'bob'), 'ADD alice bob\r\n');
  t.is(encodeRequest('DEL', 'alice', 'bob'), 'DEL alice bob\r\n');
});

test('an encoded request is parsed back to the same change', (t) => {
  const ops = fc.constantFrom('ADD' as const, 'DEL' as const);
  const property = fc.property(ops, ids, ids, (op, user, buddy) => {
    const read = (...request: Parameters<typeof encodeRequest>) => parse(encodeRequest(...request).trimEnd());
    assert.deepEqual(read('REG', user), { op: 'REG', id: user });
    assert.deepEqual(read(op, user, buddy), { op, id: user, buddy });
  });
  t.notThrows(() => fc.assert(property));
});

test('no bytes make the parser throw, and each parsed id is folded to lower case', (t) => {
  const isFolded = (text: string | undefined) => text === undefined || parseId(text) === text;
  const almost = fc
    .tuple(
      fc.constantFrom('REG', 'add', 'DEL', 'X', 'LOG', 'WHO', 'REM', 'ver'),
      fc.array(fc.oneof(ids, fc.string())),
    )
    .map(([op, rest]) => Buffer.from([op, ...rest].join(' ')));
  const property = fc.property(fc.oneof(fc.uint8Array(), almost), (bytes) => {
    const request = parseRequest(bytes);
    if (request === undefined || request.op === 'VER') return true;
    return isFolded(request.id) && (!('buddy' in request) || isFolded(request.buddy));
  });
  t.notThrows(() => fc.assert(property));
});
