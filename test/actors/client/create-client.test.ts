import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { ClientNotice } from '../../../actors/client/agent.js';
import type { ClientErrorCode } from '../../../actors/client/client-error.js';
import { type Client, type CreateClientOptions, createClient } from '../../../actors/client/create-client.js';
import { MAX_UNSENT_MESSAGES, MAX_WAITING_MESSAGES } from '../../../actors/client/open-chat.js';
import { announce, first, type Ports, withBuddies } from '../../helpers/buddies.js';
import { freePort, PresenceClient, until } from '../../helpers/network.js';
import { listenForCalls, Peer } from '../../helpers/peer.js';
import { serve } from '../../helpers/server.js';

function connect(t: ExecutionContext, { tcp, udp }: Ports, options: CreateClientOptions = {}): Client {
  const client = createClient({ server: '127.0.0.1', tcpPort: tcp, udpPort: udp, user: 'alice', ...options });
  t.teardown(() => client.close());
  return client;
}

/** Alice's client, and a scripted bob that takes calls. */
async function aliceAndBob(t: ExecutionContext, options: CreateClientOptions = {}) {
  const server = await withBuddies(t);
  const bob = await listenForCalls(t);
  await announce(t, server, 'bob', bob.port);
  return { alice: connect(t, server, options), bob, server };
}

/** A chat between alice, who called, and bob. */
async function chatWithBob(t: ExecutionContext, options: CreateClientOptions = {}) {
  const { alice, bob } = await aliceAndBob(t, options);
  const calling = alice.call('bob');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.send('OK\n');
  return { alice, peer, chat: await calling };
}

async function fails(
  t: ExecutionContext,
  promise: Promise<unknown>,
  code: ClientErrorCode,
  message?: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(promise, { name: 'ClientError', ...(message && { message }) });
  t.is((error as { code?: string } | undefined)?.code, code);
}

test('while refused calls from one address stay open, calls from other addresses are answered', async (t) => {
  const told: unknown[] = [];
  const onNotice = (notice: ClientNotice) => {
    if (notice.type === 'call.refused' && notice.cause !== 'busy') told.push(notice);
  };
  const { alice } = await aliceAndBob(t, { onNotice });
  await alice.buddies();
  const port = await alice.listen();
  // All at once: the client keeps a refused call for only a second.
  const calls = await Promise.all(Array.from({ length: 16 }, () => lingering(t, port, '127.0.0.1')));
  // One rings, seven are refused and do not close, and those beyond the quota are cut.
  for (const call of calls.slice(8)) await call.ended();
  const other = await lingering(t, port, '127.0.0.2');
  t.is(await other.line(), 'REJECT');
  // The eight calls that were cut are reported once.
  const caller = { caller: undefined, address: '127.0.0.1', hint: { buddiesThere: ['bob'] } };
  t.deepEqual(told, [{ type: 'call.refused', cause: 'crowded', untold: 0, ...caller }]);
});

test('refused calls that stay open block neither callers at other addresses nor the user', async (t) => {
  const { alice, bob } = await aliceAndBob(t);
  const port = await alice.listen();
  const first = await lingering(t, port, '127.0.0.9');
  for await (const call of alice.calls) {
    await call.accept();
    break;
  }
  t.is(await first.line(), 'ACCEPT');
  const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
  await Promise.all(
    addresses.flatMap((address) => Array(8).fill(address)).map((from) => lingering(t, port, from)),
  );
  const other = await lingering(t, port, '127.0.0.5');
  t.is(await other.line(), 'REJECT');
  first.socket.end('q\n');
  await first.ended();
  const calling = alice.call('bob');
  (await bob.called()).send('ACCEPT\n');
  t.is((await calling).buddy, 'bob' as never);
});

test('a blocked caller is rejected at once, and takes no room even if it does not close', async (t) => {
  const { alice } = await aliceAndBob(t);
  const port = await alice.listen();
  alice.block(['127.0.0.1']);
  // Each round makes as many calls as one address may have at once.
  for (let round = 0; round < 3; round++) {
    const callers: Peer[] = [];
    for (let count = 0; count < 8; count++) callers.push(await lingering(t, port, '127.0.0.1'));
    for (const caller of callers) t.is(await caller.line(), 'REJECT');
  }
});

