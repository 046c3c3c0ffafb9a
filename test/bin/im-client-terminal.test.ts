import anyTest, { type ExecutionContext } from 'ava';
import { PASTE_MODE_OFF, PASTE_MODE_ON } from '../../terminal/paste.js';
import { MENU_REMINDER } from '../../terminal/presence-lines.js';
import { MENU_HELP } from '../../terminal/terminal-words.js';
import { ask, PresenceClient } from '../helpers/network.js';
import { listenForCalls, Peer } from '../helpers/peer.js';
import { programPath, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { quiet, Terminal } from '../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 80, rows: 24 };
const PLAIN_MENU_ROWS = ['  B - Block or unblock caller', '  X - Exit application'];
const LAST_MENU_ROWS = [...PLAIN_MENU_ROWS, '  ? - Explain these letters'];
const SIGNED_OUT = [...LAST_MENU_ROWS, 'Your choice:'];
const ALICES_MENU = `alice: ${MENU_REMINDER}`;
const AT_MENU = [ALICES_MENU, 'Your choice:'];
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_L = '\u000c';
const LEFT = '\u001b[D';
const HOME = '\u001b[H';
const BACKSPACE = '\u007f';

/** Waits longer than the time in which two Ctrl-C count as one. The tests need this real pause. */
function interruptPause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_100));
}

/** Starts alice's client in a terminal, at the menu, on a server where bob is registered. */
async function aliceInTerminal(t: ExecutionContext, size = SIZE, ...options: readonly string[]) {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD bob alice']) await ask(server.tcp, `${request}\n`);
  const ports = ['--tcp-port', String(server.tcp), '--udp-port', String(server.udp)];
  const alice = Terminal.client(t, size, '--server', '127.0.0.1', ...ports, '--user', 'alice', ...options);
  await alice.shows('Your choice:');
  return { alice, server };
}

/** Waits until the last rows of the screen are these. Ignores the times in front of messages. */
async function showsTimed(terminal: Terminal, ...lastRows: readonly string[]): Promise<void> {
  const timeless = () => terminal.rows().map((row) => row.replace(/^\d\d:\d\d (?=\w+: )/, ''));
  await terminal.until(
    () => JSON.stringify(timeless().slice(-lastRows.length)) === JSON.stringify(lastRows),
    lastRows,
  );
}

