import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../protocol/id.js';
import {
  encodeAnswerHead,
  encodeHeader,
  encodeSealedQuery,
  encodeUnknownSession,
  HEADER_BYTES,
  isSealed,
  MAX_ANSWER_HEAD_BYTES,
  MAX_COUNTER,
  MAX_SEALED_QUESTION_BYTES,
  nonceOf,
  parseSealed,
  parseSealedAnswer,
  parseSealedQuestion,
  parseSessionId,
  parseUnknownSession,
  type SessionId,
  TAG_BYTES,
} from '../../protocol/sealed-datagram.js';

const session = '00ff8181aabbccdd' as SessionId;
const sessions = fc.stringMatching(/^[0-9a-f]{16}$/).map((text) => text as SessionId);
const counters = fc.integer({ min: 1, max: MAX_COUNTER - 1 });
const question = (text: string) => parseSealedQuestion(Buffer.from(text, 'latin1'));

test('a session is named by 16 lower-case hexadecimal digits', (t) => {
  t.is(parseSessionId(session), session);
  for (const token of [
    undefined,
    '',
    session.slice(1),
    `${session}0`,
    session.toUpperCase(),
    `${session}\n`,
  ]) {
    t.is(parseSessionId(token), undefined, String(token));
  }
});

test('the header holds the session, and the counter as a big-endian number', (t) => {
  t.is(encodeHeader(session, 0x0102_0304_0506).toString('hex'), `81${session}0000010203040506`);
});

test('an encoded frame is parsed back, even if it is a part of a larger buffer', (t) => {
  fc.assert(
    fc.property(
      sessions,
      counters,
      fc.uint8Array({ minLength: TAG_BYTES, maxLength: 100 }),
      (name, counter, sealed) => {
        const bytes = Buffer.concat([Buffer.from('x'), encodeHeader(name, counter), sealed]).subarray(1);
        const datagram = parseSealed(bytes, MAX_SEALED_QUESTION_BYTES);
        assert.equal(datagram?.session, name);
        assert.equal(datagram?.counter, counter);
        assert.deepEqual(datagram?.header, bytes.subarray(0, HEADER_BYTES));
        assert.deepEqual(datagram?.sealed, bytes.subarray(HEADER_BYTES));
      },
    ),
  );
  t.pass();
});

test('a frame is dropped if it is too short, too long, or has another first byte', (t) => {
  const frame = (length: number) =>
    Buffer.concat([encodeHeader(session, 1), Buffer.alloc(length - HEADER_BYTES)]);
  const shortest = HEADER_BYTES + TAG_BYTES;
  t.truthy(parseSealed(frame(shortest), MAX_SEALED_QUESTION_BYTES));
  t.is(parseSealed(frame(shortest - 1), MAX_SEALED_QUESTION_BYTES), undefined);
  t.is(MAX_SEALED_QUESTION_BYTES, 545);
  t.truthy(parseSealed(frame(545), MAX_SEALED_QUESTION_BYTES));
  t.is(parseSealed(frame(546), MAX_SEALED_QUESTION_BYTES), undefined);
  const other = frame(100);
  other[0] = 0x82;
  t.is(parseSealed(other, MAX_SEALED_QUESTION_BYTES), undefined);
  t.false(isSealed(Buffer.from('GET alice')));
  t.false(isSealed(new Uint8Array(0)));
});

test('a counter is a number from 1 to 2^48 - 1', (t) => {
  const withCounter = (counter: bigint) => {
    const bytes = Buffer.concat([encodeHeader(session, 1), Buffer.alloc(TAG_BYTES)]);
    bytes.writeBigUInt64BE(counter, 9);
    return parseSealed(bytes, MAX_SEALED_QUESTION_BYTES)?.counter;
  };
  t.is(withCounter(0n), undefined);
  t.is(withCounter(1n), 1);
  t.is(withCounter(2n ** 48n - 1n), 2 ** 48 - 1);
  t.is(withCounter(2n ** 48n), undefined);
  t.is(withCounter(2n ** 64n - 1n), undefined);
});

test('the nonce is the IV with the counter XORed into its last 8 bytes', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), counters, (iv, counter) => {
      const expected = Buffer.from(iv);
      expected.writeBigUInt64BE(expected.readBigUInt64BE(4) ^ BigInt(counter), 4);
      assert.deepEqual(nonceOf(iv, counter), expected);
    }),
  );
  t.pass();
});

test('the answer to an unknown session has 9 bytes, and names the session', (t) => {
  const answer = encodeUnknownSession(session);
  t.is(answer.toString('hex'), `82${session}`);
  t.is(parseUnknownSession(answer), session);
  t.is(parseUnknownSession(answer.subarray(0, 8)), undefined);
  t.is(parseUnknownSession(Buffer.concat([answer, Buffer.alloc(1)])), undefined);
  t.is(parseUnknownSession(encodeHeader(session, 1).subarray(0, 9)), undefined);
});

test('a sealed question is an ordinary SET, or a GET that may have an offset', (t) => {
  const id = 'alice' as UserId;
  t.deepEqual(question('SET alice 100 ONLINE 41234'), { op: 'SET', id, status: 100, port: 41_234 });
  t.deepEqual(question('GET alice'), { op: 'GET', id, offset: 0 });
  t.deepEqual(question('GET alice 1950'), { op: 'GET', id, offset: 1950 });
  t.deepEqual(question(encodeSealedQuery(id, 7)), { op: 'GET', id, offset: 7 });
  for (const text of [
    'GET alice -1',
    'GET alice 1e3',
    'GET alice 01',
    'GET alice x',
    'GET',
    'ADD alice bob',
  ]) {
    t.is(question(text), undefined, text);
  }
});

test('an answer says which question it answers, and where its part of the list begins', (t) => {
  const lines = 'bob 100 ONLINE 192.0.2.7 41234\ncarl 101 OFFLINE unknown unknown\n';
  const page = parseSealedAnswer(encodeAnswerHead(17, 5, 9) + lines);
  t.is(page?.question, 17);
  t.is(page?.offset, 5);
  t.is(page?.total, 9);
  t.deepEqual(
    page?.buddies.map(({ id }) => id as string),
    ['bob', 'carl'],
  );
  t.deepEqual(parseSealedAnswer('1 0 0\n')?.buddies.length, 0);
});

test('an answer without a whole first line of three numbers is dropped', (t) => {
  for (const text of [
    '',
    '\n',
    '1 0 0',
    '1 0\n',
    '1 0 0 0\n',
    '1  0 0\n',
    '1 0 x\n',
    '-1 0 0\n',
    'bob 101\n',
  ]) {
    t.is(parseSealedAnswer(text), undefined, JSON.stringify(text));
  }
});

test('the first line of an answer has at most 48 bytes', (t) => {
  const most = MAX_COUNTER - 1;
  t.true(encodeAnswerHead(most, most, most).length <= MAX_ANSWER_HEAD_BYTES);
});

test('no bytes make the parsers throw', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      for (const first of [0x81, 0x82]) {
        const datagram = Uint8Array.of(first, ...bytes);
        parseSealed(datagram, MAX_SEALED_QUESTION_BYTES);
        parseUnknownSession(datagram);
      }
      parseSealedQuestion(bytes);
      parseSealedAnswer(Buffer.from(bytes).toString('latin1'));
    }),
  );
  t.pass();
});
