import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import anyTest, { type ExecutionContext } from 'ava';
import { MENU } from '../../terminal/words.js';
import { ask, freePort, PresenceClient } from '../helpers/network.js';
import { listenForCalls, Peer } from '../helpers/peer.js';
import { Program, type ServerProgram, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Starts a server with alice and bob, who are each other's buddies. */
async function withBuddies(t: ExecutionContext): Promise<ServerProgram> {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob', 'ADD bob alice']) {
    await ask(server.tcp, `${request}\n`);
  }
  return server;
}

function startClient(t: ExecutionContext, { tcp, udp }: ServerProgram, ...args: readonly string[]): Program {
  const ports = ['--tcp-port', String(tcp), '--udp-port', String(udp)];
  return new Program(t, 'im-client', '--server', '127.0.0.1', ...ports, ...args);
}

/** Waits until the server shows a user as online, and returns the port for its calls. */
async function callPortOf(
  t: ExecutionContext,
  server: ServerProgram,
  asker: string,
  id: string,
): Promise<number> {
  const presence = await PresenceClient.open(t, server.udp);
  for (;;) {
    const [, port] =
      (await presence.ask(`GET ${asker}`)).match(new RegExp(`^${id} 100 ONLINE \\S+ (\\d+)$`, 'm')) ?? [];
    if (port !== undefined) return Number(port);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Starts alice's client at the menu, and returns the port for her calls. */
async function aliceAtMenu(t: ExecutionContext) {
  const server = await withBuddies(t);
  const alice = startClient(t, server, '--user', 'alice');
  await alice.expect('Your choice: ');
  return { alice, server, port: await callPortOf(t, server, 'bob', 'alice') };
}

/** Starts alice's client, and calls a scripted bob from it. The returned call is not answered yet. */
async function aliceCallsBob(t: ExecutionContext) {
  const server = await withBuddies(t);
  const bob = await listenForCalls(t);
  const presence = await PresenceClient.open(t, server.udp);
  presence.send(`SET bob 100 ONLINE ${bob.port}`);
  const alice = startClient(t, server, '--user', 'alice');
  await callPortOf(t, server, 'alice', 'bob');
  await alice.answer('Your choice: ', 'm');
  await alice.answer('Enter buddy id: ', 'bob');
  await alice.expect('Attempting to connect...');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  return { alice, peer };
}

test('two people register, add each other, chat and leave', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const [alice, bob] = [startClient(t, server), startClient(t, server)];
  for (const [client, id] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    await client.answer('Your choice: ', 'R');
    await client.answer('Enter user id: ', id);
    await client.expect(/^200 OK$/m);
  }
  await alice.answer('Your choice: ', 'A');
  await alice.answer('Enter buddy id: ', 'bob');
  await alice.expect(/^200 OK$/m);
  // Only carl, who has no key, can ask in clear.
  for (const request of ['REG carl', 'ADD carl bob']) await ask(server.tcp, `${request}\n`);
  await callPortOf(t, server, 'carl', 'bob');
  await alice.answer('Your choice: ', 'S');
  await alice.expect(/^My buddy list:\nbob\tONLINE\t127\.0\.0\.1\t\d+$/m);
  await alice.answer('Your choice: ', 'M');
  await alice.answer('Enter buddy id: ', 'bob');
  await alice.expect('Attempting to connect...\n');
  await bob.expect(/^Call from alice \(127\.0\.0\.1\)\.$/m);
  await bob.answer('Do you want to accept an incoming connection (y/n)? ', 'y');
  await bob.expect(/^Connection accepted\.\nEnter your text to send to buddy\. {2}Enter q to quit\.$/m);
  await alice.expect(
    /^Buddy accepted connection\.\nEnter your text to send to buddy\. {2}Enter q to quit\.$/m,
  );
  await alice.answer('> ', 'hello bob');
  await bob.expect(/^B: hello bob$/m);
  await bob.answer('> ', 'hällo 你好 👋');
  await alice.expect(/^B: hällo 你好 👋$/m);
  await alice.answer('> ', '\\q');
  await bob.expect(/^B: q *$/m);
  await bob.answer('> ', 'still here');
  await alice.expect(/^B: still here$/m);
  await alice.answer('> ', 'q');
  await bob.expect(/^Buddy connection closed\.$/m);
  await alice.answer('Your choice: ', 'X');
  t.is(await alice.exited, 0);
  await bob.expect('Your choice: ');
  bob.process.stdin?.end();
  t.is(await bob.exited, 0);
  t.is(alice.stderr + bob.stderr, '');
});

test('a whole script can be piped in at once; at its end, the client exits with 0', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  await ask(server.tcp, 'REG bob\n');
  const client = startClient(t, server);
  client.process.stdin?.end('r\nalice\na\nbob\na\ncarl\nd\nbob\ns');
  t.is(await client.exited, 0);
  t.regex(
    client.stdout,
    /^200 OK\n[\s\S]*^200 OK\n[\s\S]*^202 NO SUCH USER\n[\s\S]*^200 OK\n[\s\S]*^My buddy list:$/m,
  );
});