/** Waits until alice is online, and returns the port for her calls. */
async function alicesPort(t: ExecutionContext, udp: number): Promise<number> {
  const presence = await PresenceClient.open(t, udp);
  for (;;) {
    const [, port] = (await presence.ask('GET bob')).match(/^alice 100 ONLINE \S+ (\d+)$/m) ?? [];
    if (port !== undefined) return Number(port);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Starts a chat between alice's client and a scripted bob who called her. */
async function aliceInChat(t: ExecutionContext, size = SIZE) {
  const { alice, server } = await aliceInTerminal(t, size);
  const bob = await Peer.call(t, await alicesPort(t, server.udp));
  bob.send('HELLO bob\n');
  await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  alice.press('y');
  t.is(await bob.line(), 'OK');
  await alice.shows('bob>');
  return { alice, bob };
}

test('one key press makes a choice at the menu', async (t) => {
  const { alice } = await aliceInTerminal(t);
  alice.press('a');
  await alice.shows(...LAST_MENU_ROWS, 'Your choice: A', 'Enter buddy id:');
  alice.press('bob\r');
  await alice.shows(
    ...LAST_MENU_ROWS,
    'Your choice: A',
    'Enter buddy id: bob',
    '200 OK',
    ALICES_MENU,
    'Your buddies:',
    '  bob  offline',
    'Your choice:',
  );
  alice.press('s');
  await alice.until(() => alice.rows().includes('My buddy list:'));
  t.true(alice.rows().some((row) => /^bob\s+OFFLINE\s+unknown\s+unknown$/.test(row)));
});

test('a question mark prints the help, and an empty list has a hint', async (t) => {
  const { alice } = await aliceInTerminal(t, { columns: 80, rows: 40 });
  alice.press('?');
  await alice.shows(...MENU_HELP, ...AT_MENU);
  alice.press('s');
  await alice.shows(
    'My buddy list:',
    '(It is empty. Press A to add a buddy.)',
    '(No missed calls. Calls that you do not answer are listed here.)',
    ...AT_MENU,
  );
  t.pass();
});

test('the short menu shows that the user is away', async (t) => {
  const { alice } = await aliceInTerminal(t);
  alice.press('w');
  await alice.shows('You are away.', `alice, away: ${MENU_REMINDER}`, 'Your choice:');
  alice.press('w');
  await t.notThrowsAsync(alice.shows('You are back.', ...AT_MENU));
});

test('the error for an unregistered user does not say that the server is down', async (t) => {
  const { server } = await aliceInTerminal(t);
  const ports = ['--tcp-port', String(server.tcp), '--udp-port', String(server.udp)];
  const carl = Terminal.client(t, SIZE, '--server', '127.0.0.1', ...ports, '--user', 'carl');
  await carl.shows('Your choice:');
  carl.press('s');
  await t.notThrowsAsync(
    carl.shows(
      'carl is not registered with the server. Press R to register.',
      `carl: ${MENU_REMINDER}`,
      'Your choice:',
    ),
  );
});

test('Ctrl-L keeps on the screen the question about a call, or the prompt and draft of a chat', async (t) => {
  const { alice, server } = await aliceInTerminal(t);
  const bob = await Peer.call(t, await alicesPort(t, server.udp));
  bob.send('HELLO bob\n');
  const asked = ['Call from bob (127.0.0.1).', 'Do you want to accept an incoming connection (y/n)?'];
  await alice.shows(...asked);
  alice.press(CTRL_L);
  await alice.until(() => alice.rows().join() === asked.join(), asked);
  await quiet();
  alice.press('y');
  t.is(await bob.line(), 'OK');
  await alice.shows('bob>');
  alice.press(`hal${CTRL_L}`);
  await alice.until(() => alice.rows().join() === 'bob> hal', ['bob> hal']);
  bob.socket.end();
  await t.notThrowsAsync(alice.shows('(Not sent: hal)', 'bob left.', ...AT_MENU));
});

test('in a chat, a typed empty line is not sent, but an empty line in a paste is sent', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  alice.press('\r\r\rhi\r');
  t.is(await bob.line(), 'hi');
  await showsTimed(alice, 'alice: hi', 'bob>');
  alice.press('\u001b[200~one\r\rtwo\u001b[201~');
  await alice.shows('| one', '|', '| two', 'Send these 3 lines (y/n)?');
  alice.press('y');
  t.deepEqual([await bob.line(), await bob.line(), await bob.line()], ['one', '', 'two']);
});

test('a key press without a meaning changes nothing', async (t) => {
  const { alice } = await aliceInTerminal(t);
  await alice.shows(ALICES_MENU, 'Your choice:');
  const before = alice.rows().filter((row) => row !== ALICES_MENU);
  alice.press('zk7 \u0001\u001b[A');
  alice.press('l');
  await alice.shows('Your choice: L', 'Enter user id:');
  t.deepEqual(alice.rows().slice(-before.length - 1, -2), before.slice(0, -1).slice(-(before.length - 1)));
});

test('the menu and the line editor ignore the reports that a terminal sends', async (t) => {
  const { alice } = await aliceInTerminal(t);
  const reports = [
    '\u001b[<0;10;20M',
    '\u001b[M !!',
    '\u001b]11;rgb:0000/0000/0000\u001b\\',
    '\u001b[?62;22c',
    '\u001b[>41;354;0c',
    '\u001b[?2026;2$y',
    '\u001bP>|XTerm(380)\u001b\\',
    '\u001b[?1u',
    '\u001b_Gi=1;OK\u001b\\',
    '\u001b[27;5;13~',
  ].join('');
  await alice.shows(...AT_MENU);
  alice.press(`${reports}a`);
  await alice.shows('Your choice: A', 'Enter buddy id:');
  alice.press(`b${reports}ob`);
  await alice.shows('Your choice: A', 'Enter buddy id: bob');
  t.is(alice.rows().filter((row) => row.startsWith('Your choice: ')).length, 1);
});

test('no key is lost if it is typed before its prompt appears', async (t) => {
  const { alice } = await aliceInTerminal(t);
  alice.press('abob\rscc\r');
  await alice.until(() => alice.rows().includes('My buddy list:'));
  t.true(alice.allRows().includes('Enter buddy id: bob'));
  t.true(alice.allRows().includes('200 OK'));
});

test('a line is edited with the same keys as in a shell', async (t) => {
  const { alice } = await aliceInTerminal(t);
  alice.press('a');
  await alice.shows('Enter buddy id:');
  alice.press(`nob${LEFT}${LEFT}${LEFT}b${LEFT}${BACKSPACE}`);
  await alice.shows('Enter buddy id: bnob');
  alice.press('\u001b[3~\u001b[3~');
  await alice.shows('Enter buddy id: ob');
  alice.press('b\u0005!\u0001a');
  await alice.shows('Enter buddy id: abob!');
  alice.press('\u0015');
  await alice.shows('Enter buddy id: bob!');
  alice.press(`\u0005${BACKSPACE}`);
  await alice.shows('Enter buddy id: bob');
  t.deepEqual(alice.cursor(), { column: 19, row: 'Enter buddy id: bob' });
  alice.press('\r');
  await alice.until(() => alice.rows().includes('200 OK'));
});

test('a call interrupts a prompt with a question; after the answer, the typed text is back', async (t) => {
  const { alice, server } = await aliceInTerminal(t);
  alice.press('a');
  await alice.shows('Enter buddy id:');
  alice.press('half an i');
  await alice.shows('Enter buddy id: half an i');
  const bob = await Peer.call(t, await alicesPort(t, server.udp));
  bob.send('HELLO bob\n');
  await alice.shows(
    'Your choice: A',
    'Call from bob (127.0.0.1).',
    'Do you want to accept an incoming connection (y/n)?',
  );
  await quiet();
  alice.press('n');
  t.is(await bob.line(), 'REJECT');
  await alice.shows(
    'Do you want to accept an incoming connection (y/n)? N',
    'Connection refused.',
    'Enter buddy id: half an i',
  );
  t.is(alice.cursor().column, 25);
  alice.press('d\r');
  await alice.until(() => alice.rows().some((row) => row.startsWith('An id is one word')));
});

test('an answer meant for a caller who hung up does not accept the next caller', async (t) => {
  const { alice, server } = await aliceInTerminal(t);
  const port = await alicesPort(t, server.udp);
  const bob = await Peer.call(t, port);
  bob.send('HELLO bob\n');
  await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  const mallory = await Peer.call(t, port);
  bob.socket.end();
  await alice.until(() => !(alice.rows().at(-1)?.endsWith('(y/n)?') ?? false));
  mallory.send('HELLO mallory\n');
  await alice.shows('Call from mallory (127.0.0.1).', 'Do you want to accept an incoming connection (y/n)?');
  alice.press('y');
  await alice.shows('Press y or n again.', 'Do you want to accept an incoming connection (y/n)?');
  await quiet();
  alice.press('n');
  t.is(await mallory.line(), 'REJECT');
});

test('text typed at a prompt survives a whole chat', async (t) => {
  const { alice, server } = await aliceInTerminal(t);
  alice.press('abo');
  await alice.shows('Enter buddy id: bo');
  const bob = await Peer.call(t, await alicesPort(t, server.udp));
  await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  await quiet();
  alice.press('y');
  await bob.line();
  await alice.shows('Enter your text to send to buddy.  Enter q to quit.', '127.0.0.1>');
  alice.press('unsent');
  await alice.shows('127.0.0.1> unsent');
  bob.socket.end();
  await alice.shows('(Not sent: unsent)', '127.0.0.1 left.', 'Enter buddy id: bo');
  t.pass();
});

test('keys that the user still types when the buddy leaves do not reach the menu', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  alice.press('half a sen');
  await alice.shows('bob> half a sen');
  bob.socket.end();
  await alice.shows(...AT_MENU);
  alice.press('x');
  await alice.until(() => alice.rows().includes('Press the key again.'));
  t.true(alice.rows().includes('(Not sent: half a sen)'));
  await quiet(); // A user needs this time to notice the menu.
  alice.press('s');
  await alice.until(() => alice.rows().includes('My buddy list:'));
});

