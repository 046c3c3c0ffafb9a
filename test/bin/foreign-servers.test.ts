/**
 * Runs the client, which uses keys, against servers by other authors, which do not know keys. The client asks
 * such a server whether it keeps keys. Apart from this question, the server gets the bytes that clients sent
 * before keys existed.
 */

import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Servers } from '../../user-files/servers.js';
import { directoryAt } from '../helpers/directory.js';
import { AT_UNKNOWN_REQUESTS, type AtUnknownRequests, ForeignServer } from '../helpers/foreign-server.js';
import { ask, until } from '../helpers/network.js';
import { type CalledPeer, listenForCalls, Peer } from '../helpers/peer.js';
import { emptyEnvironment, Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { serve } from '../helpers/server.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const VERSION = 'VER im 1\r\n';
const NEWS = 'This server keeps no keys: nothing is encrypted, and any program can sign in as this id.\n';

type Addressed = Pick<ForeignServer, 'options'>;

function start(
  t: ExecutionContext,
  { options }: Addressed,
  environment: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Program {
  return new Program(t, { name: 'im-client', environment }, ...options, ...args);
}

/** Runs a command to its end. Returns its exit code and its output. */
async function run(
  t: ExecutionContext,
  server: Addressed,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
  input = '',
): Promise<readonly [code: number | null, stdout: string, stderr: string]> {
  const program = start(t, server, environment, ...args);
  program.process.stdin?.end(input);
  const code = await program.exited;
  return [code, program.stdout, program.stderr];
}

/** A foreign server at which bob, a scripted buddy, is online. */
async function withBob(t: ExecutionContext, atUnknown: AtUnknownRequests, lineEnd = '\r\n') {
  const server = await ForeignServer.start(t, atUnknown, { lineEnd });
  const bob = await listenForCalls(t);
  server.buddies = `bob 100 ONLINE 127.0.0.1 ${bob.port}\n`;
  return { server, bob };
}

/** Accepts a call, and reads all its lines. */
async function linesOf({ called }: CalledPeer): Promise<readonly (string | undefined)[]> {
  const peer = await called();
  const lines = [await peer.line()];
  peer.send('ACCEPT\n');
  for (let line = await peer.line(); line !== undefined; line = await peer.line()) lines.push(line);
  peer.socket.end();
  return lines;
}

/** The data directory of a user. */
const dataOf = ({ HOME }: NodeJS.ProcessEnv) => join(HOME as string, '.local', 'share', 'im');

for (const lineEnd of ['\r\n', '\n']) {
  test(`a server that ends lines with ${JSON.stringify(lineEnd)} gets requests without keys`, async (t) => {
    const { server, bob } = await withBob(t, '201', lineEnd);
    const home = emptyEnvironment(t);
    t.deepEqual(await run(t, server, home, ['register', 'alice']), [0, '200 OK\n', NEWS]);
    t.deepEqual(await run(t, server, home, ['add', 'alice', 'bob']), [0, '200 OK\n', '']);
    t.deepEqual(await run(t, server, home, ['del', 'alice', 'bob']), [0, '200 OK\n', '']);
    const row = `bob\tONLINE\t127.0.0.1\t${bob.port}\n`;
    t.deepEqual(await run(t, server, home, ['buddies', 'alice']), [0, row, '']);
    const calling = `Calling bob at 127.0.0.1, port ${bob.port}...\n`;
    const [sent, lines] = await Promise.all([
      run(t, server, home, ['send', 'alice', 'bob', 'hello']),
      linesOf(bob),
    ]);
    t.is(sent[0], 0);
    t.true(sent[2].startsWith(calling), sent[2]);
    t.notRegex(sent[2], /clear|private|key/);
    t.regex(lines.join('\n'), /^REQUEST alice \d+\nhello$/);
    const [chatted, said] = await Promise.all([
      run(t, server, home, ['chat', 'alice', 'bob'], 'one\nq\n'),
      linesOf(bob),
    ]);
    t.is(chatted[0], 0);
    t.deepEqual(said.slice(1), ['one']);
    t.deepEqual([...new Set(server.datagrams)], ['GET alice']);
    t.deepEqual(server.requests, [VERSION, 'REG alice\r\n', 'ADD alice bob\r\n', 'DEL alice bob\r\n']);
  });
}

test('`listen` announces the user and answers calls as it did before keys existed', async (t) => {
  const { server } = await withBob(t, 'a close');
  const program = start(t, server, emptyEnvironment(t), 'listen', 'alice', '--accept', 'all');
  await until(() => program.stderr.includes('on port'));
  const [, port] = /on port (\d+)\.\n/.exec(program.stderr) ?? [];
  const calls = [
    ['', 'ACCEPT'],
    ['HELLO bob\n', 'OK'],
    ['REQUEST bob 4000\n', 'ACCEPT'],
  ] as const;
  for (const [index, [opening, answer]] of calls.entries()) {
    const caller = await Peer.call(t, Number(port));
    caller.send(opening);
    t.is(await caller.line(), answer);
    caller.send(`after ${opening || 'nothing\n'}q\n`);
    await program.expect(/: after .*\n/);
    await caller.ended();
    caller.socket.end();
    await until(() => program.stderr.split('chat closed').length === index + 2);
  }
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  await until(() => server.datagrams.some((datagram) => datagram.includes('OFFLINE')));
  t.deepEqual(server.requests, [VERSION]);
  t.deepEqual(
    new Set(server.datagrams),
    new Set(['GET alice', `SET alice 100 ONLINE ${port}`, `SET alice 101 OFFLINE ${port}`]),
  );
  t.notRegex(program.stderr, /clear|private/);
});

test('plain mode prints the notice only once, and sends the same bytes as before keys existed', async (t) => {
  const { server } = await withBob(t, '200');
  const home = { ...emptyEnvironment(t), NODE_NO_WARNINGS: '1' };
  const script = 'R\nalice\nA\nbob\nL\ncarl\nD\nbob\nX\n';
  const [code, stdout, stderr] = await run(t, server, home, ['--plain'], script);
  t.deepEqual([code, stderr], [0, '']);
  t.is(stdout.split(NEWS).length, 2);
  t.true(stdout.includes(`200 OK\nSigned in as alice.\n${NEWS}\n`), stdout);
  t.deepEqual(server.requests, [VERSION, 'REG alice\r\n', 'ADD alice bob\r\n', 'DEL carl bob\r\n']);
  const again = await run(t, server, home, ['--plain'], 'L\nalice\nA\nbob\nX\n');
  t.deepEqual([again[0], again[1].includes(NEWS), again[2]], [0, false, '']);
  t.deepEqual(server.requests.slice(4), ['ADD alice bob\r\n']);
  const ids = new Set(server.datagrams.map((datagram) => datagram.replace(/\d+$/, 'PORT')));
  for (const datagram of ids)
    t.regex(datagram, /^(?:GET (?:alice|carl)|SET (?:alice|carl) 10[01] O\w+ PORT)$/);
});

for (const atUnknown of Object.keys(AT_UNKNOWN_REQUESTS) as AtUnknownRequests[]) {
  test(`a server that answers the question about keys with ${atUnknown} is asked once`, async (t) => {
    const { server } = await withBob(t, atUnknown);
    const program = start(t, server, emptyEnvironment(t), '--plain');
    program.write('L\nalice\n');
    await program.expect('Signed in as alice.');
    for (const letter of ['A', 'D']) {
      program.write(`${letter}\nbob\n`);
      await program.expect('200 OK\n');
    }
    program.write('S\nX\n');
    t.is(await program.exited, 0);
    t.regex(program.stdout, /bob.*ONLINE/i);
    t.deepEqual(server.requests, [VERSION, 'ADD alice bob\r\n', 'DEL alice bob\r\n']);
    t.true(server.datagrams.includes('GET alice'));
  });
}

test('the buddy list is shown even if the server does not answer the question about keys', async (t) => {
  const { server, bob } = await withBob(t, 'silence');
  const row = `bob\tONLINE\t127.0.0.1\t${bob.port}\n`;
  t.deepEqual(await run(t, server, emptyEnvironment(t), ['buddies', 'alice']), [0, row, '']);
  t.deepEqual(server.requests, [VERSION], 'the client does not ask why the server is silent');
});

test('if a server no longer keeps keys, the client calls it busy, and sends nothing in clear', async (t) => {
  const keyed = await serve(t);
  const home = emptyEnvironment(t);
  await directoryAt(t, keyed, dataOf(home)).request('REG', ['alice'], new AbortController().signal);
  const server = await ForeignServer.start(t, '201');
  const servers = new Servers(dataOf(home));
  const key = (await servers.list()).known[0]?.key ?? 'none';
  t.is(await servers.add({ host: '127.0.0.1', port: server.tcp }, key), undefined);
  for (const args of [
    ['register', 'carl'],
    ['register', 'carl', '--clear'],
    ['add', 'alice', 'bob'],
    ['add', 'carl', 'bob'],
  ]) {
    const [code, stdout, stderr] = await run(t, server, home, args);
    t.deepEqual([code, stdout], [3, ''], args.join(' '));
    t.regex(stderr, /the server is busy/, args.join(' '));
  }
  const plain = await run(t, server, home, ['--plain'], 'R\ndora\nX\n');
  t.is(plain[0], 0);
  t.regex(plain[1], /the server is busy/);
  t.true(server.requests.length > 0);
  for (const request of server.requests) t.is(request.charCodeAt(0), 0x16, 'only TLS');
});

test('when a server begins to keep keys, old ids stay without keys, and new ids get keys', async (t) => {
  const foreign = await ForeignServer.start(t, '201');
  const home = emptyEnvironment(t);
  t.is((await run(t, foreign, home, ['register', 'alice']))[0], 0);
  const updated = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob']) await ask(updated.tcp, `${request}\n`);
  // The home knows the updated server as one without keys.
  await new Servers(dataOf(home)).add({ host: '127.0.0.1', port: updated.tcp }, 'none');
  const ports = ['--tcp-port', String(updated.tcp), '--udp-port', String(updated.udp)];
  const server = { options: ['--server', '127.0.0.1', ...ports] };
  t.deepEqual(await run(t, server, home, ['add', 'alice', 'bob']), [0, '200 OK\n', '']);
  t.deepEqual(await run(t, server, home, ['register', 'alice']), [6, '203 USER EXISTS\n', '']);
  const [code, stdout, stderr] = await run(t, server, home, ['register', 'carl']);
  t.deepEqual([code, stdout], [0, '200 OK\n']);
  t.regex(stderr, /^From now on only the key on this machine can sign in/);
  t.is(await ask(updated.tcp, 'ADD carl bob\n'), '204 DENIED\r\n');
  t.deepEqual(await run(t, server, home, ['add', 'carl', 'bob']), [
    0,
    '200 OK\n',
    'bob has no key. Chats with bob are in clear: others on the network can read them.\n',
  ]);
  t.deepEqual(await run(t, server, home, ['del', 'alice', 'bob']), [0, '200 OK\n', '']);
  t.deepEqual(await run(t, server, home, ['buddies', 'carl']), [0, 'bob\tOFFLINE\tunknown\tunknown\n', '']);
  t.is(await ask(updated.tcp, 'ADD alice bob\n'), '200 OK\r\n', 'alice is still open');
});
