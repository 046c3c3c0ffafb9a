import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Identity } from '../../../keys/identity.js';
import { findSafetyWords } from '../../../keys/safety-phrase.js';
import { parseId, type UserId } from '../../../protocol/id.js';
import type { IdentityKey } from '../../../protocol/key.js';
import { keyFileName } from '../../../user-files/key-file-name.js';
import { isFailed } from '../../../user-files/private-directory.js';
import { Servers } from '../../../user-files/servers.js';
import { Undelivered } from '../../../user-files/undelivered.js';
import { KeyedHome, serveWithKey } from '../../helpers/keyed-home.js';
import { ask } from '../../helpers/network.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';
import { DASHED_KEY } from '../../storage/changes.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 100, rows: 24 };
const BOB = parseId('bob') as UserId;

const six = async (key: IdentityKey, id = BOB) => (await findSafetyWords(key, id)).join(' ');

/** Registers alice and bob with keys. The returned functions run commands of alice's. */
async function aliceAndBob(t: ExecutionContext) {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  const bob = Identity.create();
  t.is(await askSealed(server.tcp, deviceOf(bob), 'REG bob'), '200 OK\r\n');
  const trust = (...args: readonly string[]) => home.run(['trust', ...args, '--user', 'alice']);
  const forget = (...args: readonly string[]) => home.run(['forget', ...args, '--user', 'alice']);
  const pin = async () => (await home.pinsOf('alice').read()).find(BOB);
  return { server, home, bob, trust, forget, pin };
}

/** Pins a key for bob that is not the key that the server names. */
async function pinAnother(t: ExecutionContext, home: KeyedHome, key: IdentityKey): Promise<void> {
  const failed = await home.pinsOf('alice').change(BOB, () => ({ key, floor: 0, by: 'server' }));
  t.is(failed, undefined);
}

test('`trust` pins the key that the server names, verifies it by the words, and lists it', async (t) => {
  const { bob, trust, pin } = await aliceAndBob(t);
  t.is((await trust()).stderr.split('.')[0], 'No key of a buddy of alice is known here');
  const words = await six(bob.key);
  t.deepEqual(await trust('bob'), {
    code: 0,
    stdout: `bob\tprivate\t${bob.key}\t${words}\n`,
    stderr: '',
  });
  t.deepEqual(await pin(), { key: bob.key, floor: 0, by: 'server' });
  const verified = `bob\tverified\t${bob.key}\t${words}\n`;
  t.is((await trust('bob', '--words', words.toUpperCase())).stdout, verified);
  t.deepEqual(await pin(), { key: bob.key, floor: 0, by: 'words' });
  t.deepEqual(await trust(), { code: 0, stdout: verified, stderr: '' });
  t.deepEqual(JSON.parse((await trust('--json')).stdout), {
    ...{ buddy: 'bob', state: 'verified', key: bob.key, words: words.split(' '), floor: 0, by: 'words' },
  });
});

test('a key that begins with - is a key, not an option', async (t) => {
  const { trust, pin } = await aliceAndBob(t);
  const { code, stdout } = await trust('bob', DASHED_KEY, '--json');
  t.deepEqual([code, (JSON.parse(stdout) as { readonly key: string }).key], [0, DASHED_KEY]);
  t.like(await pin(), { key: DASHED_KEY, by: 'key' });
});

test('wrong words change nothing, and the reason does not say which word differs', async (t) => {
  const { bob, trust, pin } = await aliceAndBob(t);
  const right = (await six(bob.key)).split(' ');
  for (const [words, reason] of [
    [right.with(2, 'notaword'), 'word 3 is not in the list of words'],
    [right.slice(1), 'there are 5 words, but there must be 6'],
    [
      right.with(2, right[2] === 'zoo' ? 'zone' : 'zoo'),
      'these are not the words of bob: a typing mistake, or a false key. Nothing was changed',
    ],
  ] as const) {
    const result = await trust('bob', '--words', words.join(' '));
    t.deepEqual(result, { code: 22, stdout: '', stderr: `im-client: ${reason}\n` });
  }
  t.deepEqual(await pin(), { key: bob.key, floor: 0, by: 'server' });
});

test('`trust --words` asks for the six words at a terminal, or reads them from a pipe', async (t) => {
  const { home, bob, pin } = await aliceAndBob(t);
  const words = await six(bob.key);
  const terminal = home.inTerminal(SIZE, 'trust', 'bob', '--user', 'alice', '--words');
  await terminal.shows('The six words that bob reads out:');
  terminal.press(`${words}\r`);
  t.is(await terminal.exited, 0);
  t.deepEqual(await pin(), { key: bob.key, floor: 0, by: 'words' });
  const piped = await home.run(['trust', 'bob', '--user', 'alice', '--words'], `${words}\n`);
  t.is(piped.code, 0);
});