test('a long paste is drawn within 5 s', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  const text = 'word and wörd, '.repeat(600);
  const began = performance.now();
  alice.press(`${text}\r`);
  t.is(await bob.line(), text);
  t.true(performance.now() - began < 5_000);
});

test('messages print above the line being typed', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  alice.press('half a sen');
  await alice.shows('bob> half a sen');
  bob.send('hello\nthere\n');
  await showsTimed(alice, 'bob: hello', 'bob: there', 'bob> half a sen');
  t.is(alice.cursor().column, 15);
  alice.press('tence\r');
  t.is(await bob.line(), 'half a sentence');
  await showsTimed(alice, 'bob: there', 'alice: half a sentence', 'bob>');
});

test('a draft of several rows with wide characters leaves no ghost rows', async (t) => {
  const { alice, bob } = await aliceInChat(t, { columns: 20, rows: 12 });
  const draft = 'wide 你好吗 and 👩‍🚀 emoji, over three rows of text';
  alice.press(draft);
  await alice.until(() => alice.rows().at(-1)?.endsWith('text') ?? false);
  const drafted = alice.rows().slice(-3);
  bob.send('one\n');
  bob.send('two\n');
  await showsTimed(alice, 'bob: one', 'bob: two', ...drafted);
  t.is(alice.rows().filter((row) => row.startsWith('bob> wide')).length, 1);
  alice.press(`${HOME}X`);
  await alice.until(() => alice.rows().some((row) => row.startsWith('bob> Xwide')));
  t.is(alice.cursor().column, 6);
  alice.press('\r');
  t.is(await bob.line(), `X${draft}`);
});

