import anyTest, { type ExecutionContext } from 'ava';
import { Identity } from '../../../keys/identity.js';
import { KeyedHome, type ServerAt, serveWithKey } from '../../helpers/keyed-home.js';
import { ask } from '../../helpers/network.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 80, rows: 24 };
const RESTORE = ['key', 'restore', '--user', 'alice'];

/** Registers alice on one machine, and makes a second machine for her. */
async function twoMachines(t: ExecutionContext) {
  const server = await serveWithKey(t);
  const first = await KeyedHome.create(t, server);
  const identity = await first.register('alice');
  const second = await KeyedHome.create(t, server);
  return { server, first, second, identity, words: identity.toWords() };
}

async function serialAtServer({ tcp }: ServerAt): Promise<string> {
  return askSealed(tcp, deviceOf(), 'WHO alice');
}

test('`key restore` reads words from a pipe; then the server knows the new device', async (t) => {
  const { server, first, second, identity, words } = await twoMachines(t);
  const { code, stdout, stderr } = await second.run(RESTORE, `${words.join(' ')}\n`);
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.is(
    stdout,
    `The key of alice at 127.0.0.1:${server.tcp} is on this machine now.\n` +
      'When you sign in here, any other client of alice signs you out, and says so.\n' +
      'The 24 words are not kept on this machine. Keep your paper.\n' +
      'Was the other machine lost or stolen? Then shut it out: im-client key revoke --user alice\n',
  );
  const stored = await second.stored('alice');
  t.is(stored?.identity, identity.key);
  t.is(stored?.seed, undefined);
  t.false(stored?.isTentative);
  t.true((stored?.serial ?? 0) > ((await first.stored('alice'))?.serial ?? 0));
  t.is(await serialAtServer(server), `200 OK ${identity.key} 0 ${stored?.serial}\r\n`);
});

test('the words restore an id at the third server if the first two cannot be reached', async (t) => {
  const { server, second, words } = await twoMachines(t);
  const several = ['--server', '127.0.0.2,127.0.0.3,127.0.0.1'];
  const { code, stdout, stderr } = await second.run([...several, ...RESTORE], `${words.join(' ')}\n`);
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const names = [2, 3, 1].map((last) => `127.0.0.${last}:${server.tcp}`);
  t.true(stdout.startsWith(`The key of alice at ${names.join(', ')} is on this machine now.\n`), stdout);
});

test('--json prints an object without the words; a second restore makes a newer device', async (t) => {
  const { second, identity, words } = await twoMachines(t);
  const run = async () => JSON.parse((await second.run([...RESTORE, '--json'], words.join(' '))).stdout);
  const [one, two] = [await run(), await run()];
  t.deepEqual(Object.keys(one), ['id', 'server', 'key', 'serial', 'floor']);
  t.is(one.key, identity.key);
  t.true(two.serial > one.serial);
});

test('a restored device gets a serial above the highest one, even if this is a future time', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  const identity = Identity.create();
  const future = Date.now() + 50 * 365 * 86_400_000;
  t.is(await askSealed(server.tcp, deviceOf(identity, { nowMs: future }), 'REG alice'), '200 OK\r\n');
  t.is((await home.run(RESTORE, identity.toWords().join(' '))).code, 0);
  t.is((await home.stored('alice'))?.serial, future + 2);
});

test('a server that names an absurd serial is refused, and nothing is stored', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  const identity = Identity.create();
  const absurd = deviceOf(identity, { nowMs: Number.MAX_SAFE_INTEGER - 10 });
  t.is(await askSealed(server.tcp, absurd, 'REG alice'), '200 OK\r\n');
  const { code, stderr } = await home.run(RESTORE, identity.toWords().join(' '));
  t.is(code, 1);
  t.regex(stderr, /more than 100 years above this machine's clock\. Nothing was stored\n$/);
  t.is(await home.stored('alice'), undefined);
});

test('the report about wrong words from a pipe repeats none of them', async (t) => {
  const { second, words } = await twoMachines(t);
  const typo = words.with(16, 'notaword');
  const swapped = [...'abandon '.repeat(24).trim().split(' ')];
  const other = Identity.create().toWords();
  for (const [typed, reason] of [
    [typo, 'word 17 is not in the list of words'],
    [words.slice(1), 'there are 23 words, but there must be 24'],
    [[], 'there are 0 words, but there must be 24'],
    [swapped, 'at least one word is wrong, or the words are in the wrong order'],
    [other, 'these words belong to another key than that of alice at this server. Nothing was stored'],
  ] as const) {
    const result = await second.run(RESTORE, `${typed.join(' ')}\n`);
    t.deepEqual(result, { code: 22, stdout: '', stderr: `im-client: ${reason}\n` });
  }
  t.is(await second.stored('alice'), undefined);
});

