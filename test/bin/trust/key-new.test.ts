import anyTest, { type ExecutionContext } from 'ava';
import { parseKey } from '../../../protocol/key.js';
import { deviceIn } from '../../../user-files/stored-credentials.js';
import { KeyedHome, serveWithKey } from '../../helpers/keyed-home.js';
import { askSealed } from '../../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 100, rows: 24 };

/** Runs `key new` up to its first question. Returns the words on the screen. */
async function readNewWords(t: ExecutionContext, home: KeyedHome) {
  const terminal = home.inTerminal(SIZE, 'key', 'new');
  await terminal.shows('Press Enter to see them.');
  terminal.press('\r');
  await terminal.shows('Press Enter when you have written them down.');
  const words = [
    ...terminal
      .rows()
      .join(' ')
      .matchAll(/\d+\. ([a-z]+)/g),
  ].map(([, word]) => word ?? '');
  t.is(words.length, 24);
  terminal.press('\r');
  const question = () => Number(/^Word (\d+):$/.exec(terminal.rows().at(-1) ?? '')?.[1] ?? 0);
  await terminal.until(() => question() > 0, 'a question');
  return { terminal, words, question };
}

test('`key new` makes a key; when the operator has set it, its words restore the id', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  const before = await home.stored('alice');
  const { terminal, words, question } = await readNewWords(t, home);
  const first = question();
  terminal.press(`${words[first - 1]}\r`);
  await terminal.until(() => question() > first, 'the second question');
  terminal.press(`${words[question() - 1]}\r`);
  t.is(await terminal.exited, 0);
  await terminal.until(
    () => terminal.rows().some((row) => row.startsWith('After that, bring it')),
    'the end',
  );
  const key = terminal
    .rows()
    .map(parseKey)
    .find((found) => found !== undefined);
  // The key file on the machine is unchanged.
  t.deepEqual(await home.stored('alice'), before);

  const { id } = home.nameOf('alice');
  await server.store.commit([{ op: 'KEY', id, key }]);
  const old = before && deviceIn(before);
  if (old !== undefined) t.is(await askSealed(server.tcp, old, 'LOG alice new'), '204 DENIED\r\n');
  const restored = await home.run(['key', 'restore', '--user', 'alice'], words.join(' '));
  t.is(restored.code, 0, restored.stderr);
  const stored = await home.stored('alice');
  t.is(stored?.identity, key);
  const device = stored && deviceIn(stored);
  if (device === undefined) return t.fail();
  t.regex(await askSealed(server.tcp, device, 'LOG alice new'), /^200 OK [0-9a-f]{16}\r\n$/);
});

test('a user who does not copy the words gets no key', async (t) => {
  const home = await KeyedHome.create(t, await serveWithKey(t));
  const { terminal } = await readNewWords(t, home);
  terminal.press('\r');
  await terminal.shows('im-client: the new key was discarded: without the words it would be useless');
  t.is(await terminal.exited, 1);
  const piped = await home.run(['key', 'new']);
  t.is(piped.code, 2);
  t.regex(piped.stderr, /the 24 words are shown at a terminal only/);
});