test('a row that is exactly full leaves no ghost row', async (t) => {
  const { alice, bob } = await aliceInChat(t, { columns: 20, rows: 12 });
  alice.press('x'.repeat(15));
  await alice.shows(`bob> ${'x'.repeat(15)}`);
  bob.send('one\n');
  await showsTimed(alice, 'bob: one', `bob> ${'x'.repeat(15)}`);
  alice.press('y');
  await alice.shows(`bob> ${'x'.repeat(15)}`, 'y');
  alice.press(BACKSPACE + BACKSPACE);
  await showsTimed(alice, 'bob: one', `bob> ${'x'.repeat(14)}`);
  t.is(alice.cursor().column, 19);
});

test('a draft survives a change of the terminal width', async (t) => {
  const { alice, bob } = await aliceInChat(t, { columns: 40, rows: 12 });
  alice.press('a draft that will wrap when it is narrow');
  await alice.until(() => alice.rows().at(-1)?.endsWith('ow') ?? false);
  alice.resize({ columns: 20, rows: 12 });
  await alice.shows('bob> a draft that wi', 'll wrap when it is n', 'arrow');
  bob.send('hi\n');
  await showsTimed(alice, 'bob: hi', 'bob> a draft that wi', 'll wrap when it is n', 'arrow');
  alice.press('\r');
  t.is(await bob.line(), 'a draft that will wrap when it is narrow');
});

test('a buddy cannot move the cursor, change colours or forge a line', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  bob.send('\u001b[2J\u001b[HYour choice: \r\u009b31mred\n');
  await t.notThrowsAsync(showsTimed(alice, 'bob: \uFFFD[2J\uFFFD[HYour choice: \uFFFD\uFFFD31mred', 'bob>'));
});

test('when the buddy resets, the client prints the undelivered lines and offers to call again', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  for (const line of ['one', 'two']) {
    alice.press(`${line}\r`);
    t.is(await bob.line(), line);
    await showsTimed(alice, `alice: ${line}`, 'bob>');
  }
  bob.socket.resetAndDestroy();
  await alice.shows(
    '(Not delivered, as far as is known: one)',
    '(Not delivered, as far as is known: two)',
    'Buddy connection broke: the connection was cut.',
    'Call bob again and send the 2 lines that may not have arrived (y/n)?',
  );
  await quiet();
  alice.press('n');
  await t.notThrowsAsync(alice.shows(...AT_MENU));
});

test('a line does not count as undelivered if a line from the buddy came after it', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  alice.press('one\r');
  t.is(await bob.line(), 'one');
  bob.send('got it\n');
  await showsTimed(alice, 'bob: got it', 'bob>');
  // The client reads the kernel's table every 2 s, and less often on a busy machine. No output shows it.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  bob.socket.resetAndDestroy();
  await t.notThrowsAsync(
    alice.shows('Buddy connection broke: the connection was cut.', 'Call bob again (y/n)?'),
  );
});

