import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as delay, setImmediate as nextIteration } from 'node:timers/promises';
import anyTest, { type ExecutionContext } from 'ava';
import type { ClientNotice } from '../../../actors/client/agent.js';
import type { Call } from '../../../actors/client/call-handles.js';
import type { Client, CreateClientOptions } from '../../../actors/client/create-client.js';
import type { Chat } from '../../../actors/client/open-chat.js';
import { DeviceCredentials } from '../../../keys/device-credentials.js';
import { Identity } from '../../../keys/identity.js';
import { connectTls, createContext, identifyPeer } from '../../../keys/tls.js';
import type { WhoAnswer } from '../../../machines/client/who.js';
import type { UserId } from '../../../protocol/id.js';
import { announce, first, type Ports, withBuddies } from '../../helpers/buddies.js';
import { until } from '../../helpers/network.js';
import { listenForCalls, Peer } from '../../helpers/peer.js';
import { clientOf, KeyTable, type Person, type PersonOptions, person } from '../../helpers/private-people.js';
import { TappedWire } from '../../helpers/tapped-wire.js';
import { chainOf, contextWithChain, TlsServer } from '../../helpers/tls-pair.js';

// The tests run one at a time, so that no handshake waits for the handshakes of other tests.
const test = anyTest.serial;

interface Pair {
  readonly table: KeyTable;
  readonly alice: Person;
  readonly bob: Person;
  /** The server at which the called client is signed in. */
  readonly home: Ports;
  readonly caller: Client;
  readonly called: Client;
  readonly port: number;
  readonly wire: TappedWire;
  readonly told: ClientNotice[];
}

/**
 * Clients of alice and bob. Alice's calls to bob go through a recorded wire. Both users have keys, which the
 * servers name. Bob's client uses a server of its own: at alice's server, its SET would replace the port of
 * the wire.
 */
async function pair(
  t: ExecutionContext,
  options: { alice?: PersonOptions; bob?: PersonOptions; caller?: CreateClientOptions } = {},
): Promise<Pair> {
  const [server, home] = [await withBuddies(t), await withBuddies(t)];
  const table = new KeyTable();
  const alice = await person(t, 'alice', table, options.alice);
  const bob = await person(t, 'bob', table, options.bob);
  table.names('alice', alice.key);
  table.names('bob', bob.key);
  const told: ClientNotice[] = [];
  const called = clientOf(t, home, bob, { onNotice: (notice) => told.push(notice) });
  const port = await called.listen();
  const wire = await TappedWire.open(t, () => port);
  await announce(t, server, 'bob', wire.port);
  const caller = clientOf(t, server, alice, options.caller);
  return { table, alice, bob, home, caller, called, port, wire, told };
}

async function chatOf({ caller, called }: Pair): Promise<{ call: Call; theirs: Chat; ours: Chat }> {
  const calling = caller.call('bob');
  // A call that fails must fail the test, which would otherwise wait for a ring.
  const early = calling.then(() => Promise.reject(new Error('accepted before it rang')));
  const call = await Promise.race([first(called.calls), early]);
  const theirs = await call.accept();
  return { call, theirs, ours: await calling };
}

async function fails(t: ExecutionContext, promise: Promise<unknown>, code: string): Promise<Error> {
  const error = (await t.throwsAsync(promise)) as Error & { readonly code?: string };
  t.is(error.code, code);
  return error;
}

/** Reads messages until `count` have arrived. */
async function read(chat: Chat, count: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of chat) if (texts.push(text) === count) break;
  return texts;
}

test('two clients with keys chat privately, and each pins the key of the other', async (t) => {
  const both = await pair(t);
  const { alice, bob } = both;
  const calling = both.caller.call('bob');
  const call: Call = await first(both.called.calls);
  t.true(call.private && call.confirmed && !call.verified);
  t.is(call.key, alice.key);
  t.is(await alice.pinned('bob'), bob.key, 'pinned before anything is sent');
  t.is(await bob.pinned('alice'), undefined, 'pinned when the user accepts');
  const [theirs, ours]: [Chat, Chat] = [await call.accept(), await calling];
  t.true(ours.private);
  t.is(ours.key, bob.key);
  await ours.send('hello bob');
  await theirs.send('hello alice');
  t.deepEqual(await read(theirs, 1), ['hello bob']);
  t.deepEqual(await read(ours, 1), ['hello alice']);
  t.is(await bob.pinned('alice'), alice.key);
  await ours.leave();
  t.deepEqual(await theirs.closed, { lost: [] });
  t.deepEqual(await ours.closed, { lost: [] });
});

