import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { createClient } from '../../actors/client/create-client.js';
import { EXIT } from '../../bin/command-line.js';
import { HEADLESS_EXIT } from '../../bin/headless/exit-codes.js';
import { FIELD_ORDER } from '../../bin/headless/wording.js';
import { announce } from '../helpers/buddies.js';
import { ask, freePort, PresenceClient } from '../helpers/network.js';
import { listenForCalls, Peer } from '../helpers/peer.js';
import {
  emptyEnvironment,
  Program,
  type ServerProgram,
  startServerProgram,
  temporaryDirectory,
} from '../helpers/programs.js';
import { StubServer } from '../helpers/stub-server.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

type Ports = Pick<ServerProgram, 'tcp' | 'udp'>;

interface Event {
  readonly event: string;
  readonly at: string;
  readonly [field: string]: unknown;
}

/** Starts a server with alice, bob and carl, where alice and bob are each other's buddies. */
async function withBuddies(t: ExecutionContext): Promise<ServerProgram> {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'REG carl', 'ADD alice bob', 'ADD bob alice']) {
    await ask(server.tcp, `${request}\n`);
  }
  return server;
}

/** Starts alice's `send` with this input, and accepts its call as bob. */
function acceptedSend(t: ExecutionContext, input: string, ...options: readonly string[]) {
  const type = (program: Program) => program.process.stdin?.end(input);
  return accepted(t, ['send', 'alice', 'bob', ...options], 'OK\n', type);
}

/** Starts a headless command. */
function start(t: ExecutionContext, server: Ports, ...args: readonly string[]): Program {
  return startIn(t, emptyEnvironment(t), server, ...args);
}

/** Starts a headless command in an environment. The keys are in the home directory of this environment. */
function startIn(
  t: ExecutionContext,
  environment: NodeJS.ProcessEnv,
  { tcp, udp }: Ports,
  ...args: readonly string[]
): Program {
  const ports = ['--tcp-port', String(tcp), '--udp-port', String(udp)];
  return new Program(t, { name: 'im-client', environment }, '--server', '127.0.0.1', ...ports, ...args);
}

/** Runs a headless command to its end, with this input. */
async function run(
  t: ExecutionContext,
  server: Ports,
  args: readonly string[],
  input = '',
): Promise<Program> {
  const program = start(t, server, ...args);
  program.process.stdin?.end(input);
  await program.exited;
  return program;
}

/** The objects that a command with `--json` printed, one per line. Checks the order of their fields. */
function eventsOf({ stdout }: Program): Event[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = JSON.parse(line) as Event;
      const fields = Object.keys(event);
      const ordered = ['event', 'at', ...FIELD_ORDER].filter((name) => fields.includes(name));
      if (fields.join() !== ordered.join()) throw new Error(`other fields, or another order: ${line}`);
      return event;
    });
}

/** The events without the fields that differ between runs. */
function factsOf(program: Program): object[] {
  return eventsOf(program).map(({ at, port, ...facts }) => facts);
}

/** Starts a server, and a scripted bob who accepts connections. */
async function withBob(t: ExecutionContext) {
  const server = await withBuddies(t);
  const bob = await listenForCalls(t);
  await announce(t, server, 'bob', bob.port);
  return { server, bob };
}

/** Starts a command of alice's, and accepts its call as bob. `type` writes its input before it calls. */
async function accepted(
  t: ExecutionContext,
  args: readonly string[],
  answer = 'OK\n',
  type: (program: Program) => void = () => {},
) {
  const { server, bob } = await withBob(t);
  const program = start(t, server, ...args);
  type(program);
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.send(answer);
  return { program, peer };
}

/** Starts alice's listening command, and returns its port. */
async function listening(t: ExecutionContext, server: Ports, ...args: readonly string[]) {
  const program = start(t, server, 'listen', 'alice', '--json', ...args);
  const [, port] = await program.expect(/"event":"listening",.*"port":(\d+)/);
  return { program, port: Number(port) };
}

// Requests to the server.