test('plain mode prints the menu at start, after signing in, and on request', async (t) => {
  const server = await withBuddies(t);
  const menusAfter = async (input: string) => {
    const client = startClient(t, server, '--plain');
    client.process.stdin?.end(input);
    await client.exited;
    return client.stdout.split(MENU.join('\n')).length - 1;
  };
  t.is(await menusAfter(''), 1);
  t.is(await menusAfter('b\n\na\nz\n'), 1, 'no one is signed in');
  t.is(await menusAfter('l\nalice\n'), 2);
  t.is(await menusAfter('l\nalice\ns\nw\na\ncarl\nd\nbob\nz\nb\n\n'), 2);
  t.is(await menusAfter('l\nalice\n\n?\n'), 4);
  const client = startClient(t, server, '--plain', '--user', 'alice');
  client.process.stdin?.end('z\nw\n\nw\n');
  await client.exited;
  const menu = `${MENU.join('\n')}\n`;
  const choice = 'Your choice: \n';
  t.is(
    client.stdout,
    `Signed in as alice.\n${menu}${choice}Choose one of the letters above.\n${choice}You are away.\n` +
      `${choice}${menu}${choice}You are back.\n${choice}`,
  );
});

test('plain output has no control codes', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const client = startClient(t, server, '--plain');
  client.process.stdin?.end('r\nalice\ns\nx\n');
  await client.exited;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters
  t.notRegex(client.stdout, /[\x00-\x08\x0b-\x1f\x7f]/);
});

test('X, end of input, SIGINT and SIGTERM sign out at the server and exit with 0', async (t) => {
  const server = await withBuddies(t);
  const presence = await PresenceClient.open(t, server.udp);
  const ways: readonly ((client: Program) => void)[] = [
    (client) => client.write('x\n'),
    (client) => client.process.stdin?.end(),
    (client) => client.process.kill('SIGINT'),
    (client) => client.process.kill('SIGTERM'),
  ];
  for (const leave of ways) {
    const client = startClient(t, server, '--user', 'bob');
    await callPortOf(t, server, 'alice', 'bob');
    leave(client);
    t.is(await client.exited, 0);
    t.is(await presence.ask('GET alice'), 'bob 101 OFFLINE unknown unknown\n');
  }
});

test('a server that is down causes an error in one line, and the client recovers', async (t) => {
  const directory = await temporaryDirectory(t);
  const ports = ['--tcp-port', String(await freePort()), '--udp-port', String(await freePort())];
  const first = await startServerProgram(t, directory, ...ports);
  const client = startClient(t, first);
  first.program.process.kill('SIGTERM');
  await first.program.exited;
  await client.answer('Your choice: ', 'r');
  await client.answer('Enter user id: ', 'alice');
  await client.expect('The server could not be asked: nothing listens there.');
  await client.answer('Your choice: ', 'l');
  await client.answer('Enter user id: ', 'alice');
  await client.answer('Your choice: ', 's');
  await client.expect('The server does not answer: it is down, or you are not registered with it.');
  const second = await startServerProgram(t, directory, ...ports);
  for (const request of ['REG alice', 'REG bob', 'ADD bob alice']) await ask(second.tcp, `${request}\n`);
  await client.answer('Your choice: ', 's');
  await client.expect('My buddy list:');
  await callPortOf(t, second, 'bob', 'alice'); // This returns after alice's next heartbeat.
  t.pass();
});