test('the wire shows no text and no name', async (t) => {
  const both = await pair(t);
  const { ours, theirs } = await chatOf(both);
  await ours.send('the secret of alice');
  await theirs.send('the secret of bob');
  await Promise.all([read(theirs, 1), read(ours, 1)]);
  await ours.leave();
  await theirs.closed;
  const seen = both.wire.bytes.toString('latin1');
  t.true(seen.length > 1_000);
  for (const text of ['secret', 'alice', 'bob', 'HELLO', 'BYE']) t.false(seen.includes(text), text);
});

test('many lines go both ways, in order and each exactly once', async (t) => {
  const { ours, theirs } = await chatOf(await pair(t));
  const lines = Array.from({ length: 1_500 }, (_, n) => `line ${n}`);
  const sendAll = async (chat: Chat) => {
    await Promise.all(lines.slice(0, 900).map((line) => chat.send(line)));
    await Promise.all(lines.slice(900).map((line) => chat.send(line)));
  };
  const [mine, yours] = await Promise.all([
    read(ours, lines.length),
    read(theirs, lines.length),
    sendAll(ours),
    sendAll(theirs),
  ]);
  t.deepEqual(mine, lines);
  t.deepEqual(yours, lines);
});

test('a long line is cut, and both users are told', async (t) => {
  const { ours, theirs } = await chatOf(await pair(t));
  t.deepEqual(await ours.send('x'.repeat(20_000)), { cut: true });
  const [line, note] = await read(theirs, 2);
  t.is(line?.length, 16 * 1024);
  t.regex(note ?? '', /longer than 16 KiB/);
});

/** What the server may say about a buddy whose key is pinned. `undefined` stands for the pinned key. */
const PINNED_ROWS: readonly (readonly [title: string, who: WhoAnswer | undefined])[] = [
  ['the key', undefined],
  ['no key', { says: 'open' }],
  ['that the id is not registered', { says: 'unregistered' }],
  ['nothing', { says: 'nothing' }],
  ['that it keeps no keys', { says: 'keyless-server' }],
];

for (const [title, who] of PINNED_ROWS) {
  test(`calling a pinned buddy is private when the server says ${title}`, async (t) => {
    const both = await pair(t);
    await both.alice.pin('bob', { key: both.bob.key });
    await both.bob.pin('alice', { key: both.alice.key });
    if (who !== undefined) {
      both.table.answers.set('bob', who);
      both.table.answers.set('alice', who);
    }
    const { call, ours, theirs } = await chatOf(both);
    t.true(ours.private);
    t.true(call.confirmed);
    await ours.send('hello');
    t.deepEqual(await read(theirs, 1), ['hello']);
  });
}

test('a pinned buddy is not called if the server names another key for the buddy', async (t) => {
  const { alice, caller, table, wire } = await pair(t);
  await alice.pin('bob', { key: Identity.create().key });
  const error = await fails(t, caller.call('bob'), 'key.changed');
  t.regex(error.message, /another key for bob/);
  t.is(wire.bytes.length, 0);
  table.answers.set('bob', { says: 'open' });
  await fails(t, caller.call('bob'), 'key.changed');
  t.is(wire.bytes.length, 0, 'the key change still counts when the server then knows no key');
});

for (const [title, who] of [
  ['no key', { says: 'open' }],
  ['that the id is not registered', { says: 'unregistered' }],
  ['that it keeps no keys', { says: 'keyless-server' }],
] as const) {
  test(`an unknown buddy is called in clear when the server says ${title}`, async (t) => {
    const server = await withBuddies(t);
    const table = new KeyTable();
    const alice = await person(t, 'alice', table);
    table.answers.set('bob', who);
    const bob = await listenForCalls(t);
    await announce(t, server, 'bob', bob.port);
    const calling = clientOf(t, server, alice).call('bob');
    const peer = await bob.called();
    t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
    peer.send('ACCEPT\n');
    const chat = await calling;
    t.is(chat.private, false);
    await chat.send('hello');
    t.is(await peer.line(), 'hello');
  });
}

