import assert from 'node:assert/strict';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import test from 'ava';
import fc from 'fast-check';
import {
  compareSafetyWords,
  SAFETY_BYTES,
  SAFETY_WORDS,
  safetyWords,
  splitWords,
} from '../../protocol/safety-words.js';
import { hex, readVectors } from '../helpers/vectors.js';

const BIP39 = readVectors<{ cases: { entropy: string; words: string }[] }>('bip39-english').cases;

const expected = ['zoo', 'abandon', 'letter', 'advice', 'cage', 'absurd'];
const compare = (typed: string) => compareSafetyWords(typed, expected, wordlist);
const bytes = fc.uint8Array({ minLength: SAFETY_BYTES, maxLength: 32 });

test('the words of some bytes are the first six words of their BIP 39 mnemonic', (t) => {
  for (const { entropy, words } of BIP39) {
    t.deepEqual(safetyWords(hex(entropy), wordlist), words.split(' ').slice(0, SAFETY_WORDS), entropy);
  }
});

test('the words depend on exactly the first 66 bits', (t) => {
  const property = fc.property(bytes, fc.nat(SAFETY_BYTES * 8 - 1), (one, bit) => {
    const other = Uint8Array.from(one);
    other[bit >> 3] = (other[bit >> 3] as number) ^ (0x80 >> (bit & 7));
    const differs = safetyWords(one, wordlist).join() !== safetyWords(other, wordlist).join();
    assert.equal(differs, bit < 66);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('too few bytes, or a list of the wrong length, cause an error', (t) => {
  t.throws(() => safetyWords(Buffer.alloc(SAFETY_BYTES - 1), wordlist), { instanceOf: RangeError });
  t.throws(() => safetyWords(Buffer.alloc(SAFETY_BYTES), ['one']), { instanceOf: RangeError });
});

test('case, spaces and punctuation do not matter', (t) => {
  for (const typed of [
    'zoo abandon letter advice cage absurd',
    'ZOO Abandon lETTER advice CAGE absurd',
    '  zoo,abandon;letter - advice\tcage\nabsurd.  ',
    '"zoo" “abandon” (letter) advice/cage/absurd!',
    '1. zoo 2. abandon 3. letter 4. advice 5. cage 6. absurd',
    'ｚｏｏ abandon letter advice cage absurd',
  ]) {
    t.deepEqual(compare(typed), { result: 'same' }, typed);
  }
});

test('a word that is not in the word list is reported as a typo, with its position', (t) => {
  t.deepEqual(compare('zoo abandon leter advice cage absurd'), {
    result: 'typo',
    position: 3,
    word: 'leter',
  });
  t.deepEqual(compare('zooabandon letter advice cage absurd'), {
    result: 'typo',
    position: 1,
    word: 'zooabandon',
  });
  t.deepEqual(compare('zoo abandon letter advicé cage absurd').result, 'typo');
});

test('if other words of the list are typed, the result does not say which word differs', (t) => {
  t.deepEqual(compare('zone abandon letter advice cage absurd'), { result: 'different' });
  t.deepEqual(compare('abandon zoo letter advice cage absurd'), { result: 'different' });
});

test('fewer or more than six words are not compared', (t) => {
  t.deepEqual(compare(''), { result: 'wrong-count', count: 0 });
  t.deepEqual(compare('zoo abandon letter advice cage'), { result: 'wrong-count', count: 5 });
  t.deepEqual(compare('zoo abandon letter advice cage absurd zoo'), { result: 'wrong-count', count: 7 });
});

test('typed words are the same only if they are the words of the key', (t) => {
  const property = fc.property(bytes, bytes, (one, other) => {
    const words = safetyWords(one, wordlist);
    const typed = safetyWords(other, wordlist);
    assert.equal(compareSafetyWords(words.join(' '), words, wordlist).result, 'same');
    const isSame = compareSafetyWords(typed.join(', '), words, wordlist).result === 'same';
    assert.equal(isSame, typed.join() === words.join());
  });
  t.notThrows(() => fc.assert(property));
});

test('no typed text makes the comparison throw, and no random text equals the words', (t) => {
  const property = fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
    assert.notEqual(compare(typed).result, 'same');
    for (const word of splitWords(typed)) assert.notEqual(word, '');
  });
  t.notThrows(() => fc.assert(property));
});
