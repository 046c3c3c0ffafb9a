import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { SEED_BYTES } from '../../keys/ed25519.js';
import { IDENTITY_WORDS, Identity, type WordsProblem } from '../../keys/identity.js';
import { parseKey } from '../../protocol/key.js';
import { showings } from '../helpers/showings.js';
import { hex, readVectors } from '../helpers/vectors.js';

const BIP39 = readVectors<{ cases: { entropy: string; words: string }[] }>('bip39-english').cases;
const RFC8032 = readVectors<{ cases: { seed: string; key: string }[] }>('ed25519-rfc8032').cases;

const seeds = fc.uint8Array({ minLength: SEED_BYTES, maxLength: SEED_BYTES });

function problemOf(typed: string): WordsProblem | undefined {
  const read = Identity.fromWords(typed);
  return read instanceof Identity ? undefined : read;
}

test('the key of a seed is that of RFC 8032', (t) => {
  for (const { seed, key } of RFC8032) {
    t.is(Identity.fromSeed(hex(seed)).key as string, hex(key).toString('base64url'));
  }
});

test('seeds and words are those of BIP39', (t) => {
  for (const { entropy, words } of BIP39) {
    t.is(Identity.fromSeed(hex(entropy)).toWords().join(' '), words);
    const read = Identity.fromWords(words);
    t.true(read instanceof Identity);
    t.deepEqual(Buffer.from((read as Identity).toSeed()), hex(entropy));
  }
});

test('an identity can be restored from its words, and from its seed', (t) => {
  const property = fc.property(seeds, (seed) => {
    const identity = Identity.fromSeed(seed);
    const words = identity.toWords();
    assert.equal(words.length, IDENTITY_WORDS);
    const read = Identity.fromWords(words.join(' '));
    assert.ok(read instanceof Identity && read.key === identity.key);
    assert.equal(Identity.fromSeed(identity.toSeed()).key, identity.key);
  });
  t.notThrows(() => fc.assert(property));
});

test('two new identities differ', (t) => {
  const one = Identity.create();
  t.not(one.key, Identity.create().key);
  t.is(parseKey(one.key), one.key);
});

test('case, spaces, punctuation and numbers do not matter in typed words', (t) => {
  const identity = Identity.create();
  const typed = identity.toWords().map((word, index) => `${index + 1}. ${word.toUpperCase()},`);
  const read = Identity.fromWords(typed.join('\n'));
  t.is(read instanceof Identity ? read.key : read, identity.key);
});

test('a word that is not in the word list is reported by its position, not by its text', (t) => {
  const words = [...Identity.create().toWords()];
  words[16] = 'notaword';
  t.deepEqual(problemOf(words.join(' ')), { problem: 'unknown-word', position: 17 });
});

test('a wrong number of words is reported', (t) => {
  const words = Identity.create().toWords();
  t.deepEqual(problemOf(''), { problem: 'wrong-count', count: 0 });
  t.deepEqual(problemOf(words.slice(1).join(' ')), { problem: 'wrong-count', count: 23 });
  t.deepEqual(problemOf([...words, 'zoo'].join(' ')), { problem: 'wrong-count', count: 25 });
  // Twelve words with a right checksum are a seed of 16 bytes.
  t.deepEqual(problemOf(`${'abandon '.repeat(11)}about`), { problem: 'wrong-count', count: 12 });
});

test('words with a wrong checksum are not an identity', (t) => {
  t.deepEqual(problemOf('abandon '.repeat(24)), { problem: 'wrong-checksum' });
  t.deepEqual(problemOf(`${'zoo '.repeat(23)}zone`), { problem: 'wrong-checksum' });
});

test('a seed of the wrong length causes an error that does not show the seed', (t) => {
  const seed = Buffer.alloc(31, 0x5a);
  const error = t.throws(() => Identity.fromSeed(seed), { instanceOf: RangeError });
  t.notRegex(String(error?.stack), /5a5a|Wlpa|90, 90/);
});

test('overwriting a copy of the seed does not change the identity', (t) => {
  const identity = Identity.create();
  identity.toSeed().fill(0);
  t.is(Identity.fromSeed(identity.toSeed()).key, identity.key);
  const seed = identity.toSeed();
  const other = Identity.fromSeed(seed);
  seed.fill(0);
  t.deepEqual(other.toWords(), identity.toWords());
});

test('the certificate of an identity is self-signed', (t) => {
  const certificate = new X509Certificate(Identity.create().toCertificate());
  t.true(certificate.verify(certificate.publicKey));
});

test('however an identity is printed, its seed and its words are not shown', (t) => {
  const identity = Identity.create();
  const seed = Buffer.from(identity.toSeed());
  const [first, second] = identity.toWords();
  for (const shown of showings(identity)) {
    t.true(shown.includes(identity.key) || shown === '[object Object]');
    for (const form of ['hex', 'base64', 'base64url'] as const) t.false(shown.includes(seed.toString(form)));
    t.false(shown.includes(`${first} ${second}`));
    t.false(shown.includes([...seed].join(',')));
  }
});