test('`register`, `add` and `del` print the reply, and each reply has an exit code', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const environment = emptyEnvironment(t);
  for (const [args, code, reply] of [
    [['register', 'alice'], 0, '200 OK'],
    [['register', 'ALICE'], 6, '203 USER EXISTS'],
    [['register', 'bob'], 0, '200 OK'],
    [['add', 'alice', 'bob'], 0, '200 OK'],
    [['add', 'alice', 'bob'], 4, '201 INVALID'],
    [['add', 'alice', 'dora'], 5, '202 NO SUCH USER'],
    [['del', 'alice', 'bob'], 0, '200 OK'],
  ] as const) {
    const program = startIn(t, environment, server, ...args);
    t.is(await program.exited, code, args.join(' '));
    t.is(program.stdout, `${reply}\n`);
    const hint = {
      register: /^From now on only the key on this machine can sign in.*\n.* --user (?:alice|bob)\n$/,
      add: /^Chats with bob are private\.\n$/,
      del: /^$/,
    }[args[0]];
    t.regex(program.stderr, code === 0 ? hint : /^$/);
  }
});

test('`register --clear` registers an id without a key', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const program = start(t, server, 'register', 'alice', '--clear');
  t.is(await program.exited, 0);
  t.deepEqual([program.stdout, program.stderr], ['200 OK\n', '']);
  t.is(await ask(server.tcp, 'ADD alice\r\n'), '201 INVALID\r\n', 'without a key, requests are in clear');
});

test('with --json the reply is an object with ordered fields', async (t) => {
  const server = await withBuddies(t);
  const program = await run(t, server, ['add', 'Alice', 'dora', '--json']);
  t.is(
    program.stdout.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/, 'TIME'),
    '{"event":"reply","at":TIME,"id":"alice","buddy":"dora","code":202,"text":"202 NO SUCH USER"}\n',
  );
});

for (const [reply, code] of [
  ['204 DENIED', 7],
  ['205 UNAVAILABLE', 7],
  ['206 BUSY', 7],
  ['299 \u001b[2JWHAT', 1],
  ['welcome', 3],
] as const) {
  test(`the reply ${JSON.stringify(reply)} leads to exit code ${code}`, async (t) => {
    const server = createServer((socket) => socket.end(`${reply}\r\n`)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const { port } = server.address() as { port: number };
    const program = await run(t, { tcp: port, udp: port }, ['register', 'alice', '--json']);
    t.is(await program.exited, code);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters
    t.notRegex(program.stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f]|\\u001b/);
  });
}

test('a server that is down leads to exit code 3 and an error event', async (t) => {
  const port = await freePort();
  for (const args of [
    ['register', 'alice'],
    ['add', 'alice', 'bob'],
    ['buddies', 'alice'],
    ['send', 'alice', 'bob', 'hi'],
    ['listen', 'alice'],
  ]) {
    const program = await run(t, { tcp: port, udp: port }, [...args, '--json']);
    t.is(await program.exited, 3, args[0]);
    t.deepEqual(
      eventsOf(program).map(({ event }) => event),
      ['error'],
    );
    t.is(program.stderr, '');
  }
  const program = await run(t, { tcp: port, udp: port }, ['register', 'alice']);
  t.is(program.stderr, `im-client: the server 127.0.0.1:${port} could not be asked: nothing listens there\n`);
});

test('an unregistered user and a server that is down have different errors', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const port = await freePort();
  for (const [ports, reason] of [
    [server, 'carl is not registered with the server'],
    [{ tcp: port, udp: port }, 'the server is down: nothing listens there'],
  ] as const) {
    const program = await run(t, ports, ['buddies', 'carl']);
    t.is(await program.exited, 3);
    t.is(program.stderr, `im-client: ${reason}\n`);
  }
});

test('an empty buddy list causes a hint, except with --json', async (t) => {
  const server = await withBuddies(t);
  const people = await run(t, server, ['buddies', 'carl']);
  t.is(await people.exited, 0);
  t.is(people.stdout, '');
  t.is(people.stderr, 'im-client: the buddy list is empty: add a buddy with im-client add ID BUDDY\n');
  const programs = await run(t, server, ['buddies', 'carl', '--json']);
  t.is(programs.stdout + programs.stderr, '');
});