test('an unknown buddy is not called when the server keeps keys and says nothing', async (t) => {
  const { caller, table, wire } = await pair(t);
  table.answers.set('bob', { says: 'nothing' });
  await fails(t, caller.call('bob'), 'call.not-private');
  t.is(wire.bytes.length, 0);
});

test('with --private, a buddy without a key is not called', async (t) => {
  const { caller, table, wire } = await pair(t, { alice: { mode: 'private' } });
  table.answers.set('bob', { says: 'open' });
  await fails(t, caller.call('bob'), 'call.not-private');
  t.is(wire.bytes.length, 0);
});

test('with --private, a user without a key can neither call nor listen', async (t) => {
  const { caller, wire } = await pair(t, { alice: { mode: 'private', isKeyless: true } });
  const error = await fails(t, caller.call('bob'), 'call.not-private');
  t.regex(error.message, /no key here/);
  t.is(wire.bytes.length, 0);
  await fails(t, caller.listen(), 'call.not-private');
});

test('--clear does not override a pin', async (t) => {
  const both = await pair(t, { alice: { mode: 'clear' } });
  await both.alice.pin('bob', { key: both.bob.key });
  both.table.answers.set('bob', { says: 'nothing' });
  t.true((await chatOf(both)).ours.private);
});

test('a client in clear at the address of a pinned buddy gets no text', async (t) => {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table);
  await alice.pin('bob', { key: Identity.create().key });
  const bob = await listenForCalls(t);
  await announce(t, server, 'bob', bob.port);
  const calling = clientOf(t, server, alice).call('bob');
  const peer = await bob.called();
  peer.send('ACCEPT\n');
  const error = await fails(t, calling, 'call.not-private');
  t.is(error.message, 'bob cannot be called privately just now. Nothing was sent');
});

test("a called client whose key is not the buddy's key gets no byte after the handshake", async (t) => {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table);
  await alice.pin('bob', { key: Identity.create().key });
  const eve = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  const trap = await TlsServer.start(t, createContext(eve), 'im-chat/1');
  await announce(t, server, 'bob', trap.port);
  const calling = clientOf(t, server, alice).call('bob');
  const socket = await trap.accept();
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  await fails(t, calling, 'call.not-private');
  if (!socket.destroyed) await once(socket, 'close');
  t.deepEqual(received, []);
});

test('a revoked device of a pinned buddy gets no byte after the handshake', async (t) => {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table);
  const identity = Identity.create();
  const old = DeviceCredentials.issue(identity, { nowMs: 1 });
  table.names('bob', identity.key, 1_000);
  const trap = await TlsServer.start(t, createContext(old), 'im-chat/1');
  await announce(t, server, 'bob', trap.port);
  const calling = clientOf(t, server, alice).call('bob');
  const socket = await trap.accept();
  socket.on('data', () => t.fail());
  await fails(t, calling, 'call.not-private');
});

/** A scripted caller inside TLS. */
async function tlsCaller(t: ExecutionContext, port: number, device: DeviceCredentials): Promise<Peer> {
  const tls = connectTls(connectTcp(port, '127.0.0.1'), createContext(device), 'im-chat/1');
  t.teardown(() => tls.destroy());
  await once(tls, 'secureConnect');
  t.truthy(identifyPeer(tls, 'im-chat/1').device);
  return new Peer(tls);
}

test('a caller whose key is not the pinned key does not ring, and the pin stays', async (t) => {
  const { bob, port, table, told } = await pair(t);
  const pinned = Identity.create().key;
  table.names('alice', pinned);
  await bob.pin('alice', { key: pinned });
  const eve = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  for (let call = 0; call < 3; call++) {
    const peer = await tlsCaller(t, port, eve);
    peer.send('HELLO alice bob\n');
    t.is(await peer.line(), 'DENIED key');
    await peer.ended();
  }
  t.is(await bob.pinned('alice'), pinned);
  await until(() => told.length > 0);
  t.is(told.length, 1, 'one notice a minute');
});