test('the client hangs up on a caller of dialect E, and reports why', async (t) => {
  const { notices, heard } = noticeLog();
  const { alice } = await aliceAndBob(t, { onNotice: heard });
  const caller = await Peer.call(t, await alice.listen());
  caller.send('127.0.0.1 41234\nhello\n');
  t.is(await caller.line(), undefined);
  await until(() => notices.length > 0);
  t.like(notices[0], { type: 'call.refused', cause: 'callback', address: '127.0.0.1' });
});

test('the client hangs up if a caller turns out to speak dialect E while the call rings', async (t) => {
  const { notices, heard } = noticeLog();
  const { alice } = await aliceAndBob(t, { onNotice: heard });
  const caller = await Peer.call(t, await alice.listen());
  const call = await first(alice.calls);
  caller.send('127.0.0.1 41234\n');
  await call.over;
  t.is(await caller.line(), undefined);
  await fails(t, call.accept(), 'call.over');
  t.like(notices, [{ type: 'call.refused', cause: 'callback' }]);
});

test('if a caller turns out to speak dialect E in the chat, the lines sent to it are lost', async (t) => {
  const { alice } = await aliceAndBob(t);
  const caller = await Peer.call(t, await alice.listen());
  const chat = await (await first(alice.calls)).accept();
  t.is(await caller.line(), 'ACCEPT');
  await chat.send('one');
  t.is(await caller.line(), 'one');
  await chat.send('two');
  caller.send('127.0.0.1 41234\nhello\n');
  t.deepEqual(await chat.closed, {
    reason: 'its program cannot be answered here',
    lost: ['one', 'two'],
  });
  for await (const _message of chat) t.fail('these lines are not messages');
});

/** A silent caller, and its chat. The caller leaves at once unless `word` is the answer. */
async function silentCall(t: ExecutionContext, alice: Client, word?: string) {
  const caller = await Peer.call(t, await alice.listen());
  const chat = await (await first(alice.calls)).accept();
  const answer = await caller.line();
  if (answer === word) return { answer, caller, chat };
  caller.socket.end();
  await chat.closed;
  return { answer, caller, chat };
}

test('a caller of dialect B is answered ACCEPTED when it calls again', async (t) => {
  const { notices, heard } = noticeLog();
  const { alice } = await aliceAndBob(t, { onNotice: heard });
  let call = await silentCall(t, alice, 'ACCEPTED');
  t.is(call.answer, 'ACCEPT');
  // On a busy machine, the caller may need longer than a second to leave.
  while (call.answer === 'ACCEPT') call = await silentCall(t, alice, 'ACCEPTED');
  t.is(call.answer, 'ACCEPTED');
  t.like(notices, [{ type: 'call.misunderstood', address: '127.0.0.1' }]);
  call.caller.send('hello\n');
  t.is((await first(call.chat)).text, 'hello' as never);
  call.caller.send('q\n');
  await call.chat.closed;
  // A caller that sends its id does not speak dialect B, whatever its address.
  const named = await Peer.call(t, await alice.listen());
  named.send('REQUEST bob 1\n');
  await (await first(alice.calls)).accept();
  t.is(await named.line(), 'ACCEPT');
});

test('if a silent caller leaves after both ACCEPT and ACCEPTED, the next answer is ACCEPT', async (t) => {
  const { alice } = await aliceAndBob(t);
  let answers = '';
  while (!/ACCEPTED ACCEPT $/.test(answers)) answers += `${(await silentCall(t, alice)).answer} `;
  t.regex(answers, /^(ACCEPT )+(ACCEPTED )+ACCEPT $/);
});

test('after a buddy answered ACCEPTED, the client does so, too, and calls without a greeting', async (t) => {
  const { alice, bob } = await aliceAndBob(t);
  const call = async (answer: string) => {
    const calling = alice.call('bob');
    const peer = await bob.called();
    peer.send(`${answer}\n`);
    const chat = await calling;
    await chat.send('hi');
    const line = await peer.line();
    peer.send('q\n');
    await chat.closed;
    return line;
  };
  t.regex((await call('ACCEPTED')) ?? '', /^REQUEST alice \d+$/);
  t.is(await call('ACCEPTED'), 'hi');
  const { answer, caller, chat } = await silentCall(t, alice, 'ACCEPTED');
  t.is(answer, 'ACCEPTED');
  caller.send('q\n');
  await chat.closed;
  t.is(await call('ACCEPT'), 'hi', 'bob now runs another program');
  t.regex((await call('ACCEPT')) ?? '', /^REQUEST alice \d+$/);
});

