import { setImmediate as nextIteration } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Call } from '../../../actors/client/call-handles.js';
import type { LineFile } from '../../../actors/client/key-files.js';
import type { Chat } from '../../../actors/client/open-chat.js';
import { PrivateLines, type UndeliveredLines } from '../../../actors/client/private-lines.js';
import { DeviceCredentials } from '../../../keys/device-credentials.js';
import { Identity } from '../../../keys/identity.js';
import { createContext } from '../../../keys/tls.js';
import { MAX_QUESTIONS_PER_SOURCE } from '../../../machines/client/caller-questions.js';
import type { Pin } from '../../../machines/client/pins.js';
import { MAX_KEPT_LINES } from '../../../machines/client/private-delivery.js';
import type { UserId } from '../../../protocol/id.js';
import { serverName } from '../../../user-files/key-file-name.js';
import { Pins } from '../../../user-files/pins.js';
import { announce, first, withBuddies } from '../../helpers/buddies.js';
import { type CalledPeer, listenForCalls, Peer } from '../../helpers/peer.js';
import { clientOf, KeyTable, type Person, person } from '../../helpers/private-people.js';
import { secure } from '../../helpers/sealed-client.js';
import { TlsServer } from '../../helpers/tls-pair.js';

const ALICE = 'alice' as UserId;
const BOB = 'bob' as UserId;
const SECRET = 'the secret of alice';

/** The pins of a person, as another process of the person opens them. */
function pinsOfOtherProcess({ root, id }: Person): Pins {
  return new Pins(root, { id, server: serverName({ host: 'test', port: 1 }, undefined) });
}

/** Alice has a key, and knows no key of bob. Bob is a scripted buddy in clear. */
async function bobInClear(t: ExecutionContext) {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table);
  table.answers.set('bob', { says: 'open' });
  const bob: CalledPeer = await listenForCalls(t);
  await announce(t, server, 'bob', bob.port);
  return { table, alice, bob, client: clientOf(t, server, alice) };
}

/** The server names a key for bob, and a stranger calls alice in bob's name: alice's client pins the key. */
async function pinByStranger(t: ExecutionContext, port: number, table: KeyTable, alice: Person) {
  const { key } = Identity.create();
  table.names('bob', key);
  const stranger = await Peer.call(t, port);
  stranger.send('REQUEST bob 1234\n');
  t.is(await stranger.line(), 'REJECT');
  t.is(await alice.pinned('bob'), key);
}

test('a chat in clear ends as soon as the key of the buddy is pinned', async (t) => {
  const { table, alice, bob, client } = await bobInClear(t);
  const port = await client.listen();
  const calling = client.call('bob');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice/);
  peer.send('ACCEPT\n');
  const chat = await calling;
  await pinByStranger(t, port, table, alice);
  await t.throwsAsync(chat.send(SECRET), { code: 'chat.broken' });
  t.truthy((await chat.closed).reason);
  t.is(await peer.line(), undefined);
});

test('an outgoing call in clear fails as soon as the key of the buddy is pinned', async (t) => {
  const { table, alice, bob, client } = await bobInClear(t);
  const port = await client.listen();
  const calling = client.call('bob');
  const peer = await bob.called();
  t.regex((await peer.line()) ?? '', /^REQUEST alice/);
  const failed = t.throwsAsync(calling);
  await pinByStranger(t, port, table, alice);
  peer.send('ACCEPT\n');
  await failed;
  t.is(await peer.line(), undefined);
});

test('an incoming call in clear ends as soon as the key of the caller is pinned', async (t) => {
  const { table, alice, client } = await bobInClear(t);
  const peer = await Peer.call(t, await client.listen());
  peer.send('REQUEST bob 1234\n');
  const call = await first(client.calls);
  table.names('bob', Identity.create().key);
  await alice.privacy.keeper.check(ALICE, BOB);
  await t.throwsAsync(call.accept(), { code: 'call.over' });
  await call.over;
  t.not(await peer.line(), 'ACCEPT');
  await peer.ended();
});