test('a caller does not ring if the server names another key for the id', async (t) => {
  const { bob, port, told } = await pair(t);
  const eve = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  const peer = await tlsCaller(t, port, eve);
  peer.send('HELLO alice bob\n');
  t.is(await peer.line(), 'DENIED key');
  t.not(await bob.pinned('alice'), eve.device.identity);
  t.deepEqual(told, [], 'nothing is known about alice here, so the user is not told');
});

for (const says of ['open', 'unregistered', 'nothing'] as const) {
  test(`a caller rings unconfirmed, and nothing is pinned, if the server says ${says}`, async (t) => {
    const { bob, called, port, table } = await pair(t);
    table.answers.set('carl', { says });
    const carl = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
    const peer = await tlsCaller(t, port, carl);
    peer.send('HELLO carl bob\n');
    const call = await first(called.calls);
    t.true(call.private);
    t.false(call.confirmed);
    await call.accept();
    t.is(await peer.line(), 'OK');
    t.is(await bob.pinned('carl'), undefined);
  });
}

test("a caller who names an id other than the called user's is denied", async (t) => {
  const { port, alice, told } = await pair(t);
  const peer = await tlsCaller(t, port, alice.device);
  peer.send('HELLO alice carl\n');
  t.is(await peer.line(), 'DENIED who');
  t.deepEqual(told, []);
});

test('a caller with a revoked device is refused', async (t) => {
  const { port, alice, table } = await pair(t);
  table.names('alice', alice.key, alice.device.device.serial + 1);
  const peer = await tlsCaller(t, port, alice.device);
  peer.send('HELLO alice bob\n');
  t.is(await peer.line(), 'DENIED key');
});

/** The users in whose names a call in clear is rejected, and the reported cause. */
for (const [title, prepare, cause] of [
  ['who is pinned', ({ bob, alice }: Pair) => bob.pin('alice', { key: alice.key }), 'in-clear'],
  ['for whom the server names a key', async () => {}, 'in-clear'],
  [
    'about whom a server with keys says nothing',
    async ({ table }: Pair) => void table.answers.set('alice', { says: 'nothing' }),
    'server-silent',
  ],
] as const) {
  test(`a call in clear in the name of a user ${title} is rejected`, async (t) => {
    const both = await pair(t);
    await prepare(both);
    for (const opening of ['REQUEST alice 1234\n', 'HELLO alice\n']) {
      const peer = await Peer.call(t, both.port);
      peer.send(opening);
      t.is(await peer.line(), 'REJECT');
      await peer.ended();
    }
    await until(() => both.told.length > 0);
    t.is(both.told.length, 1);
    t.like(both.told[0], { type: 'call.refused', cause, caller: 'alice' });
  });
}

test('a call in clear from a user without a key rings, as it did before keys existed', async (t) => {
  const { called, port } = await pair(t);
  const peer = await Peer.call(t, port);
  peer.send('REQUEST carl 1234\n');
  const call = await first(called.calls);
  t.is(call.private, false);
  await call.accept();
  t.is(await peer.line(), 'ACCEPT');
});

test('a silent call in clear rings, and its hint does not name a buddy who has a key', async (t) => {
  const { alice, bob, called, home, port } = await pair(t);
  await bob.pin('alice', { key: alice.key });
  await announce(t, home, 'alice', 4_000);
  const peer = await Peer.call(t, port);
  const call = await first(called.calls);
  t.is(call.caller, undefined);
  t.deepEqual(call.hint, undefined);
  t.is(call.private, false);
  await call.accept();
  t.is(await peer.line(), 'ACCEPT');
});

