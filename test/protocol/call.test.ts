import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {
  encodeAcceptance,
  encodeGreeting,
  isAcceptanceOfB,
  type Opening,
  parseAnswer,
  parseOpening,
  REFUSAL_LINE,
} from '../../protocol/call.js';
import { parseId, type UserId } from '../../protocol/id.js';

const alice = 'alice' as UserId;
const ids = fc.stringMatching(/^[a-z0-9_][a-z0-9_.@+-]{0,63}$/).map((text) => text as UserId);

/** How a called client of each dialect accepts and refuses. Clients of B refuse by closing the connection. */
const CALLED = [
  ['A', 'ACCEPT', 'REJECT'],
  ['B', 'ACCEPTED', undefined],
  ['C', 'OK', 'NO'],
  ['D', 'ACCEPT', 'REJECT'],
] as const;

/** For each dialect, the caller's first line, and how the caller recognizes that the call was accepted. */
const CALLERS: ReadonlyArray<readonly [string, string | undefined, (line: string) => boolean]> = [
  ['A', undefined, (line) => line === 'ACCEPT'],
  ['A, any case', undefined, (line) => line.toLowerCase() === 'accept'],
  ['C', 'HELLO alice', (line) => line.toLowerCase().startsWith('ok')],
  ['D', 'REQUEST alice 41234', (line) => line === 'ACCEPT'],
];

test('our caller sends REQUEST, its id and its port', (t) => {
  t.is(encodeGreeting(alice, 41_234), 'REQUEST alice 41234\n');
  t.is(encodeGreeting(alice, 0), 'REQUEST alice 0\n');
});

test('HELLO is a greeting that names the caller', (t) => {
  const greeting: Opening = { kind: 'greeting', caller: alice };
  for (const line of ['HELLO alice', 'hello ALICE', ' HELLO \t alice ', 'HELLO alice and more']) {
    t.deepEqual(parseOpening(line), greeting, line);
  }
});

test('REQUEST is a request that names the caller', (t) => {
  const request: Opening = { kind: 'request', caller: alice };
  for (const line of ['REQUEST alice 41234', 'request Alice 41234', 'REQUEST alice']) {
    t.deepEqual(parseOpening(line), request, line);
  }
});

test('a caller whose name is not a valid id has no name', (t) => {
  for (const name of ['', '.alice', '\x1b[2Jalice', 'al\u202eice', 'al\rice', 'алиса', 'a'.repeat(65)]) {
    t.deepEqual(parseOpening(`HELLO ${name}`), { kind: 'greeting', caller: undefined }, JSON.stringify(name));
    t.deepEqual(
      parseOpening(`REQUEST ${name}`),
      { kind: 'request', caller: undefined },
      JSON.stringify(name),
    );
  }
});

test("a caller's first line is a message unless it is a greeting, a request or a callback", (t) => {
  for (const line of [
    '',
    'hi',
    'HELLOALICE',
    'HELLO!',
    'REQUESTS alice',
    'say HELLO alice',
    '192.0.2.7',
    '192.0.2.7 0',
    '192.0.2.7 65536',
    '192.0.2.256 41234',
    '192.0.2 41234',
    '192.0.2.7 41234 is where I am',
    '2001:db8::7 41234',
    'localhost 41234',
  ]) {
    t.deepEqual(parseOpening(line), { kind: 'message' }, line);
  }
});

test('a line of an IPv4 address and a port asks for a connection back', (t) => {
  for (const line of ['192.0.2.7 41234', ' 127.0.0.1\t1 ', '255.255.255.255 65535']) {
    t.deepEqual(parseOpening(line), { kind: 'callback' }, line);
  }
});

test('a caller who sent HELLO is accepted with OK, and any other caller with ACCEPT', (t) => {
  t.is(encodeAcceptance({ kind: 'greeting', caller: alice }), 'OK\n');
  t.is(encodeAcceptance({ kind: 'greeting', caller: undefined }), 'OK\n');
  t.is(encodeAcceptance({ kind: 'request', caller: alice }), 'ACCEPT\n');
  t.is(encodeAcceptance({ kind: 'message' }), 'ACCEPT\n');
  t.is(encodeAcceptance(undefined), 'ACCEPT\n');
});

