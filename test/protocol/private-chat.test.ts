import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../protocol/id.js';
import { MAX_MESSAGE_BYTES } from '../../protocol/message.js';
import {
  encodePrivateAnswer,
  encodePrivateLine,
  encodePrivateOpening,
  MAX_PRIVATE_LINE_BYTES,
  type PrivateAnswer,
  type PrivateLine,
  parsePrivateAnswer,
  parsePrivateLine,
  parsePrivateOpening,
  parseStreamId,
  type StreamId,
} from '../../protocol/private-chat.js';

const stream = '0123456789abcdef' as StreamId;
const streams = fc.stringMatching(/^[0-9a-f]{16}$/).map((text) => text as StreamId);
const counts = fc.integer({ min: 0, max: 999_999_999_999_999 });
const texts = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n]/g, ''));
const lines: fc.Arbitrary<PrivateLine> = fc.oneof(
  fc
    .tuple(streams, fc.option(streams, { nil: undefined }), counts)
    .map(([mine, known, have]) => ({ verb: 'S' as const, stream: mine, known, have })),
  fc
    .tuple(counts, counts, texts)
    .map(([n, atMs, text]) => ({ verb: 'M' as const, n: Math.max(n, 1), atMs, text })),
  counts.map((n) => ({ verb: 'A' as const, n })),
  texts.map((text) => ({ verb: 'N' as const, text })),
  fc.constant({ verb: 'BYE' as const }),
);

test('the caller names its own id and the called id', (t) => {
  const opening = { caller: 'alice' as UserId, called: 'bob' as UserId };
  t.is(encodePrivateOpening(opening), 'HELLO alice bob\n');
  t.deepEqual(parsePrivateOpening('HELLO alice bob'), opening);
  t.deepEqual(parsePrivateOpening('HELLO Alice BOB later words'), opening);
  for (const line of ['', 'HELLO', 'HELLO alice', 'HELLO alice $', 'hello alice bob', 'REQUEST alice bob']) {
    t.is(parsePrivateOpening(line), undefined, line);
  }
});

test('the called client answers with one of five lines', (t) => {
  for (const answer of ['OK', 'REJECT', 'BUSY', 'DENIED key', 'DENIED who'] satisfies PrivateAnswer[]) {
    t.is(encodePrivateAnswer(answer), `${answer}\n`);
    t.is(parsePrivateAnswer(answer), answer);
  }
  for (const line of ['', 'ok', 'OK ', 'DENIED', 'ACCEPT', 'toString']) {
    t.is(parsePrivateAnswer(line), undefined, line);
  }
});

test('a stream is named by 16 lower-case hexadecimal digits', (t) => {
  t.is(parseStreamId(stream), stream);
  for (const token of [undefined, '', '-', stream.slice(1), `${stream}0`, stream.toUpperCase()]) {
    t.is(parseStreamId(token), undefined, String(token));
  }
});

test('the lines of a chat begin with S, M, A, N or BYE', (t) => {
  const known = 'fedcba9876543210' as StreamId;
  t.is(encodePrivateLine({ verb: 'S', stream, known: undefined, have: 0 }), `S ${stream} - 0\n`);
  t.is(encodePrivateLine({ verb: 'S', stream, known, have: 3 }), `S ${stream} ${known} 3\n`);
  t.is(encodePrivateLine({ verb: 'M', n: 4, atMs: 1_700, text: 'Hi, Bob' }), 'M 4 1700 Hi, Bob\n');
  t.is(encodePrivateLine({ verb: 'A', n: 4 }), 'A 4\n');
  t.is(encodePrivateLine({ verb: 'N', text: 'cut' }), 'N cut\n');
  t.is(encodePrivateLine({ verb: 'BYE' }), 'BYE\n');
});

test('an encoded line is parsed back to the same line', (t) => {
  fc.assert(
    fc.property(lines, (line) => {
      assert.deepEqual(parsePrivateLine(encodePrivateLine(line).slice(0, -1)), line);
    }),
  );
  t.pass();
});

test('the text of a message may be empty, and keeps its spaces', (t) => {
  t.like(parsePrivateLine('M 1 0 '), { text: '' });
  t.like(parsePrivateLine('M 1 0  q '), { text: ' q ' });
});

test('a line with an unknown verb is ignored', (t) => {
  for (const line of ['', 'TYPING 1', 'm 1 0 x', 'SX', '42', ' A 1', 'HELLO alice bob']) {
    t.is(parsePrivateLine(line), 'ignored', line);
  }
});

test('a known verb with wrong fields is an error', (t) => {
  const wrong = [
    'S',
    `S ${stream}`,
    `S ${stream} - -1`,
    `S ${stream} x 0`,
    `S - ${stream} 0`,
    'M 0 0 x',
    'M 1 x',
    'M 1 0',
    'M 1234567890123456 0 x',
    'A',
    'A x',
    'A 1 2',
    'N',
    'BYE BYE',
  ];
  for (const line of wrong) t.is(parsePrivateLine(line), undefined, line);
});

test('the longest message fits into a line', (t) => {
  const most = 999_999_999_999_999;
  const line = encodePrivateLine({ verb: 'M', n: most, atMs: most, text: 'x'.repeat(MAX_MESSAGE_BYTES) });
  t.true(line.length - 1 <= MAX_PRIVATE_LINE_BYTES);
});

test('no text makes the parsers throw', (t) => {
  fc.assert(
    fc.property(fc.constantFrom('', 'S ', 'M ', 'A ', 'N', 'BYE', 'HELLO '), texts, (start, rest) => {
      parsePrivateLine(start + rest);
      parsePrivateOpening(start + rest);
      parsePrivateAnswer(start + rest);
    }),
  );
  t.pass();
});