test('`buddies` prints the buddy list, for people and for programs', async (t) => {
  const { server, bob } = await withBob(t);
  await ask(server.tcp, 'ADD alice carl\n');
  const plain = await run(t, server, ['buddies', 'alice']);
  t.is(plain.stdout, `bob\tONLINE\t127.0.0.1\t${bob.port}\ncarl\tOFFLINE\tunknown\tunknown\n`);
  t.is(await plain.exited, 0);
  const json = await run(t, server, ['buddies', 'alice', '--json']);
  t.deepEqual(
    eventsOf(json).map(({ at, ...fields }) => fields),
    [
      {
        event: 'buddy',
        id: 'alice',
        buddy: 'bob',
        status: 'ONLINE',
        code: 100,
        address: '127.0.0.1',
        port: bob.port,
      },
      { event: 'buddy', id: 'alice', buddy: 'carl', status: 'OFFLINE', code: 101 },
    ],
  );
});

test('a buddy list that may be cut leads to exit code 16, and a field of the event says so', async (t) => {
  const stub = await StubServer.start(t);
  stub.buddies = Buffer.from('x 101 OFFLINE unknown unknown\n'.repeat(2_183));
  const json = await run(t, stub, ['buddies', 'alice', '--json']);
  t.is(await json.exited, 16);
  const { error, ...facts } = factsOf(json).at(-1) as Event;
  t.deepEqual(facts as object, { event: 'cut', id: 'alice', mayBeCut: true });
  const plain = await run(t, stub, ['buddies', 'alice']);
  t.is(await plain.exited, 16);
  t.is(plain.stderr, `im-client: ${error}\n`);
  const call = await run(t, stub, ['send', 'alice', 'b9000', 'hi', '--json']);
  t.is(await call.exited, 16);
  t.deepEqual(factsOf(call), [
    {
      event: 'cut',
      id: 'alice',
      buddy: 'b9000',
      error: 'b9000 is not on the part of the buddy list that the server sent: the list may be cut',
      mayBeCut: true,
    },
  ]);
});

test('`buddies --watch` prints each change until a signal ends it', async (t) => {
  const { server } = await withBob(t);
  const program = start(t, server, 'buddies', 'alice', '--watch', '--json');
  await program.expect(/"buddy":"bob","status":"ONLINE"/);
  await announce(t, server, 'bob', 4_000);
  await program.expect(/"buddy":"bob","status":"ONLINE","code":100,"address":"127.0.0.1","port":4000/);
  await ask(server.tcp, 'DEL alice bob\n');
  await program.expect(/"event":"removed",.*"buddy":"bob"/);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  t.is(eventsOf(program).length, 3);
});

// Sending.

test('`send` calls the buddy, sends one message and leaves', async (t) => {
  const { program, peer } = await accepted(t, ['send', 'alice', 'bob', 'hello', 'bob', '--json']);
  t.is(await peer.line(), 'hello bob');
  t.is(await peer.line(), undefined);
  t.is(await program.exited, 0);
  const events = eventsOf(program).map(({ event }) => event);
  t.deepEqual(
    events.filter((event) => event !== 'ringing'),
    ['calling', 'accepted', 'sent', 'closed'],
  );
  const bare = factsOf(program).at(-2);
  t.deepEqual(bare, { event: 'sent', id: 'alice', buddy: 'bob', text: 'hello bob' });
  t.is(program.stderr, '');
});

test('`send` without a text sends each line of its input, even a last line without LF', async (t) => {
  const { program, peer } = await acceptedSend(t, 'one\r\nq\n\nfour');
  for (const line of ['one', 'q ', '', 'four', undefined]) t.is(await peer.line(), line);
  t.is(await program.exited, 0);
  t.is(program.stdout, '');
});