test('if TLS begins while a nameless call rings, the call inside TLS replaces that call', async (t) => {
  const { alice, called, port } = await pair(t);
  const socket = connectTcp(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const calls = called.calls[Symbol.asyncIterator]();
  const nameless = (await calls.next()).value as Call;
  t.is(nameless.caller, undefined);
  const tls = connectTls(socket, createContext(alice.device), 'im-chat/1');
  await once(tls, 'secureConnect');
  await nameless.over;
  tls.write('HELLO alice bob\n');
  const named = (await calls.next()).value as Call;
  t.is(named.caller, 'alice' as UserId);
  t.true(named.private);
});

test('if TLS begins after a nameless call was accepted in clear, the chat ends', async (t) => {
  const { alice, called, port } = await pair(t);
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  const chat = await (await first(called.calls)).accept();
  const tls = connectTls(socket, createContext(alice.device), 'im-chat/1');
  tls.on('error', () => {});
  t.is((await chat.closed).reason, 'it began TLS late');
});

test('a failed handshake does not ring, and does not block later calls', async (t) => {
  const both = await pair(t);
  const { alice, bob, called, port, told } = both;
  const rang: Call[] = [];
  const calls = called.calls[Symbol.asyncIterator]();
  const eve = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  const attempts = [
    Buffer.from([0x16]),
    Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0]),
    Buffer.from(`\x16${'x'.repeat(100)}`),
  ];
  for (const bytes of attempts) {
    const peer = await Peer.call(t, port);
    peer.socket.end(bytes);
    await peer.ended();
  }
  // Callers with the user's own identity, with three certificates, and with a single certificate. A caller
  // with another protocol follows below.
  const contexts = [
    createContext(bob.device),
    contextWithChain(eve, [...chainOf(eve), chainOf(alice.device)[1]]),
    contextWithChain(eve, [chainOf(eve)[0]]),
  ];
  for (const context of contexts) {
    const tls = connectTls(connectTcp(port, '127.0.0.1'), context, 'im-chat/1');
    tls.on('error', () => {});
    tls.on('secureConnect', () => tls.write('HELLO alice bob\n'));
    await new Promise((resolve) => tls.on('close', resolve));
  }
  const tls = connectTls(connectTcp(port, '127.0.0.1'), createContext(alice.device), 'im-dir/1');
  tls.on('error', () => {});
  await new Promise((resolve) => tls.on('close', resolve));
  const calling = both.caller.call('bob');
  rang.push((await calls.next()).value as Call);
  await rang[0]?.accept();
  t.true((await calling).private);
  t.is(rang[0]?.caller, 'alice' as UserId, 'the first call that rings is the real one');
  t.deepEqual(told, []);
});

test('silent handshakes count towards the limit of their address', async (t) => {
  const { port } = await pair(t);
  const peers = await Promise.all(Array.from({ length: 9 }, () => Peer.call(t, port)));
  for (const peer of peers) peer.send(Buffer.from([0x16]));
  // One of the nine calls is cut to make room; the others wait for the rest of the handshake.
  await Promise.race(peers.map((peer) => peer.ended()));
  t.pass();
});

test('a caller that closes before the user answers does not affect later calls', async (t) => {
  const both = await pair(t);
  const peer = await tlsCaller(t, both.port, both.alice.device);
  peer.send('HELLO alice bob\n');
  const call = await first(both.called.calls);
  peer.socket.destroy();
  await call.over;
  await fails(t, call.accept(), 'call.over');
  t.true((await chatOf(both)).ours.private);
});

/** A chat with a scripted caller, after both sides have named their streams. */
async function scripted(t: ExecutionContext, both: Pair): Promise<{ peer: Peer; chat: Chat }> {
  const peer = await tlsCaller(t, both.port, both.alice.device);
  peer.send('HELLO alice bob\n');
  const chat = await (await first(both.called.calls)).accept();
  t.is(await peer.line(), 'OK');
  t.regex((await peer.line()) ?? '', /^S [0-9a-f]{16} - 0$/);
  peer.send('S 0123456789abcdef - 0\n');
  return { peer, chat };
}

for (const [title, line, reason] of [
  ['a confirmation of a line that was never sent', 'A 7', /never sent/],
  ['a gap', 'M 1 0 one\nM 3 0 three', /missing/],
  ['a second start', 'S 0123456789abcdef - 0', /order/],
  ['a line with wrong fields', 'M x 0 one', /not valid/],
  ['a line that is too long', `M 1 0 ${'x'.repeat(20_000)}`, /too long/],
] as const) {
  test(`${title} ends a private chat`, async (t) => {
    const { chat, peer } = await scripted(t, await pair(t));
    peer.send(`${line}\n`);
    t.regex((await chat.closed).reason ?? '', reason);
  });
}

test('an unknown verb is ignored, and a notice is shown', async (t) => {
  const { chat, peer } = await scripted(t, await pair(t));
  peer.send('X later\nN a notice\nM 1 0 one\n');
  t.deepEqual(await read(chat, 2), ['a notice', 'one']);
  t.is(await peer.line(), 'A 1');
});

