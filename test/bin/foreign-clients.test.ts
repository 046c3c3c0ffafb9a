/**
 * A user with a key has buddies without a key, who use clients by other authors. Each dialect of these
 * clients works as it did before keys existed. The user's client says that the chats are in clear.
 */

import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Identity } from '../../keys/identity.js';
import { directoryAt } from '../helpers/directory.js';
import { ask, PresenceClient, until } from '../helpers/network.js';
import { listenForCalls, Peer } from '../helpers/peer.js';
import { emptyEnvironment, Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { serve } from '../helpers/server.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

/** Starts a program of a user. The keys of the user are in the home directory `home`. */
function start(
  t: ExecutionContext,
  { tcp, udp }: Ports,
  home: NodeJS.ProcessEnv,
  ...args: string[]
): Program {
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  return new Program(t, { name: 'im-client', environment: home }, ...ports, ...args);
}

/** Registers an id with a key, which is stored in a new home directory. */
async function keyedHome(t: ExecutionContext, server: Ports, id: string): Promise<NodeJS.ProcessEnv> {
  const home: NodeJS.ProcessEnv = { ...emptyEnvironment(t), NODE_NO_WARNINGS: '1' };
  const { HOME } = home;
  const directory = directoryAt(t, server, join(HOME as string, '.local', 'share', 'im'));
  await directory.request('REG', [id], new AbortController().signal);
  return home;
}

/** A server where alice has a key, and her buddy olga has no key. */
async function withAlice(t: ExecutionContext, started?: Ports) {
  const server = started ?? (await serve(t));
  const home = await keyedHome(t, server, 'alice');
  for (const request of ['REG olga', 'ADD olga alice']) await ask(server.tcp, `${request}\n`);
  const run = async (...args: string[]) => {
    const program = start(t, server, home, ...args);
    return { code: await program.exited, stdout: program.stdout, stderr: program.stderr };
  };
  t.is((await run('add', 'alice', 'olga')).code, 0);
  return { server, home, run };
}

/** Starts alice's client at the menu. `port` is the port for her calls, which the server names to olga. */
async function aliceAtMenu(t: ExecutionContext) {
  const { server, home } = await withAlice(t);
  const alice = start(t, server, home, '--plain', '--user', 'alice');
  const olga = await PresenceClient.open(t, server.udp);
  const presence = () => olga.ask('GET olga');
  let port: string | undefined;
  while (port === undefined) [, port] = /^alice 100 ONLINE \S+ (\d+)$/m.exec(await presence()) ?? [];
  return { alice, olga, server, home, presence, port: Number(port) };
}

/** Olga, a scripted buddy, is online and takes calls. */
async function olgaOnline(t: ExecutionContext, { udp }: Ports) {
  const olga = await listenForCalls(t);
  const presence = await PresenceClient.open(t, udp);
  presence.send(`SET olga 100 ONLINE ${olga.port}`);
  await presence.ask('GET olga');
  return olga;
}

for (const { dialect, opening, answer, label } of [
  { dialect: 'A', opening: '', answer: 'ACCEPT', label: "127.0.0.1 (olga's address)" },
  { dialect: 'C', opening: 'HELLO olga\n', answer: 'OK', label: 'olga (127.0.0.1)' },
  { dialect: 'D', opening: 'REQUEST olga 4000\n', answer: 'ACCEPT', label: 'olga (127.0.0.1)' },
]) {
  test(`a keyless buddy of dialect ${dialect} calls a user with a key in clear, and chats`, async (t) => {
    const { server, alice, port } = await aliceAtMenu(t);
    await olgaOnline(t, server);
    while (!alice.stdout.includes('olga ONLINE') && !/olga.*online/i.test(alice.stdout.slice(-400))) {
      alice.write('s\n');
      await alice.expect(/olga.*\n/);
    }
    const peer = await Peer.call(t, port);
    if (opening !== '') peer.send(opening);
    await alice.expect(`Call from ${label}`);
    await alice.expect('(y/n)? ');
    alice.write('y\n');
    t.is(await peer.line(), answer);
    t.regex(alice.stdout, /in clear/);
    peer.send('hi alice\n');
    await alice.expect(/: hi alice$/m);
    alice.write('hi olga\nq\n');
    t.is(await peer.line(), 'hi olga');
    t.is(await peer.line(), undefined);
  });
}

test('a silent caller gets ACCEPT at its first call, and ACCEPTED (dialect B) at its second', async (t) => {
  const { server, home } = await withAlice(t);
  const listener = start(t, server, home, 'listen', 'alice', '--accept', 'all', '--json');
  const [, port] = await listener.expect(/"event":"listening",.*"port":(\d+)/);
  const first = await Peer.call(t, Number(port));
  t.is(await first.line(), 'ACCEPT');
  first.socket.end();
  await listener.expect(/"event":"closed"/);
  const second = await Peer.call(t, Number(port));
  t.is(await second.line(), 'ACCEPTED');
  second.send('hi alice\n');
  await listener.expect(/"event":"message",.*"text":"hi alice"/);
  t.regex(listener.stdout, /"event":"accepted",[^\n]*"private":false/);
});

test('a user with a key refuses a caller of dialect E by closing the connection', async (t) => {
  const { server, home } = await withAlice(t);
  const listener = start(t, server, home, 'listen', 'alice', '--accept', 'all', '--json');
  const [, port] = await listener.expect(/"event":"listening",.*"port":(\d+)/);
  const caller = await Peer.call(t, Number(port));
  caller.send('127.0.0.1 4000\n');
  t.is(await caller.line(), undefined);
  await listener.expect(/"event":"refused",.*wants to be called back/);
});

for (const { dialect, answer, bye } of [
  { dialect: 'A', answer: 'ACCEPT\n', bye: '' },
  { dialect: 'B', answer: 'ACCEPTED\n', bye: '' },
  { dialect: 'C', answer: 'ok\n', bye: '' },
  { dialect: 'D', answer: 'ACCEPT\r\n', bye: 'q\n' },
]) {
  test(`a keyless buddy of dialect ${dialect} gets the same greeting as before keys existed`, async (t) => {
    const { server, home } = await withAlice(t);
    const olga = await olgaOnline(t, server);
    const program = start(t, server, home, 'send', 'alice', 'olga', 'hello');
    const peer = await olga.called();
    const greeting = await peer.line();
    t.regex(greeting ?? '', /^REQUEST alice \d+$/);
    peer.send(answer);
    t.is(await peer.line(), 'hello');
    t.is(await peer.line(), undefined, 'nothing else is sent');
    peer.send(bye);
    peer.socket.end();
    t.is(await program.exited, 0, program.stderr);
    t.true(program.stderr.includes('The chat is in clear.\n'), program.stderr);
  });
}

test('a buddy of dialect E refuses the call of a user with a key by closing the connection', async (t) => {
  const { server, home } = await withAlice(t);
  const olga = await olgaOnline(t, server);
  const program = start(t, server, home, 'send', 'alice', 'olga', 'hello');
  const peer = await olga.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.socket.end();
  t.is(await program.exited, 12, program.stderr);
  t.is(await peer.line(), undefined);
});

test('a foreign client that uses an id with a key changes nothing and learns nothing', async (t) => {
  const { server, presence, olga, port } = await aliceAtMenu(t);
  const before = await presence();
  t.is(before, `alice 100 ONLINE 127.0.0.1 ${port}\n`);
  for (const request of ['ADD alice olga', 'DEL alice olga', 'ADD ALICE stranger'])
    t.is(await ask(server.tcp, `${request}\r\n`), '204 DENIED\r\n');
  t.is(await ask(server.tcp, 'REG alice\r\n'), '203 USER EXISTS\r\n');
  for (const datagram of ['SET alice 101 OFFLINE 0', 'SET alice 100 ONLINE 4000', 'SET alice 102 6000'])
    olga.send(datagram);
  // If the server answered this GET, `presence` would receive that answer in place of its own.
  olga.send('GET alice');
  t.is(await presence(), before);
});

test('a call in clear that names an id with a key is rejected; one line a minute says so', async (t) => {
  const { server, home } = await withAlice(t);
  await keyedHome(t, server, 'bob');
  const listener = start(t, server, home, 'listen', 'alice', '--accept', 'all');
  await until(() => listener.stderr.includes('on port'));
  const [, port] = /on port (\d+)\.\n/.exec(listener.stderr) ?? [];
  for (const opening of ['HELLO bob\n', 'REQUEST bob 4000\n', 'HELLO BOB\nare you there?\n']) {
    const caller = await Peer.call(t, Number(port));
    caller.send(opening);
    t.is(await caller.line(), 'REJECT');
    await caller.ended();
    caller.socket.end();
  }
  const open = await Peer.call(t, Number(port));
  open.send('HELLO olga\n');
  t.is(await open.line(), 'OK');
  open.send('hi alice\n');
  await listener.expect('olga: hi alice\n');
  t.is(listener.stderr.split('it was in clear, and this buddy has a key').length, 2, listener.stderr);
  t.notRegex(listener.stdout, /bob|there/);
});

test('a chat in clear goes on when the buddy gets a key; the next call is not made in clear', async (t) => {
  const data = await temporaryDirectory(t);
  const started = await startServerProgram(t, data);
  const { home, run } = await withAlice(t, started);
  const olga = await olgaOnline(t, started);
  const chat = start(t, started, home, 'chat', 'alice', 'olga');
  chat.write('before\n');
  const peer = await olga.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.send('OK\n');
  t.is(await peer.line(), 'before');
  started.program.process.kill('SIGTERM');
  t.is(await started.program.exited, 0);
  const set = new Program(t, 'im-server', 'key', data, 'set', 'olga', Identity.create().key);
  t.is(await set.exited, 0, set.stderr);
  const ports = ['--tcp-port', String(started.tcp), '--udp-port', String(started.udp)];
  await startServerProgram(t, data, ...ports);
  chat.write('after\n');
  t.is(await peer.line(), 'after');
  chat.write('q\n');
  await peer.ended();
  peer.socket.end();
  t.is(await chat.exited, 0, chat.stderr);
  const presence = await PresenceClient.open(t, started.udp);
  presence.send(`SET olga 100 ONLINE ${olga.port}`);
  t.is(await ask(started.tcp, 'ADD olga\n'), '204 DENIED\r\n');
  const { code, stderr } = await run('send', 'alice', 'olga', 'a secret');
  t.is(code, 10, stderr);
  t.regex(stderr, /olga is offline/);
});