test('ten thousand lines arrive complete and in order', async (t) => {
  const count = 10_000;
  const input = Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');
  const { program, peer } = await acceptedSend(t, input);
  for (let index = 0; index < count; index++) {
    const line = await peer.line();
    if (line !== `line ${index}`) t.fail(`${line} is not line ${index}`);
  }
  t.is(await program.exited, 0);
});

test('a line of input over 16 KiB is cut, and the event has an error', async (t) => {
  const { program, peer } = await acceptedSend(t, `${'x'.repeat(1_000_000)}\nnext\n`, '--json');
  t.is((await peer.line())?.length, 16_384);
  t.regex((await peer.line()) ?? '', /my message was longer than 16 KiB/);
  t.is(await peer.line(), 'next');
  t.is(await program.exited, 0);
  t.regex(String(eventsOf(program).find(({ event }) => event === 'sent')?.['error']), /longer than 16 KiB/);
});

for (const [kind, yes] of [
  ['of dialect A', 'ACCEPT\n'],
  ['of dialect B', 'ACCEPTED\r\n'],
  ['of dialect C', 'Ok\n'],
  ['that just talks', 'hello?\n'],
] as const) {
  test(`the command send reaches a buddy ${kind}`, async (t) => {
    const { program, peer } = await accepted(t, ['send', 'alice', 'bob', 'hi'], yes);
    t.is(await peer.line(), 'hi');
    peer.socket.end();
    t.is(await program.exited, 0);
  });
}

test('`send` reaches a buddy of dialect D, who closes calls that do not begin with REQUEST', async (t) => {
  const { server, bob } = await withBob(t);
  const program = start(t, server, 'send', 'alice', 'bob', 'hi');
  const peer = await bob.called();
  if (/^REQUEST \S+ \d+$/.test((await peer.line()) ?? '')) peer.send('ACCEPT\n');
  else peer.socket.end();
  t.is(await peer.line(), 'hi');
  peer.socket.end();
  t.is(await program.exited, 0);
});

test('a listening client names its own port when it calls a buddy', async (t) => {
  const { server, bob } = await withBob(t);
  const client = createClient({ user: 'alice', tcpPort: server.tcp, udpPort: server.udp });
  t.teardown(() => client.close());
  const port = await client.listen();
  const calling = client.call('bob');
  const peer = await bob.called();
  t.is(await peer.line(), `REQUEST alice ${port}`);
  peer.send('ACCEPT\n');
  await (await calling).leave();
});

test('each cause of a failed call has its own exit code and event', async (t) => {
  const { server, bob } = await withBob(t);
  await ask(server.tcp, 'ADD alice carl\n');
  const cases: readonly [string, number, string, ((peer: Peer) => void)?][] = [
    ['bob', 12, 'refused', (peer) => peer.send('REJECT\n')],
    ['bob', 12, 'refused', (peer) => peer.socket.end()],
    ['bob', 13, 'unanswered', () => {}],
    ['carl', 10, 'offline'],
    ['dora', 14, 'unknown'],
  ];
  for (const [buddy, code, event, answer] of cases) {
    const program = start(t, server, 'send', 'alice', buddy, 'hi', '--json', '--timeout', '2');
    if (answer !== undefined) answer(await bob.called());
    t.is(await program.exited, code, event);
    const last = factsOf(program).at(-1) as Event | undefined;
    t.is(last?.event, event);
    t.is(last?.['buddy'], buddy);
    t.truthy(last?.['error']);
  }
  await announce(t, server, 'carl', await freePort());
  const stale = await run(t, server, ['send', 'alice', 'carl', 'hi']);
  t.is(await stale.exited, 11);
  t.regex(stale.stderr, /^im-client: carl could not be reached: nothing listens there$/m);
});

test('`send` fails if the buddy leaves before the end of the input', async (t) => {
  const type = (program: Program) => program.write('one\n');
  const { program, peer } = await accepted(t, ['send', 'alice', 'bob'], 'OK\n', type);
  t.is(await peer.line(), 'one');
  peer.socket.end('q\n');
  t.is(await program.exited, 15);
  t.regex(program.stderr, /^im-client: the rest of the input was not read\nbob: chat closed\.$/m);
});