test('--server accepts any name or address that reaches the server', async (t) => {
  const { tcp, udp } = await withBuddies(t);
  for (const name of ['0.0.0.0', '::ffff:127.0.0.1', '127.1', 'localhost']) {
    const ports = ['--tcp-port', String(tcp), '--udp-port', String(udp)];
    const alice = new Program(t, 'im-client', '--server', name, ...ports, '--user', 'alice');
    await alice.answer('Your choice: ', 's');
    await alice.expect(/My buddy list:\nbob\t/);
    await alice.answer('Your choice: ', 'x');
    t.is(await alice.exited, 0, name);
  }
});

test('the end of input ends an unanswered call', async (t) => {
  const { alice } = await aliceCallsBob(t);
  alice.process.stdin?.end();
  t.is(await alice.exited, 0);
});

test('a reader that closes the pipe early causes no error', async (t) => {
  const server = await withBuddies(t);
  const alice = startClient(t, server);
  alice.process.stdout?.destroy();
  alice.process.stdin?.end();
  t.is(await alice.exited, 0);
  t.is(alice.stderr, '');
});

test('a signal ends a client whose buddy does not read', async (t) => {
  const { alice, peer } = await aliceCallsBob(t);
  peer.send('OK\n');
  await alice.expect('> ');
  peer.socket.pause();
  const line = `${'x'.repeat(16_000)}\n`;
  alice.write(line.repeat(800));
  await alice.expect('(Your buddy does not read at present.');
  t.is(alice.stderr, '');
  alice.process.kill('SIGTERM');
  t.is(await alice.exited, 0);
});

test('datagrams that are not from the server are dropped', async (t) => {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const liar = createSocket('udp4');
  t.teardown(() => server.close());
  t.teardown(() => liar.close());
  server.on('message', (bytes, from) => {
    if (!bytes.toString().startsWith('GET')) return;
    liar.send('mallory 100 ONLINE 127.0.0.1 6666\n', from.port, from.address, () => {
      server.send('bob 100 ONLINE 127.0.0.1 4000\n', from.port, from.address);
    });
  });
  const { port: udp } = server.address();
  const client = startClient(t, { tcp: 1, udp } as ServerProgram, '--user', 'alice');
  await client.answer('Your choice: ', 's');
  await client.expect(/^My buddy list:\nbob\tONLINE/m);
  t.notRegex(client.stdout, /mallory/);
});

test('any reply line of a server is shown through the text gate', async (t) => {
  const server = createServer((socket) => socket.end('299 \u001b[2JSOMETHING \u202eELSE\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const client = startClient(t, { tcp: port, udp: 1 } as ServerProgram);
  await client.answer('Your choice: ', 'r');
  await client.answer('Enter user id: ', 'alice');
  await client.expect('299 \uFFFD[2JSOMETHING \uFFFDELSE');
  t.pass();
});

// Incoming calls.

for (const { dialect, opening, answer, caller } of [
  { dialect: 'A and B', opening: '', answer: 'ACCEPT', caller: '127.0.0.1' },
  { dialect: 'C', opening: 'HELLO bob\n', answer: 'OK', caller: 'bob (127.0.0.1)' },
  { dialect: 'D', opening: 'REQUEST bob 4000\n', answer: 'ACCEPT', caller: 'bob (127.0.0.1)' },
]) {
  test(`a caller of dialect ${dialect} rings, is accepted with ${answer}, and chats`, async (t) => {
    const { alice, port } = await aliceAtMenu(t);
    const peer = await Peer.call(t, port);
    if (opening !== '') peer.send(opening);
    await alice.expect(`Call from ${caller}.\nDo you want to accept an incoming connection (y/n)? `);
    alice.write('Y\n');
    t.is(await peer.line(), answer);
    peer.send('hi alice\n');
    await alice.expect(/^B: hi alice$/m);
    alice.write('hi bob\n');
    t.is(await peer.line(), 'hi bob');
    alice.write('q\n');
    t.is(await peer.line(), undefined);
    await alice.expect('Buddy connection closed.');
  });

  test(`a caller of dialect ${dialect} is refused with REJECT`, async (t) => {
    const { alice, port } = await aliceAtMenu(t);
    const peer = await Peer.call(t, port);
    if (opening !== '') peer.send(opening);
    await alice.answer('(y/n)? ', 'n');
    t.is(await peer.line(), 'REJECT');
    t.is(await peer.line(), undefined);
    await alice.expect('Your choice: ');
  });
}

test('a caller with a late greeting still gets the answer of its dialect', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  await alice.expect('(y/n)? ');
  peer.send('HELLO bob\n');
  // The client must read the greeting before the user answers.
  peer.send('early word\n');
  await new Promise((resolve) => setTimeout(resolve, 100));
  alice.write('y\n');
  t.is(await peer.line(), 'OK');
  await alice.expect(/^B: early word$/m);
});

test('lines that a caller sends before the user accepts the call are shown as messages', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  peer.send('are you there?\nhello?\n');
  await alice.answer('(y/n)? ', 'y');
  t.is(await peer.line(), 'ACCEPT');
  await alice.expect(/^B: are you there\?\n[\s\S]*B: hello\?$/m);
});