test('a changed key is reported with both keys, until the user types the words of one of them', async (t) => {
  const { home, bob, trust, pin } = await aliceAndBob(t);
  const before = Identity.create();
  await pinAnother(t, home, before.key);
  const changed = await trust('bob');
  t.is(changed.code, 21);
  t.is(
    changed.stdout,
    `bob\tKEY CHANGED\t${before.key}\t${await six(before.key)}\n` +
      `bob\tthe server names\t${bob.key}\t${await six(bob.key)}\n`,
  );
  t.regex(changed.stderr, /so there are no calls\.\nAsk bob, not over this messenger, for the six words/);
  t.like(JSON.parse((await trust('--json')).stdout), {
    state: 'KEY CHANGED',
    key: before.key,
    other: { key: bob.key, floor: 0 },
  });

  // The old key is the right one, although the server still names another key.
  const old = await trust('bob', '--words', await six(before.key));
  t.is(old.code, 0);
  t.true(old.stderr.startsWith(`The server names another key of bob at present: ${bob.key}\n`));
  t.deepEqual(await pin(), { key: before.key, floor: 0, by: 'words' });
  // Bob has a new key.
  t.is((await trust('bob', '--words', await six(bob.key))).code, 0);
  t.deepEqual(await pin(), { key: bob.key, floor: 0, by: 'words' });
});

test('a key that the user got from the buddy counts, even if the server names another key', async (t) => {
  const { bob, trust, pin } = await aliceAndBob(t);
  const own = Identity.create();
  const given = await trust('bob', own.key);
  t.is(given.code, 0);
  t.true(given.stderr.startsWith(`The server names another key of bob at present: ${bob.key}\n`));
  t.deepEqual(await pin(), { key: own.key, floor: 0, by: 'key' });
  const wrong = await trust('bob', 'abc');
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /Use the 43 characters that im-client key shows\./);
});

test('after a changed key is forgotten, the key that the server names is pinned', async (t) => {
  const { home, bob, trust, forget, pin } = await aliceAndBob(t);
  t.deepEqual(await forget('bob'), { code: 0, stdout: 'No key of bob is known here.\n', stderr: '' });
  await pinAnother(t, home, Identity.create().key);
  await trust('bob');
  const forgotten = await forget('bob');
  t.is(forgotten.code, 0);
  t.deepEqual(forgotten.stdout.split('\n').slice(0, 2), [
    'The key of bob is forgotten.',
    'From your next call on, the other key, which the server named, counts.',
  ]);
  t.is(await pin(), undefined);
  t.is((await trust('bob')).code, 0);
  t.like(await pin(), { key: bob.key, by: 'server' });
  t.deepEqual(JSON.parse((await forget('bob', '--json')).stdout), { buddy: 'bob', forgotten: true });
});

test('`forget` prints how many undelivered lines to the forgotten key stay in a file', async (t) => {
  const { home, bob, trust, forget } = await aliceAndBob(t);
  await trust('bob');
  const opened = await new Undelivered(home.root, home.nameOf('alice')).open(BOB);
  if (isFailed(opened)) return t.fail(opened.reason);
  await opened.replace({ identity: bob.key, stream: '0123456789abcdef' }, [
    { is: 'line', n: 1, atMs: 0, text: 'one' },
    { is: 'line', n: 2, atMs: 0, text: 'two' },
    { is: 'settled', n: 1 },
  ]);
  await opened.close();
  t.regex((await forget('bob')).stdout, /^Undelivered lines to the forgotten key stay in a file: 1$/m);
});

test('a keyless buddy is shown as in clear, or not readable if a line of the pins is damaged', async (t) => {
  const { server, home, trust } = await aliceAndBob(t);
  await ask(server.tcp, 'REG carl\n');
  t.deepEqual(await trust('carl'), { code: 0, stdout: 'carl\tin clear\n', stderr: '' });
  await trust('bob');
  await appendFile(join(home.root, 'pins', `${keyFileName(home.nameOf('alice'))}.jsonl`), 'damage\n');
  const damaged = await trust('carl');
  t.is(damaged.code, 21);
  t.is(damaged.stdout, 'carl\tKEY NOT READABLE\n');
  t.is((await home.run(['forget', 'carl', '--user', 'alice'])).code, 0);
  t.is((await trust('carl')).stdout, 'carl\tin clear\n');
  const listed = await trust();
  t.regex(listed.stdout, /^bob\tprivate/);
  t.regex(listed.stderr, /^A line of the file is damaged/);
});

test('a user without a key can pin a key, and verify it even if the server does not answer', async (t) => {
  const { server, bob } = await aliceAndBob(t);
  const dora = await KeyedHome.create(t, server);
  const words = await six(bob.key);
  const pinned = await dora.run(['trust', 'bob', '--user', 'dora']);
  t.is(pinned.stdout, `bob\tprivate\t${bob.key}\t${words}\n`);
  t.is((await dora.run(['trust', 'dora', '--user', 'dora'])).code, 2);
  // No server listens at this address, but the home knows it as an address of the same server key.
  await new Servers(dora.root).add({ host: '127.0.0.1', port: 1 }, server.key);
  const alone = await dora.run(['trust', 'bob', '--words', words, '--user', 'dora', '--tcp-port', '1']);
  t.is(alone.code, 0);
  t.is(alone.stdout, `bob\tverified\t${bob.key}\t${words}\n`);
  t.is(
    alone.stderr,
    'The server did not say what the key of bob is: the server cannot be reached: nothing listens there.\n',
  );
});

test('mistakes on the command line are reported', async (t) => {
  const { trust } = await aliceAndBob(t);
  for (const [args, reason] of [
    [['--words', 'zoo'], /--words needs a buddy/],
    [['bob', Identity.create().key, '--words', 'zoo'], /give the six words or the key, not both/],
    [['-bob'], /unknown option/],
  ] as const) {
    const { code, stderr } = await trust(...args);
    t.is(code, 2);
    t.regex(stderr, reason);
  }
});