test('if the connection ends in the middle of a message, without BYE, the chat is broken', async (t) => {
  const both = await pair(t);
  const { chat, peer } = await scripted(t, both);
  peer.send('M 1 0 whole\nM 2 0 tor');
  peer.socket.end();
  t.deepEqual(await read(chat, 5), ['whole']);
  t.truthy((await chat.closed).reason);
});

test('if someone on the path ends the connection, the chat is broken on both sides', async (t) => {
  const both = await pair(t);
  const { ours, theirs } = await chatOf(both);
  await ours.send('hello');
  await read(theirs, 1);
  both.wire.end();
  t.truthy((await ours.closed).reason);
  t.truthy((await theirs.closed).reason);
});

test('unconfirmed lines are reported, and a script does not send them again', async (t) => {
  const both = await pair(t);
  const { ours } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('one');
  await ours.send('two');
  both.wire.cut();
  t.deepEqual((await ours.closed).lost, ['one', 'two']);
  both.wire.isHeld = false;
  const again = await chatOf(both);
  await again.ours.send('three');
  t.deepEqual(await read(again.theirs, 1), ['three']);
});

/** Slows down the writing of a person's records, like a disk under load. */
function slowDown({ undelivered }: Person): void {
  const open = undelivered.open.bind(undelivered);
  Object.assign(undelivered, {
    async open(buddy: UserId) {
      const record = await open(buddy);
      if ('reason' in record) return record;
      const replace = record.replace.bind(record);
      return Object.assign(record, {
        async replace(...args: Parameters<typeof replace>) {
          for (let iterations = 0; iterations < 200; iterations++) await nextIteration();
          return replace(...args);
        },
      });
    },
  });
}

test('a client has ended only when the record of its last chat is stored', async (t) => {
  const both = await pair(t);
  slowDown(both.alice);
  const { ours } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('one');
  both.wire.cut();
  t.deepEqual((await ours.closed).lost, ['one']);
  await both.caller.close();
  const record = await both.alice.undelivered.read(both.bob.id);
  t.deepEqual('entries' in record && record.entries.filter(({ is }) => is === 'line'), []);
});

test('a client has ended only when the lines that its user discarded are removed', async (t) => {
  const both = await pair(t, { alice: { keepsLines: true } });
  const { ours } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('one');
  both.wire.cut();
  await ours.closed;
  await both.alice.privacy.finished();
  slowDown(both.alice);
  void both.alice.privacy.dropLines({ user: both.alice.id, buddy: both.bob.id });
  await both.caller.close();
  const record = await both.alice.undelivered.read(both.bob.id);
  t.deepEqual('entries' in record && record.entries.filter(({ is }) => is === 'line'), []);
});

test('kept lines of a broken chat arrive once, in the next chat', async (t) => {
  const both = await pair(t, { alice: { keepsLines: true } });
  const { ours, theirs } = await chatOf(both);
  await ours.send('zero');
  t.deepEqual(await read(theirs, 1), ['zero']);
  both.wire.isHeld = true;
  await ours.send('one');
  await ours.send('two');
  both.wire.cut();
  // `zero` was shown. If its confirmation was lost, the line is sent again, but not shown again.
  t.deepEqual((await ours.closed).lost.slice(-2), ['one', 'two']);
  await theirs.closed;
  both.wire.isHeld = false;
  const again = await chatOf(both);
  await again.ours.send('three');
  t.deepEqual(await read(again.theirs, 3), ['one', 'two', 'three']);
  both.wire.cut();
  await Promise.all([again.ours.closed, again.theirs.closed]);
  const last = await chatOf(both);
  await last.ours.send('four');
  t.deepEqual(await read(last.theirs, 1), ['four']);
});

test('the lines of a broken chat are discarded if the user refuses to send them again', async (t) => {
  const both = await pair(t, { alice: { keepsLines: true } });
  const { ours, theirs } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('one');
  both.wire.cut();
  await Promise.all([ours.closed, theirs.closed]);
  both.wire.isHeld = false;
  t.is(await both.alice.privacy.dropLines({ user: both.alice.id, buddy: both.bob.id }), undefined);
  const again = await chatOf(both);
  await again.ours.send('two');
  t.deepEqual(await read(again.theirs, 1), ['two']);
});