/** Runs the client in a terminal, and prints the modes of the terminal before and after the client runs. */
async function clientBetweenModes(
  t: ExecutionContext,
  { tcp, udp }: { readonly tcp: number; readonly udp: number },
) {
  const client = `${programPath('im-client')} --server 127.0.0.1 --tcp-port ${tcp} --udp-port ${udp}`;
  const script = [
    'echo modes $(stty -g)',
    `sh -c 'echo pid $$; exec ${client}'`,
    'echo code $?',
    'echo modes $(stty -g)',
    // The shell stays until the end of the test: output just before a terminal closes may be lost.
    'read -r _',
  ].join('; ');
  const terminal = new Terminal(t, { columns: 200, rows: 50 }, 'sh', '-c', script);
  await terminal.shows(...SIGNED_OUT);
  const valuesOf = (word: string) =>
    terminal
      .rows()
      .filter((row) => row.startsWith(`${word} `))
      .map((row) => row.slice(word.length + 1));
  return { terminal, valuesOf };
}

test('X, Ctrl-C and Ctrl-D end the client with exit code 0, and the terminal is restored', async (t) => {
  const { server } = await aliceInTerminal(t);
  for (const keys of ['x', CTRL_C, CTRL_D, `l${CTRL_C}${CTRL_C}`, `lbob${CTRL_C}${CTRL_C}`, `l${CTRL_D}`]) {
    const { terminal, valuesOf } = await clientBetweenModes(t, server);
    terminal.press(keys);
    await terminal.until(() => valuesOf('modes').length === 2);
    t.deepEqual(valuesOf('code'), ['0']);
    t.is(valuesOf('modes')[0], valuesOf('modes')[1]);
  }
});

test('Ctrl-C clears a line, leaves a chat, refuses a call, and exits at the menu', async (t) => {
  const { alice, server } = await aliceInTerminal(t);
  const port = await alicesPort(t, server.udp);
  for (const answer of [CTRL_C, 'y']) {
    const bob = await Peer.call(t, port);
    bob.send('HELLO bob\n');
    await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
    await quiet();
    alice.press(answer);
    t.is(await bob.line(), answer === 'y' ? 'OK' : 'REJECT');
    if (answer !== 'y') await alice.shows('Connection refused.', ...AT_MENU);
  }
  await alice.shows('bob>');
  alice.press('half a line');
  await alice.shows('bob> half a line');
  await interruptPause();
  alice.press(CTRL_C);
  await alice.shows('bob>');
  await interruptPause();
  alice.press(CTRL_C);
  await alice.shows('Buddy connection closed.', ...AT_MENU);
  await interruptPause();
  alice.press(CTRL_C);
  t.is(await alice.exited, 0);
});

test('after a Ctrl-C at a prompt, the menu accepts the next key at once', async (t) => {
  const { alice } = await aliceInTerminal(t);
  for (const key of ['a', 'b']) {
    alice.press('l');
    await alice.until(() => alice.rows().at(-1) === 'Enter user id:');
    await interruptPause();
    alice.press(CTRL_C);
    await alice.until(() => alice.rows().at(-1) === 'Your choice:');
    alice.press(`${key}\r`);
    await alice.until(() => alice.rows().some((row) => row === `Your choice: ${key.toUpperCase()}`));
    await alice.shows(...AT_MENU);
  }
  t.pass();
});

test('a client that is ended by SIGTERM, SIGINT or SIGHUP restores the terminal', async (t) => {
  const { server } = await aliceInTerminal(t);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const { terminal, valuesOf } = await clientBetweenModes(t, server);
    process.kill(Number(valuesOf('pid')[0]), signal);
    await terminal.until(() => valuesOf('modes').length === 2);
    t.deepEqual(valuesOf('code'), ['0']);
    t.is(valuesOf('modes')[0], valuesOf('modes')[1]);
  }
});

test('Ctrl-D in a line with text deletes a character, and does not leave the chat', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  alice.press(`abc${HOME}${CTRL_D}`);
  await alice.shows('bob> bc');
  alice.press('\r');
  t.is(await bob.line(), 'bc');
});

test('Ctrl-Z restores the terminal, and fg continues where the user was', async (t) => {
  const { server } = await aliceInTerminal(t);
  const ports = `--server 127.0.0.1 --tcp-port ${server.tcp} --udp-port ${server.udp}`;
  const shell = new Terminal(t, SIZE, 'bash', '--norc', '-i');
  shell.press(`PS1='sh> '; clear; ${programPath('im-client')} ${ports}\r`);
  await shell.shows(...SIGNED_OUT);
  shell.press('lali');
  await shell.shows('Enter user id: ali');
  shell.press('\u001a');
  await shell.until(() => shell.rows().some((row) => row.includes('Stopped')));
  shell.press('echo in the shell\r');
  await shell.until(() => shell.rows().includes('in the shell'));
  shell.press('fg\r');
  await shell.shows('Enter user id: ali');
  shell.press('ce\r');
  await shell.until(() => shell.rows().includes('Signed in as alice.'));
  t.pass();
});