test('`send` prints the unsent lines when the connection breaks', async (t) => {
  const { program, peer } = await acceptedSend(t, `${'x'.repeat(16_000)}\n`.repeat(1_000), '--json');
  peer.socket.pause();
  await program.expect(/"event":"sent"/);
  peer.socket.destroy();
  t.is(await program.exited, 15);
  const events = eventsOf(program).map(({ event }) => event);
  t.true(events.includes('failed'));
  // Each line has an event, unless an `error` event says that the rest of the input was not read.
  const named = events.filter((event) => event === 'sent' || event === 'failed').length;
  t.true(named >= 1_000 || events.includes('error'));
});

test('a signal ends a call that the buddy has not answered', async (t) => {
  const { server, bob } = await withBob(t);
  const program = start(t, server, 'send', 'alice', 'bob', 'hi');
  const peer = await bob.called();
  program.process.kill('SIGINT');
  t.is(await program.exited, 1);
  t.regex(program.stderr, /^im-client: interrupted$/m);
  await peer.ended();
});

// Chatting.

test('`chat` sends each typed line and prints each message, until q', async (t) => {
  const { program, peer } = await accepted(t, ['chat', 'alice', 'bob']);
  program.write('hello\n\\q\n');
  t.is(await peer.line(), 'hello');
  t.is(await peer.line(), 'q ');
  peer.send('hi \u001b[2Jalice\u202e\n');
  await program.expect('bob: hi \uFFFD[2Jalice\uFFFD\n');
  program.write('q\nnever sent\n');
  t.is(await peer.line(), undefined);
  t.is(await program.exited, 0);
  t.is(program.stdout, 'bob: hi \uFFFD[2Jalice\uFFFD\n');
});

test('`chat` ends when the buddy leaves, or the input ends', async (t) => {
  const left = await accepted(t, ['chat', 'alice', 'bob']);
  left.peer.send('bye\nBYE500\n');
  t.is(await left.program.exited, 0);
  t.is(left.program.stdout, 'bob: bye\n');
  const ended = await accepted(t, ['chat', 'alice', 'bob']);
  ended.program.process.stdin?.end('last words');
  t.is(await ended.peer.line(), 'last words');
  t.is(await ended.peer.line(), undefined);
  t.is(await ended.program.exited, 0);
});

test('a reader that closes the pipe early ends a chat without an error', async (t) => {
  const { program, peer } = await accepted(t, ['chat', 'alice', 'bob']);
  program.process.stdout?.destroy();
  peer.send('hi\n'.repeat(10));
  t.is(await program.exited, 0);
  t.notRegex(program.stderr, /EPIPE|Error/);
});

test('during ringing, q or the end of the input gives up the call', async (t) => {
  const { server, bob } = await withBob(t);
  for (const input of ['q\n', undefined]) {
    const program = start(t, server, 'chat', 'alice', 'bob', '--json');
    const peer = await bob.called();
    t.regex((await peer.line()) ?? '', /alice/);
    if (input === undefined) program.process.stdin?.end();
    else program.write(input);
    t.is(await peer.line(), undefined);
    t.is(await program.exited, 0);
    const { event, error } = factsOf(program).at(-1) as Event;
    t.deepEqual({ event, error }, { event: 'closed', error: 'you gave up the call' });
  }
});

test('when the buddy accepts, `chat` sends the lines typed during ringing, and then obeys q', async (t) => {
  const { server, bob } = await withBob(t);
  const program = start(t, server, 'chat', 'alice', 'bob');
  const peer = await bob.called();
  program.write('hello\nq\n');
  await peer.line();
  peer.send('OK\n');
  t.is(await peer.line(), 'hello');
  t.is(await peer.line(), undefined);
  t.is(await program.exited, 0);
});

test('`chat` fails if the buddy cannot be called, even without input', async (t) => {
  const server = await withBuddies(t);
  t.is(await (await run(t, server, ['chat', 'alice', 'dora'])).exited, 14);
  t.is(await (await run(t, server, ['chat', 'alice', 'bob'])).exited, 10);
});