test('lines for one key are not sent to another key of the buddy', async (t) => {
  const both = await pair(t, { alice: { keepsLines: true } });
  const { ours, theirs } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('for the old key');
  both.wire.cut();
  await Promise.all([ours.closed, theirs.closed]);
  both.wire.isHeld = false;
  const next = Identity.create();
  both.bob.device = DeviceCredentials.issue(next, { nowMs: 1 });
  both.table.names('bob', next.key);
  await fails(t, both.caller.call('bob'), 'key.changed');
  await both.alice.privacy.keeper.handle(both.alice.id, both.bob.id, { type: 'key.given', key: next.key });
  const again = await chatOf(both);
  await again.ours.send('for the new key');
  t.deepEqual(await read(again.theirs, 1), ['for the new key']);
  await again.ours.leave();
  t.deepEqual((await again.ours.closed).lost, ['for the old key']);
});

test('a chat ends when the key of the buddy is replaced', async (t) => {
  const both = await pair(t);
  const { ours } = await chatOf(both);
  const key = Identity.create().key;
  await both.alice.privacy.keeper.handle(both.alice.id, both.bob.id, { type: 'key.given', key });
  t.regex((await ours.closed).reason ?? '', /no longer trusted/);
});

test('leaving waits until the buddy has confirmed all lines', async (t) => {
  const both = await pair(t);
  const { ours, theirs } = await chatOf(both);
  const lines = Array.from({ length: 500 }, (_, n) => `line ${n}`);
  for (const line of lines) void ours.send(line);
  const leaving = ours.leave();
  t.deepEqual(await read(theirs, lines.length), lines);
  await leaving;
  t.deepEqual(await ours.closed, { lost: [] });
});

test('lines that arrive after the user has left are reported to their sender as lost', async (t) => {
  const both = await pair(t, { caller: { patienceMs: 60_000 } });
  const { ours, theirs } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('crossing');
  const leaving = theirs.leave();
  both.wire.release();
  await leaving;
  t.deepEqual(await ours.closed, { lost: ['crossing'] });
  const again = await chatOf(both);
  const lines = [again.ours.send('one'), again.theirs.send('two')];
  await Promise.all(lines);
  const ends = await Promise.all([again.ours.leave(), again.theirs.leave()]).then(() =>
    Promise.all([again.ours.closed, again.theirs.closed]),
  );
  t.true(
    ends.every(({ reason }) => reason === undefined),
    'two users who leave at the same time do not wait for each other',
  );
});

test('a chat ends if the buddy stops confirming, and its unconfirmed lines are reported', async (t) => {
  const both = await pair(t, { caller: { patienceMs: 5_000 } });
  const { ours } = await chatOf(both);
  both.wire.isHeld = true;
  await ours.send('one');
  await ours.leave();
  t.deepEqual((await ours.closed).lost, ['one']);
});

test('if a program does not read, the buddy waits, and no line is lost', async (t) => {
  const both = await pair(t);
  const { ours, theirs } = await chatOf(both);
  const lines = Array.from({ length: 5_000 }, (_, n) => `line ${n}`);
  let sent = 0;
  const sendSome = async (from: number, to: number) => {
    const sending = lines.slice(from, to).map((line) => ours.send(line).then(() => sent++));
    await Promise.all(sending);
  };
  const sending = (async () => {
    for (let from = 0; from < lines.length; from += 500) await sendSome(from, from + 500);
  })();
  // 1,000 lines wait until the program reads, up to 1,000 are about to be shown, 1,000 are unconfirmed.
  await until(() => sent >= 1_900);
  await delay(50);
  t.true(sent <= 3_100);
  t.deepEqual(await read(theirs, lines.length), lines);
  await sending;
});

test('a user without a key on this machine calls as clients did before keys existed', async (t) => {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table, { isKeyless: true });
  const bob = await listenForCalls(t);
  await announce(t, server, 'bob', bob.port);
  const client = clientOf(t, server, alice);
  const calling = client.call('bob');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice \d+$/);
  peer.send('ACCEPT\n');
  t.is((await calling).private, undefined);
  t.deepEqual(table.asked, []);
});