test('calls in the names of strangers make the client ask the server only a few times', async (t) => {
  const { table, alice, client } = await bobInClear(t);
  const port = await client.listen();
  const names = Array.from({ length: MAX_QUESTIONS_PER_SOURCE + 3 }, (_, at) => `carl${at}`);
  for (const name of names) {
    table.names(name, Identity.create().key);
    const peer = await Peer.call(t, port);
    peer.send(`REQUEST ${name} 1234\n`);
    t.is(await peer.line(), 'REJECT');
  }
  t.deepEqual(table.asked, names.slice(0, MAX_QUESTIONS_PER_SOURCE));
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  const call = async (name: string) => {
    const tls = await secure(port, device, { protocol: 'im-chat/1' });
    t.teardown(() => tls.destroy());
    const peer = new Peer(tls);
    peer.send(`HELLO ${name} alice\n`);
    return peer;
  };
  t.is(await (await call('dora')).line(), 'REJECT', 'a stranger is also refused inside TLS');
  await alice.pin('bob', { key: device.device.identity });
  await call('bob');
  t.is((await first(client.calls)).caller, BOB, 'a buddy who proves the pinned key is not refused');
  t.is(table.asked.length, MAX_QUESTIONS_PER_SOURCE + 1);
});

/** Makes the pins of a person report that this many keys are pinned. */
function pretendPins({ pins }: Person, count: number): void {
  const read = pins.read.bind(pins);
  Object.assign(pins, {
    async read() {
      const view = await read();
      return { find: view.find.bind(view), subjects: new Array<string>(count).fill('carl') };
    },
  });
}

test('the calls of strangers cannot use up the pins that buddies need', async (t) => {
  const { table, alice, client } = await bobInClear(t);
  const port = await client.listen();
  const { key } = Identity.create();
  table.names('bob', key);
  pretendPins(alice, 1_000);
  const stranger = await Peer.call(t, port);
  stranger.send('REQUEST bob 1234\n');
  t.is(await stranger.line(), 'REJECT');
  t.is(await alice.pinned('bob'), undefined);
  await alice.privacy.keeper.check(ALICE, BOB); // as when the user adds or calls the buddy
  t.is(await alice.pinned('bob'), key);
});

test('a stranger whose private call is accepted cannot use up the pins that buddies need', async (t) => {
  const { alice, bob, called, port } = await pair(t);
  pretendPins(bob, 10_000);
  const peer = new Peer(await secure(port, alice.device, { protocol: 'im-chat/1' }));
  peer.send('HELLO alice bob\n');
  const call = await first(called.calls);
  const failed = t.throwsAsync(call.accept().then((chat) => chat.send(SECRET)));
  t.not(await peer.line(), 'OK');
  await failed;
  t.is(await bob.pinned('alice'), undefined);
  await bob.privacy.keeper.check(BOB, ALICE);
  t.is(await bob.pinned('alice'), alice.key);
});

/** Bob is a scripted buddy inside TLS, whose key the server names. */
async function bobInTls(t: ExecutionContext) {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const alice = await person(t, 'alice', table);
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 1 });
  const bob = await TlsServer.start(t, createContext(device), 'im-chat/1');
  await announce(t, server, 'bob', bob.port);
  table.names('bob', device.device.identity);
  return { table, alice, device, bob, client: clientOf(t, server, alice) };
}

for (const [title, event] of [
  [
    'the device of the buddy is revoked',
    ({ identity, serial }: DeviceCredentials['device']) =>
      ({ type: 'floor.raised', key: identity, floor: serial + 1 }) as const,
  ],
  ['the buddy is given another key', () => ({ type: 'key.given', key: Identity.create().key }) as const],
] as const) {
  test(`a private call fails if ${title} while the call rings`, async (t) => {
    const { alice, device, bob, client } = await bobInTls(t);
    const calling = client.call('bob');
    const peer = new Peer(await bob.accept());
    t.is(await peer.line(), 'HELLO alice bob');
    const failed = t.throwsAsync(calling);
    await alice.privacy.keeper.handle(ALICE, BOB, event(device.device));
    peer.send('OK\nS 0123456789abcdef - 0\n');
    await failed;
    t.is(await peer.line(), undefined);
  });
}

