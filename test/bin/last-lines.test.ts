/**
 * The end of a chat belongs to it: a line that the buddy's machine did not confirm, or that the buddy left
 * unread, is named, whichever side leaves and however.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { ask, PresenceClient } from '../helpers/network.js';
import { listenForCalls, type Peer } from '../helpers/peer.js';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// One at a time: each starts processes of its own.
const test = anyTest.serial;

const LINES = ['one', 'two', 'three'];

/** A program of alice's, and a bob who accepts its call and reads nothing after that. */
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

/** A command for scripts that has sent all lines. */
async function hasSent(t: ExecutionContext, command: 'send' | 'chat', input: string) {
  const { alice, peer } = await withDeafBob(t, [command, 'alice', 'bob', '--json'], input);
  return { alice, peer, sent: allSent(alice) };
}

async function allSent(alice: Program): Promise<void> {
  for (const text of LINES) await alice.expect(new RegExp(`"event":"sent",.*"text":"${text}"`));
}

/** The lines that a command with `--json` names as lost. */
function lostIn({ stdout }: Program): string[] {
  return [...stdout.matchAll(/^\{"event":"lost",.*"text":"([^"]*)"/gm)].map(([, text = '']) => text);
}

async function namesAll(t: ExecutionContext, alice: Program): Promise<void> {
  t.is(await alice.exited, 15);
  t.deepEqual(lostIn(alice), LINES);
}

const TEXT = LINES.map((line) => `${line}\n`).join('');

test('send: lines that the buddy resets unread after the end of the input are named', async (t) => {
  const { alice, peer, sent } = await hasSent(t, 'send', TEXT);
  alice.process.stdin?.end();
  await sent;
  peer.socket.resetAndDestroy();
  await namesAll(t, alice);
});

test('chat: lines that the buddy resets unread after q are named', async (t) => {
  const { alice, peer, sent } = await hasSent(t, 'chat', `${TEXT}q\n`);
  await sent;
  peer.socket.resetAndDestroy();
  await namesAll(t, alice);
});

for (const farewell of ['q', 'BYE500']) {
  test(`a buddy who leaves by ${farewell} with lines unread has them named`, async (t) => {
    const { alice, peer, sent } = await hasSent(t, 'send', TEXT);
    await sent;
    await leaveUnread(peer, farewell);
    await namesAll(t, alice);
  });
}

/** Leaves, and closes as a program does that was sent something which it never reads. */
async function leaveUnread(peer: Peer, farewell: string): Promise<void> {
  await new Promise((resolve) => peer.socket.write(`${farewell}\n`, resolve));
  peer.socket.resetAndDestroy();
}

test('send waits as long as --timeout for lines that are not confirmed, and names them', async (t) => {
  // More than the buddy's kernel takes, and less than ours.
  const count = 8_000;
  const lines = Array.from({ length: count }, (_, index) => `${index} ${'.'.repeat(200)}\n`);
  const args = ['send', 'alice', 'bob', '--json', '--timeout', '2'];
  const { alice } = await withDeafBob(t, args, lines.join(''));
  alice.process.stdin?.end();
  t.is(await alice.exited, 15);
  t.is(alice.stdout.match(/"event":"sent"/g)?.length, count);
  const named = lostIn(alice).map((text) => Number.parseInt(text, 10));
  t.true(named.length > 0);
  t.deepEqual(
    named,
    Array.from({ length: named.length }, (_, index) => count - named.length + index),
  );
});

test('send: a signal does not wait for a buddy who does not read, and what is not confirmed is named', async (t) => {
  const lines = Array.from({ length: 8_000 }, (_, index) => `${index} ${'.'.repeat(200)}\n`);
  const { alice } = await withDeafBob(t, ['send', 'alice', 'bob', '--json'], lines.join(''));
  alice.process.stdin?.end();
  await alice.expect(/"event":"sent",.*"text":"7999 /);
  alice.process.kill('SIGTERM');
  t.is(await alice.exited, 15);
  t.is(Number.parseInt(lostIn(alice).at(-1) ?? '', 10), 7_999);
});

test('the terminal client names at a signal what is not confirmed', async (t) => {
  const line = `${'.'.repeat(16_000)}\n`;
  const { alice } = await withDeafBob(t, ['--plain', '--user', 'alice'], `m\nbob\n${line.repeat(900)}`);
  await alice.expect('does not read');
  alice.process.kill('SIGTERM');
  t.is(await alice.exited, 0);
  t.regex(alice.stdout, /^\(Not delivered, as far as is known: \.+\)$/m);
});

/** A client at its plain terminal, in a chat in which all lines were sent. */
async function atTerminal(t: ExecutionContext) {
  const args = ['--plain', '--user', 'alice'];
  const { alice, peer } = await withDeafBob(t, args, `m\nbob\n${TEXT}q\n`);
  await alice.expect('Buddy connection closed.');
  return { alice, peer };
}

const NAMED = new RegExp(
  LINES.map((line) => `^\\(Not delivered, as far as is known: ${line}\\)$`).join('[^]*'),
  'm',
);

test('at the terminal, lines that the buddy resets unread after q are named', async (t) => {
  const { alice, peer } = await atTerminal(t);
  await alice.expect('Your choice: ');
  peer.socket.resetAndDestroy();
  await alice.expect(NAMED);
  alice.write('x\n');
  t.is(await alice.exited, 0);
});

test('the program ends when the chat is over: what the user wrote last is named before', async (t) => {
  const { alice, peer } = await atTerminal(t);
  alice.process.stdin?.end('x\n');
  peer.socket.resetAndDestroy();
  t.is(await alice.exited, 0);
  t.regex(alice.stdout, NAMED);
});

test('a buddy who reads everything and closes loses nothing: leaving is quick and exit code 0', async (t) => {
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