test('`send` calls the buddy when it has read the first line, and does not call without input', async (t) => {
  const { server, bob } = await withBob(t);
  const empty = await run(t, server, ['send', 'alice', 'bob']);
  t.is(await empty.exited, 0);
  t.is(empty.stderr, 'im-client: there is nothing to send: the input is empty\n');
  const program = start(t, server, 'send', 'alice', 'bob');
  program.write('hi\n');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /alice/);
  peer.send('OK\n');
  t.is(await peer.line(), 'hi');
  program.process.stdin?.end();
  t.is(await program.exited, 0);
});

// Listening.

test('`listen` accepts calls of buddies, one at a time, and refuses all other calls', async (t) => {
  const server = await withBuddies(t);
  const { program, port } = await listening(t, server);
  for (const opening of ['', 'HELLO carl\n', 'REQUEST \u001b]0;pwned\u0007 4000\n']) {
    const stranger = await Peer.call(t, port);
    if (opening !== '') stranger.send(opening);
    t.is(await stranger.line(), 'REJECT');
    await program.expect(/"event":"refused"/);
    await stranger.ended();
  }
  for (const [opening, answer] of [
    ['HELLO Bob\n', 'OK'],
    ['REQUEST bob 4000\n', 'ACCEPT'],
  ] as const) {
    const bob = await Peer.call(t, port);
    bob.send(opening);
    t.is(await bob.line(), answer);
    await program.expect(/"event":"accepted",.*"buddy":"bob"/);
    const second = await Peer.call(t, port);
    t.is(await second.line(), 'REJECT');
    await program.expect(/"event":"refused",.*"error":"busy"/);
    bob.send('hi \u001b[31malice\n');
    await program.expect(/"event":"message",.*"buddy":"bob",.*"text":"hi \uFFFD\[31malice"/);
    bob.socket.end();
    await program.expect(/"event":"closed",.*"buddy":"bob"/);
  }
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  t.deepEqual(factsOf(program)[0], { event: 'listening', id: 'alice' });
  t.notRegex(program.stdout, /pwned/);
  t.is(program.stderr, '');
});

test('`listen` takes the next call while the connection of an ended chat is still open', async (t) => {
  const server = await withBuddies(t);
  const { program, port } = await listening(t, server, '--accept', 'all');
  // The caller leaves the chat, and keeps its end of the connection open.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const first = new Peer(socket);
  first.send('HELLO bob\n');
  t.is(await first.line(), 'OK');
  first.send('q\n');
  const next = await Peer.call(t, port);
  next.send('HELLO bob\n');
  t.is(await next.line(), 'OK');
  await program.expect(/"event":"accepted"[\s\S]*"event":"accepted"/);
  t.notRegex(program.stdout, /"event":"closed"/);
});

test('`listen` announces the user while it runs, and ends with SIGINT or SIGTERM', async (t) => {
  const server = await withBuddies(t);
  const presence = await PresenceClient.open(t, server.udp);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { program, port } = await listening(t, server);
    while (!(await presence.ask('GET bob')).includes(`alice 100 ONLINE 127.0.0.1 ${port}`));
    program.process.kill(signal);
    t.is(await program.exited, 0, signal);
    t.is(await presence.ask('GET bob'), 'alice 101 OFFLINE unknown unknown\n');
  }
});

test('`listen --accept all` accepts all callers, and names one without an id by its address', async (t) => {
  const server = await withBuddies(t);
  const program = start(t, server, 'listen', 'alice', '--accept', 'all');
  const presence = await PresenceClient.open(t, server.udp);
  let port: string | undefined;
  while (port === undefined) {
    [, port] = (await presence.ask('GET bob')).match(/^alice 100 ONLINE \S+ (\d+)/) ?? [];
  }
  const stranger = await Peer.call(t, Number(port));
  t.is(await stranger.line(), 'ACCEPT');
  stranger.send('anybody there?\n');
  await program.expect('127.0.0.1: anybody there?\n');
  t.regex(program.stderr, /^Listening as alice on port \d+\.\nCall from 127\.0\.0\.1\.\n/);
});

