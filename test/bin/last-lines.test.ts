/**
 * At the end of a chat, the client prints every line that the buddy's machine did not confirm or that the
 * buddy left unread, whichever side leaves.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { ask, PresenceClient } from '../helpers/network.js';
import { listenForCalls, type Peer } from '../helpers/peer.js';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const LINES = ['one', 'two', 'three'];

/** Starts a program of alice's, which calls a scripted bob. He accepts the call, and then reads nothing. */
async function withDeafBob(t: ExecutionContext, args: readonly string[], input: string) {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const bob = await listenForCalls(t);
  const presence = await PresenceClient.open(t, udp);
  presence.send(`SET bob 100 ONLINE ${bob.port}`);
  await presence.ask('GET bob');
  const alice = new Program(t, 'im-client', '--tcp-port', `${tcp}`, '--udp-port', `${udp}`, ...args);
  alice.write(input);
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.socket.pause();
  peer.send('OK\n');
  return { alice, peer };
}

/** Starts a headless command. `sent` resolves when the command has sent all lines. */
async function hasSent(t: ExecutionContext, command: 'send' | 'chat', input: string) {
  const { alice, peer } = await withDeafBob(t, [command, 'alice', 'bob', '--json'], input);
  return { alice, peer, sent: allSent(alice) };
}

async function allSent(alice: Program): Promise<void> {
  for (const text of LINES) await alice.expect(new RegExp(`"event":"sent",.*"text":"${text}"`));
}

/** The lines that a command with `--json` printed as lost. */
function lostIn({ stdout }: Program): string[] {
  return [...stdout.matchAll(/^\{"event":"lost",.*"text":"([^"]*)"/gm)].map(([, text = '']) => text);
}

async function reportsAll(t: ExecutionContext, alice: Program): Promise<void> {
  t.is(await alice.exited, 15);
  t.deepEqual(lostIn(alice), LINES);
}

const TEXT = LINES.map((line) => `${line}\n`).join('');

test('send: unread lines are printed if the buddy resets after the end of the input', async (t) => {
  const { alice, peer, sent } = await hasSent(t, 'send', TEXT);
  alice.process.stdin?.end();
  await sent;
  peer.socket.resetAndDestroy();
  await reportsAll(t, alice);
});

test('chat: unread lines are printed if the buddy resets after q', async (t) => {
  const { alice, peer, sent } = await hasSent(t, 'chat', `${TEXT}q\n`);
  await sent;
  peer.socket.resetAndDestroy();
  await reportsAll(t, alice);
});

for (const farewell of ['q', 'BYE500']) {
  test(`unread lines are printed when the buddy leaves with ${farewell}`, async (t) => {
    const { alice, peer, sent } = await hasSent(t, 'send', TEXT);
    await sent;
    await leaveUnread(peer, farewell);
    await reportsAll(t, alice);
  });
}

/** Sends the farewell, and resets the connection as the kernel does when it closes with unread data. */
async function leaveUnread(peer: Peer, farewell: string): Promise<void> {
  await new Promise((resolve) => peer.socket.write(`${farewell}\n`, resolve));
  peer.socket.resetAndDestroy();
}

test('`send` waits for confirmations until --timeout, and prints the unconfirmed lines', async (t) => {
  // The buddy's kernel cannot buffer all these lines, but our kernel can.
  const count = 8_000;
  const lines = Array.from({ length: count }, (_, index) => `${index} ${'.'.repeat(200)}\n`);
  const args = ['send', 'alice', 'bob', '--json', '--timeout', '2'];
  const { alice } = await withDeafBob(t, args, lines.join(''));
  alice.process.stdin?.end();
  t.is(await alice.exited, 15);
  t.is(alice.stdout.match(/"event":"sent"/g)?.length, count);
  const lost = lostIn(alice).map((text) => Number.parseInt(text, 10));
  t.true(lost.length > 0);
  t.deepEqual(
    lost,
    Array.from({ length: lost.length }, (_, index) => count - lost.length + index),
  );
});

test('send: all notices reach the reader before the program ends', async (t) => {
  const text = `${'x'.repeat(8_000)}\n`.repeat(3_000);
  const { alice } = await withDeafBob(t, ['send', 'alice', 'bob', '--timeout', '1'], text);
  t.is(await alice.exited, 15);
  t.regex(alice.stderr, /^im-client: the rest of the input was not read$/m);
  t.regex(alice.stderr, /\nbob: chat closed: your buddy does not read\.\n$/);
});

test('send: a signal makes the program print the unconfirmed lines at once', async (t) => {
  const lines = Array.from({ length: 8_000 }, (_, index) => `${index} ${'.'.repeat(200)}\n`);
  const { alice } = await withDeafBob(t, ['send', 'alice', 'bob', '--json'], lines.join(''));
  alice.process.stdin?.end();
  await alice.expect(/"event":"sent",.*"text":"7999 /);
  alice.process.kill('SIGTERM');
  t.is(await alice.exited, 15);
  t.is(Number.parseInt(lostIn(alice).at(-1) ?? '', 10), 7_999);
});

test('the menu client prints unconfirmed lines when a signal ends it', async (t) => {
  const line = `${'.'.repeat(16_000)}\n`;
  const { alice } = await withDeafBob(t, ['--plain', '--user', 'alice'], `m\nbob\n${line.repeat(900)}`);
  await alice.expect('does not read');
  alice.process.kill('SIGTERM');
  t.is(await alice.exited, 0);
  t.regex(alice.stdout, /^\(Not delivered, as far as is known: \.+\)$/m);
});

/** Starts a client in plain mode, which sends all lines in a chat and then leaves the chat with q. */
async function atTerminal(t: ExecutionContext) {
  const args = ['--plain', '--user', 'alice'];
  const { alice, peer } = await withDeafBob(t, args, `m\nbob\n${TEXT}q\n`);
  await alice.expect('Buddy connection closed.');
  return { alice, peer };
}

const UNDELIVERED = new RegExp(
  LINES.map((line) => `^\\(Not delivered, as far as is known: ${line}\\)$`).join('[^]*'),
  'm',
);

test('the menu client prints unread lines if the buddy resets after q', async (t) => {
  const { alice, peer } = await atTerminal(t);
  await alice.expect('Your choice: ');
  peer.socket.resetAndDestroy();
  await alice.expect(UNDELIVERED);
  alice.write('x\n');
  t.is(await alice.exited, 0);
});

test('the menu client prints the unread lines of the last chat before it exits', async (t) => {
  const { alice, peer } = await atTerminal(t);
  alice.process.stdin?.end('x\n');
  peer.socket.resetAndDestroy();
  t.is(await alice.exited, 0);
  t.regex(alice.stdout, UNDELIVERED);
});

test('`send` exits with 0 when the buddy reads everything and closes', async (t) => {
  const { alice, peer, sent } = await hasSent(t, 'send', TEXT);
  alice.process.stdin?.end();
  await sent;
  peer.socket.resume();
  for (const line of LINES) t.is(await peer.line(), line);
  t.is(await peer.line(), undefined);
  peer.socket.end();
  t.is(await alice.exited, 0);
  t.deepEqual(lostIn(alice), []);
});