test('while the user is busy, further callers are rejected, and one line names each', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const first = await Peer.call(t, port);
  await alice.expect('(y/n)? ');
  const second = await Peer.call(t, port);
  second.send('HELLO carl\n');
  t.is(await second.line(), 'REJECT');
  t.is(await second.line(), undefined);
  await alice.expect(/^Refused a call from carl: you are busy\.$/m);
  alice.write('y\n');
  t.is(await first.line(), 'ACCEPT');
  const third = await Peer.call(t, port);
  t.is(await third.line(), 'REJECT');
  await alice.expect(/^Refused a call from 127\.0\.0\.1: you are busy\.$/m);
  first.send('we still talk\n');
  await alice.expect(/^B: we still talk$/m);
});

for (const [what, farewell] of [
  ['the line q and a close', 'q\n'],
  ['the line BYE500 and a close', 'BYE500\r\n'],
  ['a close', ''],
] as const) {
  test(`a buddy leaves with ${what}`, async (t) => {
    const { alice, port } = await aliceAtMenu(t);
    const peer = await Peer.call(t, port);
    await alice.answer('(y/n)? ', 'y');
    await peer.line();
    peer.socket.end(farewell);
    await alice.expect(/^Buddy connection closed\.$/m);
    await alice.expect('Your choice: ');
    t.notRegex(alice.stdout, /^B: /m);
  });
}

test('the question about a call ends when the caller hangs up before the user answers', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  await alice.expect('(y/n)? ');
  peer.socket.end();
  await alice.expect('The caller hung up.');
  await alice.expect('Your choice: ');
  t.pass();
});

// Outgoing calls.

for (const yes of ['ACCEPT', 'accepted', 'OK', 'Ok', 'YES', 'y', '200 fine']) {
  test(`the answer ${yes} accepts a call`, async (t) => {
    const { alice, peer } = await aliceCallsBob(t);
    peer.send(`${yes}\r\n`);
    await alice.expect('Buddy accepted connection.');
    await alice.answer('> ', 'hello');
    t.is(await peer.line(), 'hello');
    t.notRegex(alice.stdout, /^B: /m);
  });
}

for (const no of ['REJECT\n', 'REJECTED\n', 'No\n', 'n\n', 'BUSY\n', '']) {
  test(`${no === '' ? 'a close' : `the answer ${no.trim()}`} refuses a call`, async (t) => {
    const { alice, peer } = await aliceCallsBob(t);
    peer.socket.end(no);
    await alice.expect('Buddy refused connection.');
    await alice.expect('Your choice: ');
    t.pass();
  });
}

test('a first line that is no known answer accepts the call, and is the first message', async (t) => {
  const { alice, peer } = await aliceCallsBob(t);
  peer.send('who is this?\n');
  await alice.expect('Buddy accepted connection.');
  await alice.expect(/^B: who is this\?$/m);
  t.pass();
});