test('`listen --accept ask` asks about each call, and drops answers to calls that ended', async (t) => {
  const server = await withBuddies(t);
  const { program, port } = await listening(t, server, '--accept', 'ask');
  const asked = () => program.stderr.split('(y/n)?').length - 1;
  const question = async (count: number) => {
    while (asked() < count) await once(program.process.stderr as NodeJS.ReadableStream, 'data');
  };
  const first = await Peer.call(t, port);
  await question(1);
  first.socket.end();
  await program.expect(/"event":"refused"/);
  program.write('y\n'); // The first call has ended, so this answer is dropped.
  const second = await Peer.call(t, port);
  await question(2);
  program.write('what?\nn\n');
  t.is(await second.line(), 'REJECT');
  await second.ended();
  await program.expect(/"event":"refused"/);
  const third = await Peer.call(t, port);
  await question(3);
  program.write('y\n');
  t.is(await third.line(), 'ACCEPT');
  third.socket.end();
  await program.expect(/"event":"closed"/);
  program.process.stdin?.end();
  const fourth = await Peer.call(t, port);
  t.is(await fourth.line(), 'REJECT');
});

test('a gigabyte without an LF and a flood of lines take bounded memory', async (t) => {
  const server = await withBuddies(t);
  const program = start(t, server, 'listen', 'alice', '--accept', 'all', '--json');
  const [, port] = await program.expect(/"event":"listening",.*"port":(\d+)/);
  const bob = await Peer.call(t, Number(port));
  t.is(await bob.line(), 'ACCEPT');
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  for (let sent = 0; sent < 1_024; sent++) await written(bob.socket, chunk);
  await written(bob.socket, Buffer.from('\nflood\n'));
  await program.expect(/"event":"message",.*"text":"x{16384}","error":"it was longer than 16 KiB/);
  await program.expect(/"text":"flood"/);
  // The test does not read the program's output now, so the flood must wait at its sender.
  program.process.stdout?.pause();
  const flood = Buffer.alloc(1024 * 1024, `${'y'.repeat(127)}\n`);
  let taken = 0;
  while (taken < 512 && (await Promise.race([written(bob.socket, flood), quiet()]))) taken += 1;
  t.true(taken < 512);
  t.true((await residentMegabytes(program)) < 300);
  program.process.stdout?.resume();
});

function written(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve(true)));
  });
}

/** Resolves after a time in which a program that reads would certainly have read a megabyte. */
function quiet(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 3_000));
}

async function residentMegabytes({ process: { pid } }: Program): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const [, kilobytes] = (await readFile(`/proc/${pid}/status`, 'utf8')).match(/^VmRSS:\s+(\d+) kB/m) ?? [];
  return Number(kilobytes) / 1_024;
}

// Two commands together.