test('a line that looks like dialect E is a message if it is not the first line', async (t) => {
  const { alice } = await aliceAndBob(t);
  const caller = await Peer.call(t, await alice.listen());
  caller.send('REQUEST bob 1\n127.0.0.1 41234\n');
  const chat = await (await first(alice.calls)).accept();
  t.is((await first(chat)).text, '127.0.0.1 41234' as never);
});

/** The notices that a program gets. */
function noticeLog() {
  const notices: ClientNotice[] = [];
  return { notices, heard: (notice: ClientNotice) => void notices.push(notice) };
}

/** A caller that does not close when it is refused. The caller uses the given local address. */
async function lingering(t: ExecutionContext, port: number, localAddress: string): Promise<Peer> {
  const socket = connectSocket({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return new Peer(socket);
}

test("the hint about a caller without an id names the buddies at the caller's address", async (t) => {
  const { alice } = await aliceAndBob(t);
  await alice.buddies();
  await Peer.call(t, await alice.listen());
  const { caller, address, hint } = await first(alice.calls);
  t.deepEqual({ caller, address, hint }, {
    caller: undefined,
    address: '127.0.0.1',
    hint: { buddiesThere: ['bob'] },
  } as never);
});

test("a caller that claims the id of the program's own user counts as a caller without an id", async (t) => {
  const { alice } = await aliceAndBob(t);
  const peer = await Peer.call(t, await alice.listen());
  peer.send('HELLO Alice\n');
  const call = await first(alice.calls);
  t.is(call.caller, undefined);
  t.deepEqual(call.hint, { claims: 'alice' } as never);
  t.is((await call.accept()).buddy, undefined);
});

test('a client registers, adds, deletes and lists', async (t) => {
  const server = await serve(t);
  const ports = { server: '127.0.0.1', tcpPort: server.tcp, udpPort: server.udp };
  const anonymous = createClient({ ...ports, dataDirectory: null });
  t.teardown(() => anonymous.close());
  t.deepEqual(await anonymous.register('Alice'), { code: 200, text: '200 OK' } as never);
  t.is((await anonymous.register('alice')).code, 203);
  await anonymous.register('bob');
  const alice = connect(t, server);
  t.is((await alice.add('bob')).code, 200);
  t.is((await alice.add('stranger')).code, 202);
  t.deepEqual(await alice.buddies(), [{ id: 'bob', status: 101, endpoint: undefined }] as never);
  t.is((await alice.del('bob')).code, 200);
  t.deepEqual(await alice.buddies(), []);
});

test('methods reject if the user or the valid id that they need is missing', async (t) => {
  const server = await serve(t);
  const anonymous = createClient({ server: '127.0.0.1', tcpPort: server.tcp, udpPort: server.udp });
  t.teardown(() => anonymous.close());
  await fails(t, anonymous.register('not an id'), 'id.invalid', /'not an id' is not a valid id/);
  for (const asked of [
    anonymous.add('bob'),
    anonymous.buddies(),
    anonymous.call('bob'),
    anonymous.listen(),
  ]) {
    await fails(t, asked, 'user.missing');
  }
  t.throws(() => createClient({ user: '\u001b[2J' }), { code: 'id.invalid', message: /'\uFFFD\[2J'/ });
});

test('a server that is silent because the user is not registered does not count as down', async (t) => {
  const alice = connect(t, await serve(t));
  await fails(t, alice.buddies(), 'server.silent', /^alice is not registered with the server$/);
});

test('the error says whether the server is down or silent, or sent an invalid reply', async (t) => {
  const port = await freePort();
  const alice = connect(t, { tcp: port, udp: port });
  await fails(t, alice.add('bob'), 'server.unreachable', /nothing listens there/);
  const down = /^the server is down: nothing listens there$/;
  await fails(t, alice.buddies(), 'server.silent', down);
  await fails(t, alice.call('bob'), 'server.silent', down);
  const babbler = createServer((socket) => socket.end('welcome\n'));
  babbler.listen(0, '127.0.0.1');
  await once(babbler, 'listening');
  t.teardown(() => babbler.close());
  const { port: tcp } = babbler.address() as { port: number };
  await fails(
    t,
    connect(t, { tcp, udp: port }).add('bob'),
    'server.unreachable',
    /reply is not valid: welcome/,
  );
});

test('a client is not announced if it only asks and calls', async (t) => {
  const { alice, server } = await aliceAndBob(t);
  await alice.buddies();
  const presence = await PresenceClient.open(t, server.udp);
  t.is(await presence.ask('GET bob'), 'alice 101 OFFLINE unknown unknown\n');
});

test('a client that listens is announced, and says goodbye', async (t) => {
  const server = await withBuddies(t);
  const alice = connect(t, server);
  const port = await alice.listen();
  t.is(await alice.listen(), port);
  await alice.buddies(); // sent after the announcement, on the same socket
  const presence = await PresenceClient.open(t, server.udp);
  t.is(await presence.ask('GET bob'), `alice 100 ONLINE 127.0.0.1 ${port}\n`);
  await alice.close();
  t.is(await presence.ask('GET bob'), 'alice 101 OFFLINE unknown unknown\n');
});

test('`listen` can be tried again if the port was taken', async (t) => {
  const server = await withBuddies(t);
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const alice = connect(t, server, { messagePort: port });
  await fails(t, alice.listen(), 'port.unavailable', new RegExp(`TCP port ${port} is in use`));
  taken.close();
  await once(taken, 'close');
  t.is(await alice.listen(), port);
});

test('all watchers see a change of the buddy list', async (t) => {
  const { alice, server } = await aliceAndBob(t);
  const watches = [alice.watchBuddies(), alice.watchBuddies()].map((watch) => watch[Symbol.asyncIterator]());
  const port = (result: IteratorResult<readonly { endpoint: { port: number } | undefined }[]>) =>
    result.value?.[0]?.endpoint?.port;
  const before = await Promise.all(watches.map((watch) => watch.next()));
  t.is(port(before[0] as never), port(before[1] as never));
  const after = watches.map((watch) => watch.next());
  await alice.buddies(); // the list is unchanged: watchers get nothing
  await announce(t, server, 'bob', 4_000);
  await alice.buddies();
  for (const seen of await Promise.all(after)) t.is(port(seen as never), 4_000);
  const last = watches.map((watch) => watch.next());
  await alice.close();
  for (const seen of await Promise.all(last)) t.true(seen.done);
});

test('lines go both ways, and the end of the chat ends the loop', async (t) => {
  const { chat, peer } = await chatWithBob(t);
  t.is(chat.buddy, 'bob' as never);
  t.is(chat.address, '127.0.0.1');
  t.deepEqual(await chat.send('hello'), { cut: false });
  t.is(await peer.line(), 'hello');
  t.deepEqual(await chat.send('x'.repeat(20_000)), { cut: true });
  peer.send('one\n\u001b[2Jtwo\n');
  peer.socket.end();
  const seen: string[] = [];
  for await (const { text } of chat) seen.push(text);
  t.deepEqual(seen, ['one', '\uFFFD[2Jtwo']);
  t.deepEqual((await chat.closed).lost, []);
  await fails(t, chat.send('too late'), 'chat.broken');
});

test('the buddy receives all lines that the program sent before it left the chat', async (t) => {
  const { chat, peer } = await chatWithBob(t);
  const sent = Array.from({ length: 100 }, (_, index) => chat.send(`line ${index}`));
  const left = chat.leave();
  for (let index = 0; index < 100; index++) t.is(await peer.line(), `line ${index}`);
  t.is(await peer.line(), undefined);
  peer.socket.end();
  await left;
  await Promise.all(sent);
});

test('a call reports its progress and its result', async (t) => {
  const { alice, bob, server } = await aliceAndBob(t, { patienceMs: 2_000 });
  const steps: string[] = [];
  const refused = alice.call('bob', {
    onProgress: (step, { port }) => steps.push(`${step} ${port === bob.port}`),
  });
  (await bob.called()).send('REJECT\n');
  await fails(t, refused, 'buddy.refused', /^bob refused the call$/);
  t.is(steps[0], 'calling true');
  const unanswered = alice.call('bob');
  const peer = await bob.called();
  await fails(t, unanswered, 'buddy.unanswered');
  await peer.ended();
  await fails(t, alice.call('carl'), 'buddy.unknown');
  await announce(t, server, 'bob', await freePort());
  await fails(t, alice.call('bob'), 'buddy.unreachable', /nothing listens there/);
  const presence = await PresenceClient.open(t, server.udp);
  presence.send('SET bob 101 OFFLINE 0');
  await presence.ask('GET bob');
  await fails(t, alice.call('bob'), 'buddy.offline');
});

test('while one caller rings or chats, all other callers are refused', async (t) => {
  const notices: ClientNotice[] = [];
  const server = await withBuddies(t);
  const alice = connect(t, server, { onNotice: (notice) => notices.push(notice) });
  const port = await alice.listen();
  const bob = await Peer.call(t, port);
  bob.send('HELLO bob\n');
  const call = await first(alice.calls);
  t.is(call.caller, 'bob' as never);
  const early = await Peer.call(t, port);
  early.send('HELLO carl\n');
  t.is(await early.line(), 'REJECT');
  const chat = await call.accept();
  t.is(await bob.line(), 'OK');
  await t.throwsAsync(call.accept(), { code: 'call.over' });
  const late = await Peer.call(t, port);
  late.send('HELLO carl\n');
  t.is(await late.line(), 'REJECT');
  await fails(t, alice.call('bob'), 'buddy.offline');
  await announce(t, server, 'bob', port);
  await fails(t, alice.call('bob'), 'client.busy');
  bob.send('hi\n');
  t.is((await first(chat)).text, 'hi' as never);
  t.deepEqual(
    notices.map(({ type }) => type),
    ['call.refused', 'call.refused'],
  );
  await Promise.all([chat.leave(), bob.ended().then(() => bob.socket.end())]);
  const next = await Peer.call(t, port);
  (await first(alice.calls)).reject();
  t.is(await next.line(), 'REJECT');
});

test('a call is over when the caller hangs up or waits too long', async (t) => {
  const server = await withBuddies(t);
  const alice = connect(t, server, { patienceMs: 2_000 });
  const port = await alice.listen();
  const bob = await Peer.call(t, port);
  const call = await first(alice.calls);
  bob.socket.end();
  await call.over;
  await fails(t, call.accept(), 'call.over');
  const patient = await Peer.call(t, port);
  await (await first(alice.calls)).over;
  t.is(await patient.line(), 'REJECT');
});

test('reading from a flooding buddy pauses until the program catches up; no line is lost', async (t) => {
  const { chat, peer } = await chatWithBob(t);
  const count = 100 * MAX_WAITING_MESSAGES;
  const line = (index: number) => `${String(index).padStart(99, '.')}\n`;
  for (let index = 0; index < count; index++) peer.send(line(index));
  // Ten megabytes do not fit into the network's buffers. If alice read them, the socket would drain in 3 s.
  const drained = once(peer.socket, 'drain').then(() => true);
  t.false(await Promise.race([drained, setTimeout(3_000, false)]));
  let read = 0;
  for await (const { text } of chat) {
    if (`${text}\n` !== line(read)) t.fail(`${text} is not line ${read}`);
    read += 1;
    if (read === count) break;
  }
  t.is(read, count);
});

test('a chat ends immediately when the buddy leaves, even if lines of the buddy are unread', async (t) => {
  const { chat, peer } = await chatWithBob(t);
  peer.send('line\n'.repeat(5_000));
  peer.socket.end();
  await chat.closed;
  await fails(t, chat.send('too late'), 'chat.broken');
});

test('a call is over at once when the caller sends lines and hangs up', async (t) => {
  const server = await withBuddies(t);
  const alice = connect(t, server);
  const bob = await Peer.call(t, await alice.listen());
  bob.send(`HELLO bob\n${'line\n'.repeat(200)}`);
  bob.socket.end();
  const call = await first(alice.calls);
  await call.over;
  await t.throwsAsync(call.accept(), { code: 'call.over' });
});

test('a program can leave a chat without reading the lines of a flooding buddy', async (t) => {
  const { chat, peer } = await chatWithBob(t);
  peer.send(Buffer.alloc(200_000, 'flood\n'));
  await first(chat);
  const left = chat.leave();
  await peer.ended();
  peer.socket.destroy();
  await left;
  t.deepEqual(await chat.closed, { lost: [] });
});

test('if a buddy does not read, lines to the buddy are rejected as stalled, or as too many', async (t) => {
  const { chat, peer } = await chatWithBob(t, { patienceMs: 2_000 });
  peer.socket.pause();
  const outcomes = await Promise.allSettled(
    Array.from({ length: MAX_UNSENT_MESSAGES + 1 }, () => chat.send('x'.repeat(16_000))),
  );
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'sent'));
  t.is(codes.at(-1), 'chat.full');
  t.is(codes.at(-2), 'chat.stalled');
  peer.socket.destroy();
  await chat.closed;
});

test('pending requests reject with client.closed when the client is closed', async (t) => {
  const { alice, bob } = await aliceAndBob(t);
  const calling = alice.call('bob');
  await bob.called();
  const failing = fails(t, calling, 'client.closed');
  await alice.close();
  await failing;
  await fails(t, alice.buddies(), 'client.closed');
  await fails(t, alice.add('bob'), 'client.closed');
  t.deepEqual(await alice.ended, {});
});
