import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {
  encodeKey,
  isAllowedKey,
  KEY_BYTES,
  KEY_CHARACTERS,
  keyBytes,
  parseKey,
  parseKeyedId,
} from '../../protocol/key.js';
import { hex, readVectors } from '../helpers/vectors.js';
import { id, KEYS } from '../storage/changes.js';

const SMALL_ORDER = readVectors<{ keys: string[] }>('ed25519-small-order').keys;
const SPECCHECK = readVectors<{ cases: { key: string }[] }>('ed25519-speccheck').cases;

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const keys = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES }).filter(isAllowedKey);

function newKey(): Buffer {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return Buffer.from(x as string, 'base64url');
}

test('keys that Node.js generates are allowed', (t) => {
  for (let count = 0; count < 100; count++) t.true(isAllowedKey(newKey()));
});

test('all 14 encodings of points of small order are refused, as bytes and as text', (t) => {
  t.is(SMALL_ORDER.length, 14);
  for (const digits of SMALL_ORDER) {
    t.false(isAllowedKey(hex(digits)), digits);
    t.is(encodeKey(hex(digits)), undefined, digits);
    t.is(parseKey(hex(digits).toString('base64url')), undefined, digits);
  }
});

test('every y that is not below the prime is refused, with both signs of x', (t) => {
  for (let low = 0xed; low <= 0xff; low++) {
    for (const high of [0x7f, 0xff]) {
      const bytes = Buffer.alloc(KEY_BYTES, 0xff);
      bytes[0] = low;
      bytes[KEY_BYTES - 1] = high;
      t.false(isAllowedKey(bytes), bytes.toString('hex'));
    }
  }
});

test('y = 2 and y = p - 2, which are not of small order, are allowed', (t) => {
  t.true(isAllowedKey(hex(`eb${'ff'.repeat(30)}7f`)));
  t.true(isAllowedKey(hex(`02${'00'.repeat(31)}`)));
});

test('among the keys of ed25519-speccheck, only the keys of small order are refused', (t) => {
  const refused = SPECCHECK.map(({ key }) => !isAllowedKey(hex(key)));
  t.deepEqual(refused, [true, true, false, false, false, false, false, false, false, false]);
});

test('a key has 32 bytes', (t) => {
  for (const length of [0, 31, 33, 64]) {
    t.is(encodeKey(Buffer.alloc(length, 7)), undefined, String(length));
    t.is(parseKey(Buffer.alloc(length, 7).toString('base64url')), undefined, String(length));
  }
});

test('a key that is encoded as text is decoded to the same bytes', (t) => {
  const property = fc.property(keys, (bytes) => {
    const key = encodeKey(bytes);
    assert.ok(key !== undefined);
    assert.equal(key.length, KEY_CHARACTERS);
    assert.equal(parseKey(key), key);
    assert.deepEqual(Uint8Array.from(keyBytes(key)), bytes);
  });
  t.notThrows(() => fc.assert(property));
});

test('an id and a key with # between them are parsed, and any other text is rejected', (t) => {
  const key = KEYS[0];
  t.deepEqual(parseKeyedId(`Bob#${key}`), { id: id('bob'), key });
  for (const text of [
    'bob',
    'bob#',
    `#${key}`,
    `bob#${key}#`,
    `bob##${key}`,
    `bob ${key}`,
    `.#${key}`,
    `bob#${key}x`,
  ])
    t.is(parseKeyedId(text), undefined, text);
});

test('each key has exactly one text: a text with another last character is rejected', (t) => {
  const property = fc.property(keys, (bytes) => {
    const key = encodeKey(bytes) as string;
    const last = BASE64URL.indexOf(key.at(-1) as string);
    assert.equal(last % 4, 0);
    for (const spare of [1, 2, 3]) {
      assert.equal(parseKey(key.slice(0, -1) + BASE64URL[last + spare]), undefined);
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('text of another alphabet or length is not a key', (t) => {
  const key = encodeKey(newKey()) as string;
  for (const text of [
    undefined,
    '',
    '-',
    `${key}=`,
    `${key}A`,
    key.slice(1),
    ` ${key}`,
    `${key}\n`,
    `+${key.slice(1)}`,
    `/${key.slice(1)}`,
    `é${key.slice(1)}`,
  ]) {
    t.is(parseKey(text), undefined, String(text));
  }
});

test('no text makes the parser throw', (t) => {
  const almost = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
  const property = fc.property(fc.oneof(fc.string(), almost), (text) => {
    const key = parseKey(text);
    assert.ok(key === undefined || encodeKey(keyBytes(key)) === text);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});