test('Ctrl-Z without a parent shell has no lasting effect', async (t) => {
  const { alice } = await aliceInTerminal(t);
  alice.press('\u001a');
  const modes = () => alice.output.split(PASTE_MODE_OFF)[1]?.includes(PASTE_MODE_ON);
  await alice.until(() => modes() ?? false, 'the modes are restored and set again');
  await alice.shows('Your choice:');
  alice.press('l');
  await alice.shows('Your choice: L', 'Enter user id:');
  t.pass();
});

test('a SIGTSTP from another process acts like Ctrl-Z, and the client survives SIGSTOP, too', async (t) => {
  const { server } = await aliceInTerminal(t);
  const ports = `--server 127.0.0.1 --tcp-port ${server.tcp} --udp-port ${server.udp}`;
  const shell = new Terminal(t, SIZE, 'bash', '--norc', '-i');
  shell.press(`PS1='sh> '; clear; ${programPath('im-client')} ${ports}\r`);
  await shell.shows(...SIGNED_OUT);
  shell.press('\u001a');
  await shell.until(() => shell.rows().some((row) => row.includes('Stopped')));
  shell.press('clear; echo pid=$(jobs -p %1)\r');
  const pidRow = () => shell.rows().find((row) => /^pid=\d+$/.test(row));
  await shell.until(() => pidRow() !== undefined);
  const pid = Number(pidRow()?.slice(4));
  for (const signal of ['SIGTSTP', 'SIGTSTP', 'SIGSTOP'] as const) {
    shell.press('clear; fg %1\r');
    await shell.shows('Your choice:');
    process.kill(pid, signal);
    await shell.until(() => shell.rows().some((row) => row.includes('Stopped')));
  }
  shell.press('clear; fg %1\r');
  await shell.shows('Your choice:');
  shell.press('l');
  await shell.shows('Enter user id:');
  t.pass();
});

test("on a terminal, the rows of a buddy's long line never look like the client's own lines", async (t) => {
  const { alice, server } = await aliceInTerminal(t, SIZE, '--plain');
  const bob = await Peer.call(t, await alicesPort(t, server.udp));
  await alice.until(() => alice.rows().at(-1)?.endsWith('(y/n)?') ?? false);
  alice.press('y\r');
  await bob.line();
  bob.send(`${'x'.repeat(SIZE.columns - 3)}Buddy connection closed.\n`);
  await alice.until(() => alice.rows().some((row) => row.includes('Buddy connection closed.')));
  t.false(alice.rows().includes('Buddy connection closed.'));
});

test('with TERM=dumb, the client prints plain lines', async (t) => {
  const peer = await listenForCalls(t);
  const shell = new Terminal(
    t,
    SIZE,
    'sh',
    '-c',
    `TERM=dumb ${programPath('im-client')} --tcp-port ${peer.port}`,
  );
  await shell.shows(...PLAIN_MENU_ROWS, 'Your choice:');
  shell.press('l\r');
  await shell.shows('Your choice: l', 'Enter user id:');
  shell.press('x y\r');
  await shell.until(() => shell.rows().some((row) => row.startsWith('An id is one word')));
  t.pass();
});

test('while a buddy floods, a pressed key appears before 3,000 more lines appear', async (t) => {
  const { alice, bob } = await aliceInChat(t);
  const chunk = Buffer.alloc(64 * 1024, 'hi there\n'); // 7,000 lines
  const flood = async () => {
    while (!bob.socket.destroyed) await new Promise((resolve) => bob.socket.write(chunk, resolve));
  };
  const flooding = flood();
  const lines = () => alice.output.split('hi there').length - 1;
  let shown = 0;
  // The flood has none of these characters.
  for (const key of 'абвгдежзик') {
    await alice.until(() => lines() > shown);
    const before = lines();
    alice.press(key);
    await alice.until(() => alice.output.includes(key));
    shown = alice.output.slice(0, alice.output.indexOf(key)).split('hi there').length - 1;
    t.true(shown - before < 3_000, `${key}: ${shown - before} lines`);
  }
  bob.socket.destroy();
  await flooding;
});
