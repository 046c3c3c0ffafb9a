import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { decodeAscii, firstTokens, tokensOf } from '../../protocol/ascii.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('only printable ASCII and tabs are decoded', (t) => {
  for (let byte = 0; byte <= 0xff; byte++) {
    const allowed = byte === 0x09 || (byte >= 0x20 && byte <= 0x7e);
    const expected = allowed ? String.fromCharCode(byte) : undefined;
    t.is(decodeAscii(Uint8Array.of(byte)), expected, `byte ${byte}`);
  }
});

test('one byte outside printable ASCII, at any position, makes the whole text invalid', (t) => {
  for (const text of ['\0REG alice', 'REG al\x1bice', 'REG alice\x7f', 'REG alic\xe9', 'REG\ralice']) {
    t.is(decodeAscii(bytesOf(text)), undefined, JSON.stringify(text));
  }
});

test('an empty array of bytes is decoded to an empty text', (t) => {
  t.is(decodeAscii(new Uint8Array()), '');
});

test('tokens are separated by any run of spaces or tabs', (t) => {
  t.deepEqual(tokensOf('ADD alice bob'), ['ADD', 'alice', 'bob']);
  t.deepEqual(tokensOf('ADD  \t alice\t\tbob'), ['ADD', 'alice', 'bob']);
});

test('leading and trailing spaces and tabs are ignored', (t) => {
  t.deepEqual(tokensOf(' \tREG alice\t '), ['REG', 'alice']);
});

test('text that consists of spaces and tabs has no tokens', (t) => {
  for (const text of ['', ' ', '\t', ' \t \t']) t.deepEqual(tokensOf(text), []);
});

test('no other white space separates tokens', (t) => {
  for (const space of ['\n', '\r', '\v', '\f', '\u00a0', '\u2003', '\u3000']) {
    t.deepEqual(tokensOf(`a${space}b`), [`a${space}b`], JSON.stringify(space));
  }
});

test('tokens that are joined by any runs of spaces and tabs are split into the same tokens', (t) => {
  const token = fc.stringMatching(/^[!-~]+$/);
  const gap = fc.stringMatching(/^[ \t]+$/);
  const property = fc.property(fc.array(fc.tuple(token, gap)), gap, (pairs, lead) => {
    assert.deepEqual(
      tokensOf(lead + pairs.flat().join('')),
      pairs.map(([word]) => word),
    );
  });
  t.notThrows(() => fc.assert(property));
});

test('firstTokens returns the first five tokens that tokensOf returns', (t) => {
  const property = fc.property(fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\t') }), (text) => {
    const tokens = tokensOf(text);
    const found = firstTokens(text)
      .slice(1)
      .filter((token) => token !== undefined);
    assert.deepEqual(found, tokens.slice(0, 5));
  });
  t.notThrows(() => fc.assert(property));
  t.deepEqual(firstTokens(' \t '), []);
  t.deepEqual([...firstTokens(' a')], [' a', 'a', undefined, undefined, undefined, undefined]);
});

test('any bytes are either rejected or decoded as ASCII', (t) => {
  const printable = fc.uint8Array({ min: 0x20, max: 0x7e });
  const property = fc.property(fc.oneof(fc.uint8Array(), printable), (bytes) => {
    const text = decodeAscii(bytes);
    if (text !== undefined) assert.equal(text, Buffer.from(bytes).toString('ascii'));
  });
  t.notThrows(() => fc.assert(property));
});