test('a call to an offline, unknown or unreachable buddy prints the reason', async (t) => {
  const server = await withBuddies(t);
  const alice = startClient(t, server, '--user', 'alice');
  await alice.answer('Your choice: ', 'm');
  await alice.answer('Enter buddy id: ', 'bob');
  await alice.expect('bob is offline.');
  await alice.answer('Your choice: ', 'm');
  await alice.answer('Enter buddy id: ', 'carl');
  await alice.expect('carl is not on your buddy list.');
  const presence = await PresenceClient.open(t, server.udp);
  presence.send('SET bob 100 ONLINE 1');
  await callPortOf(t, server, 'alice', 'bob');
  await alice.answer('Your choice: ', 'm');
  await alice.answer('Enter buddy id: ', 'bob');
  await alice.expect('bob could not be reached: nothing listens there.');
  t.pass();
});

// Hostile buddies.

test("a buddy's text cannot leave its line", async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  peer.send('HELLO \u001b]0;pwned\u0007\n');
  await alice.answer('(y/n)? ', 'y');
  t.is(await peer.line(), 'OK');
  peer.send(
    Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0x0d, 0x9b, 0x33, 0x31, 0x6d, 0x07, 0x09, 0x41, 0xff, 0x0a]),
  );
  peer.send('\u202eevil\u2066\u200b\n');
  await alice.expect('B: \uFFFD[2J\uFFFD\uFFFD31m\uFFFD A\uFFFD\n');
  await alice.expect('B: \uFFFDevil\uFFFD\uFFFD\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters
  t.notRegex(alice.stdout, /[\x00-\x08\x0b-\x1f\x7f-\x9f]|pwned/);
});

test('a line over 16 KiB is cut, and both users see a notice', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  await alice.answer('(y/n)? ', 'y');
  await peer.line();
  peer.send(`${'x'.repeat(20_000)}\nnext\n`);
  await alice.expect(/^B: x{16384}\n/m);
  await alice.expect('(That message was longer than 16 KiB: this is its beginning.)');
  t.regex((await peer.line()) ?? '', /your message was longer than 16 KiB/);
  await alice.expect(/^B: next$/m);
  alice.write(`${'é'.repeat(10_000)}\nafter\n`);
  t.is(await peer.line(), 'é'.repeat(8_192));
  t.regex((await peer.line()) ?? '', /my message was longer than 16 KiB/);
  await alice.expect('(Your message was longer than 16 KiB: only its beginning was sent.)');
  t.is(await peer.line(), 'after');
});

test('the user can work during a flood of callers', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const flood = await Promise.all(Array.from({ length: 60 }, () => Peer.call(t, port)));
  await alice.answer('(y/n)? ', 'n');
  // Once all callers have hung up, no ringing call can take the next letter as its answer.
  for (const peer of flood) peer.socket.end();
  await Promise.all(flood.map((peer) => peer.ended()));
  await alice.answer('Your choice: ', 's');
  await alice.expect('My buddy list:');
  t.is(alice.stderr, '');
});

test('thousands of lines arrive complete and in order', async (t) => {
  const { alice, port } = await aliceAtMenu(t);
  const peer = await Peer.call(t, port);
  await alice.answer('(y/n)? ', 'y');
  await peer.line();
  const count = 5_000;
  alice.write(Array.from({ length: count }, (_, index) => `line ${index}\n`).join(''));
  for (let index = 0; index < count; index++) t.is(await peer.line(), `line ${index}`);
});

// Mistakes.

test('each mistake on the command line is reported in one line', async (t) => {
  const taken = await listenForCalls(t);
  const cases = [
    [['--user', 'not an id'], 2, /^im-client: .*not an id.*letters, digits/],
    [['--message-port', '70000'], 2, /^im-client: .*Use a port from 0 to 65535\./],
    [['--server', ''], 2, /^im-client: .*--server.*Use a text that is not empty\./],
    [['--colour'], 2, /^im-client: unknown option '--colour'/],
    [['--message-port', String(taken.port)], 1, /^im-client: TCP port \d+ is in use: .*--message-port/],
  ] as const;
  for (const [args, code, line] of cases) {
    const client = new Program(t, 'im-client', ...args);
    t.is(await client.exited, code, args.join(' '));
    t.regex(client.stderr, line);
    t.is(client.stderr.split('\n').length, 2, client.stderr);
  }
});
