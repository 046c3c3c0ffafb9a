import { scryptSync } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import test from 'ava';
import { Identity } from '../../keys/identity.js';
import { compareTypedWords, findSafetyWords } from '../../keys/safety-phrase.js';
import type { UserId } from '../../protocol/id.js';
import { type IdentityKey, keyBytes } from '../../protocol/key.js';

const alice = 'alice' as UserId;
const key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' as IdentityKey;

test('the words are the first 66 bits of scrypt over key and id', async (t) => {
  const cost = { N: 32_768, r: 8, p: 1, maxmem: 2 ** 26 };
  const hash = scryptSync(Buffer.concat([keyBytes(key), Buffer.from('alice')]), 'im-safety 1', 9, cost);
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const words = [0, 1, 2, 3, 4, 5].map(
    (at) => wordlist[Number.parseInt(bits.slice(at * 11, at * 11 + 11), 2)],
  );
  t.deepEqual(await findSafetyWords(key, alice), words as string[]);
});

test('the words of a key never change from release to release', async (t) => {
  t.deepEqual(await findSafetyWords(key, alice), ['one', 'huge', 'account', 'expand', 'clever', 'flag']);
});

test('the words differ for another id, and for another key', async (t) => {
  const words = await findSafetyWords(key, alice);
  t.notDeepEqual(await findSafetyWords(key, 'bob' as UserId), words);
  t.notDeepEqual(await findSafetyWords(Identity.create().key, alice), words);
});

test('typed words are compared with those of the key', async (t) => {
  const words = await findSafetyWords(key, alice);
  t.deepEqual(await compareTypedWords(words.join(', ').toUpperCase(), key, alice), { result: 'same' });
  t.deepEqual(await compareTypedWords(words.join(' '), Identity.create().key, alice), {
    result: 'different',
  });
  t.is((await compareTypedWords(`${words.slice(0, 5).join(' ')} zzz`, key, alice)).result, 'typo');
});