test('the floor that the server names counts even if it cannot be stored', async (t) => {
  const { table, alice, device, bob, client } = await bobInTls(t);
  const { identity, serial } = device.device;
  await alice.pin('bob', { key: identity });
  table.names('bob', identity, serial + 1);
  Object.assign(alice.pins, { change: async () => ({ reason: 'the disk is full' }) });
  const plan = await alice.privacy.planCall(ALICE, BOB);
  t.like(plan, { kind: 'private', key: identity, floor: serial + 1 });
  const calling = client.call('bob');
  calling.catch(() => {});
  t.is(await new Peer(await bob.accept()).line(), undefined);
  await t.throwsAsync(calling, { code: 'call.not-private' });
});

/** Alice calls bob. Both have keys, and the server names these keys. */
async function pair(t: ExecutionContext) {
  const server = await withBuddies(t);
  const table = new KeyTable();
  const [alice, bob] = [await person(t, 'alice', table), await person(t, 'bob', table)];
  for (const { id, key } of [alice, bob]) table.names(id, key);
  const called = clientOf(t, server, bob);
  const port = await called.listen();
  await announce(t, server, 'bob', port);
  return { table, alice, bob, called, port, caller: clientOf(t, server, alice) };
}

/** A chat of alice with bob. Then another process of alice learns that bob's device is revoked. */
async function revokedElsewhere(t: ExecutionContext): Promise<{ chat: Chat; alice: Person }> {
  const { table, alice, bob, caller, called } = await pair(t);
  const calling = caller.call('bob');
  const call: Call = await first(called.calls);
  await call.accept();
  const chat = await calling;
  const floor = bob.device.device.serial + 1;
  await pinsOfOtherProcess(alice).change(BOB, (pin) => ({ ...(pin as Pin), floor }));
  table.names('bob', bob.key, floor);
  return { chat, alice };
}

test('a chat with a revoked device ends when the server names a floor that is already stored', async (t) => {
  const { chat, alice } = await revokedElsewhere(t);
  await alice.privacy.keeper.check(ALICE, BOB);
  await t.throwsAsync(chat.send(SECRET), { code: 'chat.broken' });
  t.truthy((await chat.closed).reason);
});

test('a chat with a revoked device ends when the client next reads the pins', async (t) => {
  const { chat, alice } = await revokedElsewhere(t);
  // The client checks the pins every 5 s. A check reads the pins at most twice, so the fifth read is in the
  // third check.
  const read = alice.pins.read.bind(alice.pins);
  let reads = 0;
  const hasLooked = new Promise<string>((resolve) => {
    Object.assign(alice.pins, {
      read() {
        reads += 1;
        if (reads > 4) resolve('the chat goes on');
        return read();
      },
    });
  });
  const end = await Promise.race([chat.closed.then(({ reason }) => reason), hasLooked]);
  t.truthy(end);
  t.not(end, 'the chat goes on');
});

test('a private call cannot be accepted if another process has pinned another key', async (t) => {
  const { alice, bob, called, port } = await pair(t);
  const peer = new Peer(await secure(port, alice.device, { protocol: 'im-chat/1' }));
  peer.send('HELLO alice bob\n');
  const call = await first(called.calls);
  const other = Identity.create().key;
  await pinsOfOtherProcess(bob).change(ALICE, () => ({ key: other, floor: 0, by: 'key' }));
  const failed = t.throwsAsync(call.accept().then((chat) => chat.send(SECRET)));
  t.not(await peer.line(), 'OK');
  await failed;
  t.is(await bob.pinned('alice'), other);
});

const textsOf = (lines: readonly { readonly text: string }[]) => lines.map(({ text }) => text);

/** The lines of a chat whose first record is written only when the test says so. */
function linesOfNewChat() {
  const log: string[] = [];
  const watcher = { onEvent: (_event: string): void => {} };
  const note = (event: string) => {
    log.push(event);
    watcher.onEvent(event);
  };
  let onWritten = () => {};
  const written = new Promise<undefined>((resolve) => {
    onWritten = () => resolve(undefined);
  });
  let onReplacing = () => {};
  const replacing = new Promise<void>((resolve) => {
    onReplacing = resolve;
  });
  const file: LineFile = {
    stored: { stream: undefined, entries: [] },
    isLong: false,
    replace() {
      onReplacing();
      return written;
    },
    append: async () => undefined,
    close: async () => {},
  };
  const lines = new PrivateLines(Identity.create().key, {
    open: async () => file,
    onOpened: () => note('opened'),
    write(line, onDone) {
      note(`writes ${line.verb}`);
      onDone();
    },
    onShown: (text) => note(`shows ${text}`),
    onSent: ({ text }) => note(`sent ${text}`),
    onConfirmed: () => {},
    onResumed: () => {},
    onLost: () => {},
    onBye: () => {},
    onFault: (reason) => note(`fault: ${reason}`),
  });
  return { lines, log, watcher, replacing, onWritten };
}