test('a silent caller of dialect B is accepted with ACCEPTED, which only B uses', (t) => {
  t.is(encodeAcceptance(undefined, true), 'ACCEPTED\n');
  t.is(encodeAcceptance({ kind: 'greeting', caller: alice }, true), 'OK\n');
  t.is(encodeAcceptance({ kind: 'request', caller: alice }, true), 'ACCEPT\n');
  t.true(isAcceptanceOfB('accepted'));
  for (const line of ['ACCEPT', 'OK', '200 ACCEPTED', 'I ACCEPTED']) t.false(isAcceptanceOfB(line), line);
});

test('a call is refused with REJECT', (t) => {
  t.is(REFUSAL_LINE, 'REJECT\n');
});

for (const [name, opening, isAccepted] of CALLERS) {
  test(`a caller of dialect ${name} understands our acceptance and our refusal`, (t) => {
    const acceptance = encodeAcceptance(opening === undefined ? undefined : parseOpening(opening));
    t.true(isAccepted(acceptance.trimEnd()));
    t.false(isAccepted(REFUSAL_LINE.trimEnd()));
  });
}

for (const [name, acceptance, refusal] of CALLED) {
  test(`our client understands when a client of dialect ${name} accepts or refuses`, (t) => {
    t.is(parseAnswer(acceptance), 'accepted');
    if (refusal !== undefined) t.is(parseAnswer(refusal), 'refused');
  });
}

test('ACCEPT, ACCEPTED, OK, YES and Y accept, in any case', (t) => {
  for (const word of ['ACCEPT', 'ACCEPTED', 'OK', 'YES', 'Y']) {
    t.is(parseAnswer(word), 'accepted', word);
    t.is(parseAnswer(word.toLowerCase()), 'accepted', word);
  }
  t.is(parseAnswer('Accepted'), 'accepted');
});

test('200 accepts, with any words after it', (t) => {
  for (const line of ['200', '200 OK', '200 come in']) t.is(parseAnswer(line), 'accepted', line);
});

test('REJECT, REJECTED, NO, N and BUSY refuse, in any case', (t) => {
  for (const word of ['REJECT', 'REJECTED', 'NO', 'N', 'BUSY']) {
    t.is(parseAnswer(word), 'refused', word);
    t.is(parseAnswer(word.toLowerCase()), 'refused', word);
  }
  t.is(parseAnswer('Rejected'), 'refused');
});

test("a called client's first line is a message unless it accepts or refuses", (t) => {
  for (const line of [
    '',
    'hi',
    'okay',
    'yes please',
    'no way',
    'not busy',
    'ACCEPT me',
    '2000',
    '201 INVALID',
  ]) {
    t.is(parseAnswer(line), 'message', line);
  }
});

test('our own greeting is parsed back to the same caller', (t) => {
  const property = fc.property(ids, (caller) => {
    assert.deepEqual(parseOpening(encodeGreeting(caller, 4_000).trimEnd()), { kind: 'request', caller });
  });
  t.notThrows(() => fc.assert(property));
});

test('our own answers are parsed back to the same answers', (t) => {
  for (const opening of [undefined, parseOpening('HELLO alice'), parseOpening('REQUEST alice')]) {
    t.is(parseAnswer(encodeAcceptance(opening)), 'accepted');
  }
  t.is(parseAnswer(REFUSAL_LINE), 'refused');
});

test('any line can be parsed as an opening and as an answer, and a named caller has a valid id', (t) => {
  const words = fc.constantFrom('HELLO', 'request', 'alice', 'ALICE', '200', 'no', '\x1b', ' ');
  const almost = fc.array(words).map((tokens) => tokens.join(' '));
  const property = fc.property(fc.oneof(fc.string({ unit: 'binary' }), almost), (line) => {
    const opening = parseOpening(line);
    if ('caller' in opening && opening.caller !== undefined) {
      assert.equal(parseId(opening.caller), opening.caller);
    }
    assert.ok(['accepted', 'refused', 'message'].includes(parseAnswer(line)));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});