test('headless commands write the history and obey the block list', async (t) => {
  const { tcp, udp } = await withBuddies(t);
  const environment = emptyEnvironment(t);
  const directory = join(environment['HOME'] as string, '.local/state/im');
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  const begin = (...args: readonly string[]) =>
    new Program(t, { name: 'im-client', environment }, ...ports, ...args);
  const alice = begin('listen', 'alice', '--json');
  await alice.expect('"listening"');
  t.is(await begin('send', 'bob', 'alice', 'hello').exited, 0);
  await alice.expect('"closed"');
  t.is(await begin('--no-history', 'send', 'bob', 'alice', 'secret').exited, 0);
  await alice.expect('"closed"');
  const historyOf = async (buddy: string) =>
    (await readFile(join(directory, 'history', `${buddy}.jsonl`), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  t.like(await historyOf('alice'), [{ event: 'sent', id: 'bob', buddy: 'alice', text: 'hello' }]);
  t.like(await historyOf('bob'), [
    { event: 'message', id: 'alice', buddy: 'bob', text: 'hello' },
    { event: 'message', id: 'alice', buddy: 'bob', text: 'secret' },
  ]);
  await writeFile(join(directory, 'blocked'), 'bob\n');
  t.is(await begin('send', 'bob', 'alice', 'again').exited, 12);
  t.false(alice.stdout.includes('again'));
});

test('`send` reaches a user who runs `listen`', async (t) => {
  const server = await withBuddies(t);
  const { program, port } = await listening(t, server);
  const presence = await PresenceClient.open(t, server.udp);
  while (!(await presence.ask('GET bob')).includes(`100 ONLINE 127.0.0.1 ${port}`));
  const sender = await run(t, server, ['send', 'bob', 'alice'], 'one\ntwo\n');
  t.is(await sender.exited, 0);
  await program.expect(/"event":"message",.*"buddy":"bob",.*"text":"one"/);
  await program.expect(/"event":"message",.*"buddy":"bob",.*"text":"two"/);
  const stranger = await run(t, server, ['send', 'carl', 'alice', 'hi']);
  t.is(await stranger.exited, 14);
});

// Mistakes.

test('each mistake on the command line is one line and exit code 2', async (t) => {
  const port = await freePort();
  for (const [args, line] of [
    [['send', 'alice'], /^im-client: missing required argument 'buddy'/],
    [['send', 'not an id', 'bob', 'hi'], /^im-client: .*not an id.*letters, digits/],
    [['register', '\u001b[2J'], /^im-client: .*\uFFFD\[2J.*letters, digits/],
    [['send', 'alice', 'bob', ''], /^im-client: the text is empty: omit it to send standard input/],
    [['send', 'alice', 'bob', '--timeout', '61', 'hi'], /^im-client: .*from 1 to 60/],
    [['listen', 'alice', '--accept', 'none'], /^im-client: .*Allowed choices are all, buddies, ask/],
    [['buddies'], /^im-client: missing required argument 'id': give your id, or set --user/],
    [['budies'], /^im-client: unknown command 'budies' \(Did you mean buddies\?\)/],
    [['buddies', 'alice', 'bob'], /^im-client: .*too many arguments/],
  ] as const) {
    const program = await run(t, { tcp: port, udp: port }, args);
    t.is(await program.exited, 2, args.join(' '));
    t.regex(program.stderr, line);
    t.is(program.stderr.split('\n').length, 2, program.stderr);
  }
});

test('a command that needs only a user id uses the configured user if no id is given', async (t) => {
  const server = await withBuddies(t);
  const named = await run(t, server, ['buddies', 'alice']);
  const configured = await run(t, server, ['--user', 'alice', 'buddies']);
  t.is(await named.exited, 0);
  t.is(await configured.exited, 0);
  t.not(configured.stdout, '');
  t.is(configured.stdout, named.stdout);
});

test('`help` prints the help of the program, or of a command', async (t) => {
  const port = await freePort();
  const server = { tcp: port, udp: port };
  for (const [args, same] of [
    [['help'], ['--help']],
    [
      ['help', 'send'],
      ['send', '--help'],
    ],
  ] as const) {
    const [help, option] = [await run(t, server, args), await run(t, server, same)];
    t.is(await help.exited, 0);
    t.is(await option.exited, 0);
    t.is(help.stdout, option.stdout);
  }
});

test('the error for a message port in use names the option that sets another port', async (t) => {
  const server = await withBuddies(t);
  const taken = await listenForCalls(t);
  const program = await run(t, server, ['listen', 'alice', '--message-port', String(taken.port)]);
  t.is(await program.exited, 1);
  t.regex(program.stderr, /TCP port \d+ is in use: choose another with --message-port\n$/);
});

test('the help has each headless command and each exit code', async (t) => {
  const program = await run(t, { tcp: 1, udp: 1 }, ['--help']);
  for (const command of ['register', 'add', 'del', 'buddies', 'send', 'chat', 'listen']) {
    t.regex(program.stdout, new RegExp(`^  ${command}\\b`, 'm'));
  }
  for (const code of [...Object.values(EXIT), 4, 5, 6, 7, ...Object.values(HEADLESS_EXIT)]) {
    t.regex(program.stdout, new RegExp(`^ +${code}  \\S`, 'm'));
  }
});