/** A chat in which both sides have named their streams. */
async function begunChat() {
  const { lines, log, watcher, onWritten } = linesOfNewChat();
  onWritten();
  await lines.start();
  lines.receive('S 0123456789abcdef - 0');
  await nextIteration();
  log.length = 0;
  return { lines, log, watcher };
}

test('a chat begins even if the buddy names its stream while the record is written', async (t) => {
  const { lines, log, replacing, onWritten } = linesOfNewChat();
  const started = lines.start();
  await replacing;
  lines.receive('S 0123456789abcdef - 0');
  onWritten();
  await started;
  lines.send({ typed: 'hello', text: 'hello', cut: false });
  await nextIteration();
  lines.receive('M 1 0 hi');
  await nextIteration();
  t.deepEqual(log, ['opened', 'writes S', 'writes M', 'sent hello', 'shows hi', 'writes A']);
});

test('if a chat ends while its first line is written, each line of the user counts as unsent', async (t) => {
  const { lines, log, watcher, replacing, onWritten } = linesOfNewChat();
  const started = lines.start();
  await replacing;
  lines.send({ typed: 'one', text: 'one', cut: false });
  let ended: UndeliveredLines | undefined;
  watcher.onEvent = (event) => {
    if (event === 'writes S') ended = lines.end(false);
  };
  lines.send({ typed: 'two', text: 'two', cut: false });
  onWritten();
  await t.notThrowsAsync(started);
  await nextIteration();
  t.deepEqual(log, ['opened', 'writes S']);
  t.deepEqual(textsOf(ended?.unsent ?? []), ['one', 'two']);
});

test('if a chat ends at the first line of the buddy, each line of the user counts as unsent', async (t) => {
  const { lines, log, watcher, replacing, onWritten } = linesOfNewChat();
  const started = lines.start();
  await replacing;
  lines.receive('M one');
  lines.send({ typed: 'one', text: 'one', cut: false });
  let ended: UndeliveredLines | undefined;
  watcher.onEvent = (event) => {
    if (event.startsWith('fault')) ended = lines.end(false);
  };
  onWritten();
  await t.notThrowsAsync(started);
  await nextIteration();
  t.deepEqual(log, ['opened', 'writes S', 'fault: a line is not valid']);
  t.deepEqual(textsOf(ended?.unsent ?? []), ['one']);
});

test('if a chat ends while a line of the buddy is shown, the line is not confirmed', async (t) => {
  const { lines, log, watcher } = await begunChat();
  watcher.onEvent = () => void lines.end(true);
  t.notThrows(() => lines.receive('M 1 0 hi'));
  await nextIteration();
  t.deepEqual(log, ['shows hi']);
});

test('the chat ends if too many lines arrive before the record is open', async (t) => {
  const { lines, log, replacing } = linesOfNewChat();
  void lines.start();
  await replacing;
  for (let n = 1; n < 2 * MAX_KEPT_LINES; n++) lines.receive('N notice');
  t.deepEqual(log, []);
  lines.receive('N notice');
  t.deepEqual(log, ['fault: a line is not valid']);
});

test('notices of the buddy wait while reading is paused', async (t) => {
  const { lines, log } = await begunChat();
  lines.pause();
  lines.receive('M 1 0 one');
  lines.receive('N two');
  await nextIteration();
  t.deepEqual(log, []);
  lines.resume();
  await nextIteration();
  t.deepEqual(log, ['shows one', 'shows two', 'writes A']);
});

test('the chat ends if too many notices arrive while reading is paused', async (t) => {
  const { lines, log } = await begunChat();
  lines.pause();
  for (let n = 0; n < MAX_KEPT_LINES; n++) lines.receive('N notice');
  await nextIteration();
  t.deepEqual(log, []);
  lines.receive('N notice');
  await nextIteration();
  t.deepEqual(
    log.map((entry) => entry.split(':')[0]),
    ['fault'],
  );
});
