/** Checks that the 24 words of a key appear nowhere outside the dialogs that show them or ask for them. */

import anyTest, { type ExecutionContext } from 'ava';
import {
  askedBack,
  formsOfSeed,
  Machine,
  registerAtMenu,
  wordsIn,
  wordsShown,
} from '../../helpers/machine.js';
import { ask, PresenceClient } from '../../helpers/network.js';
import { Peer } from '../../helpers/peer.js';
import { type ServerProgram, startServerProgram, temporaryDirectory } from '../../helpers/programs.js';
import { quiet, type Terminal } from '../../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const UP = '\u001b[A';
const DOWN = '\u001b[B';
const CTRL_L = '\u000c';
const CTRL_R = '\u0012';
const CTRL_U = '\u0015';
const CTRL_W = '\u0017';
const CTRL_Y = '\u0019';

const TYPE_WORDS = 'Type the 24 words of alice, one or several on a line (an empty line goes back):';

/** Starts a server with its most detailed log, and makes a machine. */
async function start(t: ExecutionContext) {
  const server = await startServerProgram(t, await temporaryDirectory(t), '--log-level', 'trace');
  return { server, machine: new Machine(t, server) };
}

async function copied(terminal: Terminal, words: readonly string[]): Promise<void> {
  const pair = await askedBack(terminal, words);
  // The words are cut and put back. These keys work in the dialog as in any other line.
  terminal.press(`${pair.join(' ')}${CTRL_U}`);
  await terminal.until(() => terminal.rows().at(-1)?.endsWith('(empty line: later):') ?? false);
  terminal.press(`${CTRL_Y}\r`);
  await terminal.until(() => terminal.rows().some((row) => row.startsWith('The words are right,')));
}

async function atMenu(terminal: Terminal, id: string): Promise<void> {
  await terminal.until(() => {
    const [status = '', prompt] = terminal.rows().slice(-2);
    return prompt === 'Your choice:' && status.startsWith(`${id}: `);
  }, 'the menu');
}

/** Asserts that the screen and its scrollback have none of the words, even after Ctrl-L or a resize. */
async function screenHasNone(t: ExecutionContext, terminal: Terminal, words: readonly string[]) {
  const none = (when: string) => t.deepEqual(wordsIn(terminal.allRows().join('\n'), words), [], when);
  none('after the dialog');
  // At another width, the printed rows are painted again.
  for (const columns of [50, 100]) {
    terminal.resize({ columns, rows: 40 });
    terminal.press('?');
    await terminal.until(() => terminal.rows().some((row) => row.startsWith('  X - leaves')));
    none(`with ${columns} columns`);
    terminal.press(CTRL_L);
    await terminal.until(() => terminal.rows().length <= 5, 'a cleared screen');
    none('after Ctrl-L');
  }
}

/** Asserts that the keys that bring back text at a prompt find only ids. The newest id must be `id`. */
async function keysFindNone(t: ExecutionContext, terminal: Terminal, words: readonly string[], id: string) {
  await quiet();
  terminal.press('a');
  await terminal.shows('Enter buddy id:');
  terminal.press(`${CTRL_Y}Z`);
  await terminal.shows('Enter buddy id: Z');
  terminal.press(`${CTRL_R}${UP}${UP}${UP}Y`);
  await terminal.shows(`Enter buddy id: ${id}Y`);
  terminal.press(`${CTRL_R}${DOWN}${DOWN}X`);
  await terminal.shows('Enter buddy id: ZX');
  t.deepEqual(wordsIn(terminal.allRows().join('\n'), words), []);
  terminal.press(`${CTRL_U}\r`);
  await terminal.until(() => terminal.rows().at(-1) === 'Your choice:');
}

/** Names the files of a home, and the outputs of programs, in which the words or the seed appear. */
async function placesOf(words: readonly string[], { machine, server }: Awaited<ReturnType<typeof start>>) {
  const texts = new Map(await machine.files());
  texts.set('the output of commands', machine.printed);
  texts.set('the log of the server', server.program.stdout + server.program.stderr);
  const forms = formsOfSeed(words);
  return [...texts]
    .filter(([, text]) => wordsIn(text, words).length > 0 || forms.some((form) => text.includes(form)))
    .map(([place]) => place.replace(/alice@.*/, 'alice'));
}

test('after the user has copied the words, no screen, file or output has them', async (t) => {
  const here = await start(t);
  const { machine } = here;
  const terminal = machine.atTerminal();
  const words = await registerAtMenu(terminal, 'alice');
  t.deepEqual(await placesOf(words, here), ['.local/share/im/keys/alice'], 'the seed, until it is copied');
  // As long as the dialog is open, a cleared screen shows the words again.
  terminal.press(CTRL_L);
  await terminal.until(() => wordsShown(terminal).length === 24 && terminal.rows().length < 12);
  t.deepEqual(wordsShown(terminal), words);
  await copied(terminal, words);
  await atMenu(terminal, 'alice');
  await screenHasNone(t, terminal, words);
  await keysFindNone(t, terminal, words, 'alice');
  for (const args of [['key'], ['key', '--json'], ['buddies', 'alice', '--json']]) await machine.run(args);
  t.deepEqual(await placesOf(words, here), []);
});

test('after the user has typed the words at L, no screen, file or output has them', async (t) => {
  const here = await start(t);
  const first = new Machine(t, here.server);
  const words = await registerAtMenu(first.atTerminal(), 'alice');
  const { machine } = here;
  const terminal = machine.atTerminal();
  await terminal.until(() => terminal.rows().at(-1) === 'Your choice:');
  terminal.press('lalice\r');
  await terminal.until(() => terminal.rows().at(-1) === TYPE_WORDS);
  // The user cuts a word, misspells a line, types words out of order, and then types all words correctly.
  terminal.press(`${words[0]} ${words[1]}${CTRL_W}${CTRL_Y}x\r`);
  await terminal.until(() => terminal.rows().some((row) => row.startsWith('Word 2 is not in the list')));
  terminal.press(`${words.slice(0, 12).join(' ')}\r`);
  await terminal.shows('Word 13 of 24:');
  terminal.press(`${UP}${DOWN}${CTRL_Y}${words.slice(12).reverse().join(' ')}\r`);
  await terminal.until(() => terminal.rows().some((row) => row.startsWith('The words were not accepted: ')));
  await terminal.until(() => terminal.rows().at(-1) === TYPE_WORDS);
  terminal.press(`\u001b[200~${words.join('\r')}\u001b[201~\r`);
  await atMenu(terminal, 'alice');
  await screenHasNone(t, terminal, words);
  await keysFindNone(t, terminal, words, 'alice');
  await machine.run(['key', 'restore', '--user', 'alice', '--json'], words.join(' '));
  await machine.run(['key', 'restore', '--user', 'alice', '--json'], words.toReversed().join(' '));
  t.deepEqual(await placesOf(words, here), []);
});

/** Waits until a client is online, and calls it as a scripted bob, who has no key. */
async function callFromBob(t: ExecutionContext, { udp }: ServerProgram, id: string): Promise<Peer> {
  const presence = await PresenceClient.open(t, udp);
  const online = new RegExp(`^${id} 100 ONLINE \\S+ (\\d+)$`, 'm');
  for (;;) {
    const [, port] = (await presence.ask('GET bob')).match(online) ?? [];
    if (port !== undefined) {
      const bob = await Peer.call(t, Number(port));
      bob.send('HELLO bob\n');
      return bob;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function rings(terminal: Terminal): Promise<void> {
  await terminal.until(() => terminal.rows().at(-1)?.endsWith('(y/n)?') ?? false, 'the call');
}

test('a call hides the words, and the dialog is back after the call and after a chat', async (t) => {
  const here = await start(t);
  const { machine, server } = here;
  const terminal = machine.atTerminal();
  const words = await registerAtMenu(terminal, 'alice');
  for (const request of ['REG bob', 'ADD bob alice']) await ask(server.tcp, `${request}\n`);
  const none = (when: string) => t.deepEqual(wordsIn(terminal.allRows().join('\n'), words), [], when);

  // The first call comes while the words are shown.
  const first = await callFromBob(t, server, 'alice');
  await rings(terminal);
  none('the call rings');
  await quiet();
  terminal.press('n');
  t.is(await first.line(), 'REJECT');
  await terminal.until(() => wordsShown(terminal).length === 24, 'the dialog is back');
  t.deepEqual(wordsShown(terminal), words);

  // The second call comes while the user types two of the words. The user goes on typing.
  const pair = await askedBack(terminal, words);
  terminal.press(`${pair.join(' ')}${CTRL_W}${CTRL_Y}`);
  await terminal.until(() => terminal.rows().at(-1)?.endsWith(pair.join(' ')) ?? false);
  const second = await callFromBob(t, server, 'alice');
  await rings(terminal);
  // The first key is not an answer. It begins a quiet time, in which the last key, `n`, does not count.
  terminal.press(`x${words.slice(0, 3).join(' ')} n`);
  await terminal.until(() => terminal.rows().some((row) => /^Press .* again\.$/.test(row)));
  none('the second call rings');
  t.false(terminal.allRows().join('\n').includes(pair.join(' ')));
  await quiet();
  terminal.press('y');
  t.is(await second.line(), 'OK');
  await terminal.shows('bob>');
  terminal.press(`${UP}${CTRL_R}${CTRL_Y}hello\r`);
  t.is(await second.line(), 'hello');
  none('in the chat');
  terminal.press('half a line');
  await terminal.shows('bob> half a line');
  second.socket.end();
  await terminal.until(() => wordsShown(terminal).length === 24, 'the dialog is back');
  t.true(terminal.rows().includes('(Not sent: half a line)'));
  await quiet();
  await copied(terminal, words);
  await atMenu(terminal, 'alice');
  none('after the dialog');
  await keysFindNone(t, terminal, words, 'alice');
  t.true(
    [...(await machine.files()).values()].some((text) => text.includes('hello')),
    'a history',
  );
  t.deepEqual(await placesOf(words, here), []);
});

test('a call drops the words typed so far, and then the dialog asks for all words again', async (t) => {
  const here = await start(t);
  const { machine, server } = here;
  const words = await registerAtMenu(new Machine(t, server).atTerminal(), 'alice');
  const terminal = machine.atTerminal();
  await registerAtMenu(terminal, 'carl');
  terminal.press('\r');
  await terminal.until(() => terminal.rows().at(-1)?.startsWith('Type words ') ?? false);
  terminal.press('\r');
  await atMenu(terminal, 'carl');
  for (const request of ['REG bob', 'ADD bob carl']) await ask(server.tcp, `${request}\n`);
  terminal.press('lalice\r');
  await terminal.until(() => terminal.rows().at(-1) === TYPE_WORDS);
  terminal.press(`${words.slice(0, 12).join(' ')}\r`);
  await terminal.shows('Word 13 of 24:');
  terminal.press(`${words.slice(12, 20).join(' ')}${CTRL_U}${CTRL_Y}`);
  await terminal.until(
    () =>
      terminal
        .rows()
        .at(-1)
        ?.endsWith(words[19] ?? '') ?? false,
  );
  const bob = await callFromBob(t, server, 'carl');
  await rings(terminal);
  t.deepEqual(wordsIn(terminal.allRows().join('\n'), words), []);
  await quiet();
  terminal.press('n');
  t.is(await bob.line(), 'REJECT');
  await terminal.until(() => terminal.rows().at(-1) === TYPE_WORDS);
  terminal.press(`${CTRL_Y}${UP}${words.join(' ')}\r`);
  await atMenu(terminal, 'alice');
  t.deepEqual(wordsIn(terminal.allRows().join('\n'), words), []);
  await keysFindNone(t, terminal, words, 'carl');
  t.deepEqual(await placesOf(words, here), []);
});
