import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine, encodeMessage, isFarewell, MAX_MESSAGE_BYTES } from '../../protocol/message.js';

const KIB_16 = 16_384;
const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const lineOf = (bytes: readonly number[], cut = false) => ({ bytes: Uint8Array.from(bytes), cut });

/** The texts that the receiver reads from these bytes. */
function received(bytes: Uint8Array): string[] {
  return new LineSplitter(MAX_MESSAGE_BYTES).push(bytes).map(decodeLine);
}

test('a message is its text in UTF-8, ended by LF', (t) => {
  t.is(utf8(encodeMessage('héllo 😀').bytes), 'héllo 😀\n');
  t.is(utf8(encodeMessage('').bytes), '\n');
});

test('q and BYE500 mean that the other side left', (t) => {
  t.true(isFarewell('q'));
  t.true(isFarewell('BYE500'));
});

test('no line except q and BYE500 means that the other side left', (t) => {
  for (const text of ['', 'Q', 'q ', ' q', 'qq', '\\q', 'q\r', 'bye500', 'BYE', 'BYE500!', 'quit']) {
    t.false(isFarewell(text), JSON.stringify(text));
  }
});

test('a message with the text of a farewell is not read as a farewell', (t) => {
  for (const text of ['q', 'BYE500']) {
    const [line] = received(encodeMessage(text).bytes);
    t.is(line?.trimEnd(), text);
    t.false(isFarewell(line ?? text));
  }
});

test('line ends inside a message become spaces, so the message stays one line', (t) => {
  t.is(utf8(encodeMessage('a\nb\rc\r\nd').bytes), 'a b c d\n');
  for (const text of ['q\n', '\nq', 'a\rq']) t.is(received(encodeMessage(text).bytes).length, 1);
});

test('no text is encoded as a farewell', (t) => {
  const texts = fc.string({ unit: fc.constantFrom('q', 'BYE500', '\n', '\r', ' ', 'x'), maxLength: 3 });
  const property = fc.property(texts, (text) => {
    const lines = received(encodeMessage(text).bytes);
    return lines.length === 1 && !lines.some(isFarewell);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('a message of exactly 16 KiB is not cut, and one more byte is cut off', (t) => {
  t.is(MAX_MESSAGE_BYTES, KIB_16);
  const whole = encodeMessage('a'.repeat(KIB_16));
  t.false(whole.cut);
  t.is(whole.bytes.length, KIB_16 + 1);
  const longer = encodeMessage('a'.repeat(KIB_16 + 1));
  t.true(longer.cut);
  t.deepEqual(longer.bytes, whole.bytes);
});

test('the limit counts bytes, not characters', (t) => {
  t.false(encodeMessage('é'.repeat(KIB_16 / 2)).cut);
  t.true(encodeMessage(`${'é'.repeat(KIB_16 / 2)}a`).cut);
});

test('a message is cut between characters, never inside one', (t) => {
  for (const character of ['é', '界', '😀']) {
    const size = Buffer.byteLength(character);
    for (let before = 0; before < size; before++) {
      const lead = 'a'.repeat(before);
      const fitting = Math.floor((KIB_16 - before) / size);
      const { bytes, cut } = encodeMessage(lead + character.repeat(KIB_16));
      t.true(cut);
      t.true(utf8(bytes) === `${lead}${character.repeat(fitting)}\n`, `${character} after ${before}`);
    }
  }
});

test('an encoded message has at most 16 KiB and an LF', (t) => {
  const property = fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
    const { bytes } = encodeMessage(text.repeat(Math.ceil((KIB_16 + 1) / text.length)));
    assert.ok(bytes.length <= KIB_16 + 1);
    assert.equal(bytes.indexOf(0x0a), bytes.length - 1);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 25 }));
});

test('a message is decoded to the text that was encoded', (t) => {
  const texts = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text) && !isFarewell(text));
  const property = fc.property(texts, (text) => {
    assert.deepEqual(received(encodeMessage(text).bytes), [text]);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('a lone surrogate is encoded as U+FFFD', (t) => {
  t.is(utf8(encodeMessage('a\ud800b').bytes), 'a\ufffdb\n');
});

test('bytes that are not UTF-8 are replaced, and the rest of the line is kept', (t) => {
  t.is(decodeLine(lineOf([0x61, 0xff, 0x62])), 'a\ufffdb');
  t.is(decodeLine(lineOf([0x9b, 0x32, 0x4a])), '\ufffd2J', 'a raw C1 control');
  t.is(decodeLine(lineOf([0xc0, 0xaf])), '\ufffd\ufffd', 'an overlong form');
  t.is(decodeLine(lineOf([0x61, 0xe2, 0x82])), 'a\ufffd', 'a character without its end');
});

test('if a line is cut inside a character, the character is omitted, and the text before it is kept', (t) => {
  t.is(decodeLine(lineOf([0x61, 0xe2, 0x82], true)), 'a');
  t.is(decodeLine(lineOf([0x61, 0xf0, 0x9f, 0x98], true)), 'a');
  t.is(decodeLine(lineOf([0x61, 0xe2, 0x82, 0xac], true)), 'a€');
  t.is(decodeLine(lineOf([0x61, 0xff, 0x62], true)), 'a\ufffdb');
});

test('a received message that is too long is cut and marked as cut', (t) => {
  const [line] = new LineSplitter(MAX_MESSAGE_BYTES).push(Buffer.from(`${'界'.repeat(KIB_16)}\n`));
  t.true(line?.cut);
  t.true(line !== undefined && decodeLine(line) === '界'.repeat(Math.floor(KIB_16 / 3)));
});

test('a byte order mark is decoded as text', (t) => {
  t.is(decodeLine(lineOf([0xef, 0xbb, 0xbf, 0x61])), '\ufeffa');
});

test('any bytes are decoded to well-formed text, and none make the decoder throw', (t) => {
  const property = fc.property(fc.uint8Array(), fc.boolean(), (bytes, cut) => {
    return !/\p{Surrogate}/u.test(decodeLine({ bytes, cut }));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});