test('an id that is not registered, or has no key, is not restored', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  const words = Identity.create().toWords().join(' ');
  t.deepEqual(await home.run(RESTORE, words), {
    code: 5,
    stdout: '',
    stderr: 'im-client: alice is not registered at this server. Nothing was changed\n',
  });
  await ask(server.tcp, 'REG alice\n');
  t.deepEqual(await home.run(RESTORE, words), {
    code: 19,
    stdout: '',
    stderr: 'im-client: alice has no key at this server. Nothing was changed\n',
  });
});

test('at a terminal, words are hidden, Tab shows them, and a mistyped line is asked for again', async (t) => {
  const { second, identity, words } = await twoMachines(t);
  const terminal = second.inTerminal(SIZE, ...RESTORE);
  await terminal.shows(
    'Type the 24 words, one or several on a line. Tab shows what you type.',
    'Word 1 of 24:',
  );
  const [first = ''] = words;
  terminal.press(first);
  await terminal.shows(`Word 1 of 24: ${'*'.repeat(first.length)}`);
  terminal.press('\t');
  await terminal.shows(`Word 1 of 24: ${first}`);
  terminal.press('\t\r');
  await terminal.shows('Word 1 of 24: ****', 'Word 2 of 24:');
  terminal.press('wrongword\r');
  await terminal.shows(
    'Word 2 is not in the list of words. Type the words of this line again.',
    'Word 2 of 24:',
  );
  // The user types several words in one line. The cursor key and the deleted letter change nothing.
  terminal.press(`${words.slice(1, 5).join(' ')}x\u001b[D\u007f\r`);
  await terminal.shows('Word 2 of 24: ****', 'Word 6 of 24:');
  // The user pastes the remaining words, one on each line.
  terminal.press(`${words.slice(5).join('\r')}\r`);
  await terminal.until(
    () => terminal.rows().some((row) => row.startsWith('The key of alice at')),
    'the key is restored',
  );
  t.is(await terminal.exited, 0);
  t.is((await second.stored('alice'))?.identity, identity.key);
  // Before the final report, only the line that Tab showed had letters of a word.
  const whileTyping = terminal.output.slice(0, terminal.output.indexOf('The key of alice at'));
  for (const word of words.slice(1).filter((one) => one.length > 5 && one !== first)) {
    t.false(whileTyping.includes(word), word);
  }
});

test('at a terminal, the user has three tries to type words with a right checksum', async (t) => {
  const { second } = await twoMachines(t);
  const terminal = second.inTerminal(SIZE, ...RESTORE);
  await terminal.shows('Word 1 of 24:');
  for (const times of [1, 2]) {
    terminal.press(`${'abandon '.repeat(24)}\r`);
    await terminal.until(
      () => terminal.rows().filter((row) => row.includes('Type all 24 again.')).length === times,
      `asked again ${times} times`,
    );
  }
  terminal.press(`${'abandon '.repeat(24)}\r`);
  t.is(await terminal.exited, 22);
  t.is(await second.stored('alice'), undefined);
});

test('at a terminal, Ctrl-C ends `key restore`, and nothing is stored', async (t) => {
  const { second, words } = await twoMachines(t);
  const terminal = second.inTerminal(SIZE, ...RESTORE);
  await terminal.shows('Word 1 of 24:');
  terminal.press(`${words[0]}\r`);
  await terminal.shows('Word 2 of 24:');
  terminal.press('\u0003');
  t.is(await terminal.exited, 1);
  t.is(await second.stored('alice'), undefined);
});

test('another server at a known address gets nothing, and the exit code is 18', async (t) => {
  const { server, second, words } = await twoMachines(t);
  const identity = Identity.create();
  t.is((await second.run(['server', 'list'])).stdout, '');
  await second.run(RESTORE, words.join(' '));
  t.is((await second.run(['server', 'list'])).stdout, `127.0.0.1:${server.tcp}\t${server.key}\n`);
  const { Servers } = await import('../../../user-files/servers.js');
  const servers = new Servers(second.root);
  const address = { host: '127.0.0.1', port: server.tcp };
  await servers.forget(address);
  await servers.add(address, identity.key);
  const { code, stderr } = await second.run(RESTORE, words.join(' '));
  t.is(code, 18);
  t.regex(stderr, /is not the server that was known here, and nothing was sent\. .*im-client server forget/);
});

test('a server that cannot be reached is reported', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, { ...server, tcp: 1 });
  const gone = await home.run(RESTORE, 'zoo');
  t.deepEqual(gone, {
    code: 3,
    stdout: '',
    stderr: 'im-client: the server cannot be reached: nothing listens there\n',
  });
});
