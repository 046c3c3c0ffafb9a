import anyTest, { type ExecutionContext } from 'ava';
import { KeyedHome, serveWithKey } from '../../helpers/keyed-home.js';
import type { Terminal } from '../../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 100, rows: 24 };

async function aliceAtWords(t: ExecutionContext) {
  const home = await KeyedHome.create(t, await serveWithKey(t));
  const identity = await home.register('alice');
  const terminal = home.inTerminal(SIZE, 'key', 'words', '--user', 'alice');
  await terminal.shows('Press Enter to see them.');
  const words = identity.toWords();
  return { home, terminal, words };
}

/** Presses Enter until the first question. */
async function copyWords(terminal: Terminal): Promise<void> {
  terminal.press('\r');
  await terminal.shows('Press Enter when you have written them down.');
  terminal.press('\r');
  await terminal.until(() => /^Word \d+:$/.test(terminal.rows().at(-1) ?? ''), 'a question');
}

/** The index, from 0, of the word that the client asks for. */
function askedIn(terminal: Terminal): number {
  const [, number] = /^Word (\d+):$/.exec(terminal.rows().at(-1) ?? '') ?? [];
  return Number(number) - 1;
}

test('the words are removed from the machine when the user has seen all and typed two of them', async (t) => {
  const { home, terminal, words } = await aliceAtWords(t);
  terminal.press('\r');
  await terminal.shows('Press Enter when you have written them down.');
  const shown = [
    ...terminal
      .rows()
      .join(' ')
      .matchAll(/\d+\. ([a-z]+)/g),
  ].map(([, word]) => word);
  t.deepEqual(shown, [...words]);
  terminal.press('\r');
  await terminal.until(() => /^Word \d+:$/.test(terminal.rows().at(-1) ?? ''), 'a question');
  // The screen and the scrollback no longer show any of the words.
  t.false(words.some((word) => new RegExp(`\\d\\. ${word}`).test(terminal.allRows().join('\n'))));
  const first = askedIn(terminal);
  terminal.press(`${words[first]}\r`);
  await terminal.until(() => askedIn(terminal) > first, 'the second question');
  terminal.press(`${words[askedIn(terminal)]?.toUpperCase()}\r`);
  await terminal.shows('Right. The words are not on this machine any more: your paper is the only copy.');
  t.is(await terminal.exited, 0);
  t.is((await home.stored('alice'))?.seed, undefined);

  const again = home.inTerminal(SIZE, 'key', 'words', '--user', 'alice');
  await again.shows('im-client: the 24 words of alice are not on this machine: only your paper has them');
  t.is(await again.exited, 19);
});

test('an empty line skips the question, and the words stay', async (t) => {
  const { home, terminal, words } = await aliceAtWords(t);
  await copyWords(terminal);
  const first = askedIn(terminal);
  terminal.press(`${words[first]}\r`);
  await terminal.until(() => askedIn(terminal) > first, 'the second question');
  terminal.press('\r');
  await terminal.until(
    () => terminal.rows().join(' ').includes('The words stay on this machine.'),
    'the words stay',
  );
  t.is(await terminal.exited, 0);
  t.truthy((await home.stored('alice'))?.seed);
});

test('a wrong word is asked for again, three times at most, and the words stay', async (t) => {
  const { home, terminal, words } = await aliceAtWords(t);
  await copyWords(terminal);
  const asked = askedIn(terminal);
  const wrong = words[(asked + 1) % 24] === words[asked] ? 'zoo' : words[(asked + 1) % 24];
  for (const times of [1, 2, 3]) {
    terminal.press(`${wrong}\r`);
    await terminal.until(
      () =>
        terminal.rows().filter((row) => row.startsWith(`That is not word ${asked + 1}.`)).length === times,
      `refused ${times} times`,
    );
  }
  t.is(await terminal.exited, 22);
  t.true(
    terminal
      .rows()
      .join('')
      .includes(`word ${asked + 1} was wrong 3 times: compare your copy with`),
  );
  t.truthy((await home.stored('alice'))?.seed);
});

test('Ctrl-C and a signal leave the screen of the words, and the words stay', async (t) => {
  for (const stop of ['\u0003', undefined]) {
    const { home, terminal, words } = await aliceAtWords(t);
    terminal.press('\r');
    await terminal.shows('Press Enter when you have written them down.');
    if (stop === undefined) terminal.pty.kill('SIGTERM');
    else terminal.press(stop);
    t.is(await terminal.exited, 1);
    t.true(terminal.output.includes('\u001b[?1049l'));
    await terminal.until(() => !terminal.allRows().join('\n').includes(`1. ${words[0]}`), 'no words');
    t.truthy((await home.stored('alice'))?.seed);
  }
});

test('the words go to a terminal only, never to a pipe, a file or JSON', async (t) => {
  const home = await KeyedHome.create(t, await serveWithKey(t));
  await home.register('alice');
  t.deepEqual(await home.run(['key', 'words', '--user', 'alice']), {
    code: 2,
    stdout: '',
    stderr:
      'im-client: the 24 words are shown at a terminal only, so that they do not end up in a file or a log\n',
  });
  t.deepEqual(await home.run(['key', 'words', '--user', 'alice', '--json']), {
    code: 2,
    stdout: '',
    stderr: 'im-client: the 24 words are never printed as JSON\n',
  });
  t.is((await home.run(['key', 'words'])).stderr, 'im-client: give your id with --user\n');
});

test('the words can be copied although no server is known; an id without a key has no words', async (t) => {
  const { home, terminal } = await aliceAtWords(t);
  t.is((await home.run(['server', 'forget', '127.0.0.1:1'])).code, 0);
  await copyWords(terminal);
  const other = home.inTerminal(SIZE, 'key', 'words', '--user', 'bob');
  await other.shows('im-client: bob has no key on this machine');
  t.is(await other.exited, 19);
});
