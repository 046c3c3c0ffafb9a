import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { startClient } from '../../../actors/client/client-tree.js';
import { type Client, createClient } from '../../../actors/client/create-client.js';
import type { Directory } from '../../../actors/client/directory.js';
import { filePrivacy } from '../../../actors/client/file-privacy.js';
import { createServerIdentity } from '../../../actors/server/server-identity.js';
import type { DeviceCredentials } from '../../../keys/device-credentials.js';
import { Identity } from '../../../keys/identity.js';
import { createContext } from '../../../keys/tls.js';
import type { SessionEnd } from '../../../machines/client/login-outcome.js';
import type { PrivacyMode } from '../../../machines/client/private-calls.js';
import type { UserId } from '../../../protocol/id.js';
import { DISK } from '../../../storage/files/disk.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { openPlainConsole } from '../../../terminal/plain-console.js';
import { Archive } from '../../../user-files/archive.js';
import { directoryAt } from '../../helpers/directory.js';
import { ask, until } from '../../helpers/network.js';
import { operate } from '../../helpers/operator.js';
import { type CalledPeer, listenForCalls, Peer } from '../../helpers/peer.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { askSealed, deviceOf, logIn, SealedPresence, secure } from '../../helpers/sealed-client.js';
import { crash, current, serve, TestLog } from '../../helpers/server.js';
import { TappedWire } from '../../helpers/tapped-wire.js';
import { TlsServer } from '../../helpers/tls-pair.js';

const ALICE = 'alice' as UserId;
const BOB = 'bob' as UserId;
const signal = new AbortController().signal;

/**
 * Alice and bob have keys at a server that alice reaches through a wire, and are each other's buddies. Alice
 * has pinned bob's key. At bob's address, a scripted client in clear takes the calls.
 */
async function world(t: ExecutionContext) {
  const store = openMemoryStore();
  const identity = createServerIdentity(Identity.create(), 1);
  const server = await serve(t, {
    openStore: async () => ({ ...store, close: async () => {} }),
    identity: () => identity,
  });
  let target = server.tcp;
  const wire = await TappedWire.open(t, () => target);
  const root = await temporaryDirectory(t);
  const bob = deviceOf();
  await askSealed(server.tcp, bob, 'REG bob');
  await ask(server.tcp, 'REG carl\n');
  const directory = directoryAt(t, { tcp: wire.port }, root);
  await directory.request('REG', [ALICE], signal);
  await directory.request('ADD', [ALICE, BOB], signal);
  await askSealed(server.tcp, bob, 'ADD bob alice');
  const privacy = filePrivacy(directory, { dataRoot: root, mode: 'as-can', keepsLines: false });
  await privacy.keeper.check(ALICE, BOB);
  const trap: CalledPeer = await listenForCalls(t);
  const presence = await SealedPresence.open(t, server.udp);
  const session = await logIn(server.tcp, bob, 'LOG bob new');
  presence.send(session, `SET bob 100 ONLINE ${trap.port}`);
  await presence.ask(session, 'GET bob');
  return {
    ...{ server, store, root, bob, directory, trap },
    ports: { server: '127.0.0.1', tcpPort: wire.port, udpPort: server.udp },
    /** Makes alice reach another port in place of the server. */
    redirect(port: number) {
      target = port;
    },
    /** Makes the server forget its sessions: the client has to log in again. */
    async endSessions() {
      crash(current(server, 'sessions'));
      await until(() => server.starts('sessions') === 2);
    },
    /** Removes the key of alice from her machine. */
    async removeKey() {
      const keys = join(root, 'keys');
      for (const name of await readdir(keys)) if (name.endsWith('.json')) await rm(join(keys, name));
    },
  };
}

type World = Awaited<ReturnType<typeof world>>;

/** A client of alice that listens. If it signs in, it also has her list. */
async function listening(
  t: ExecutionContext,
  { ports, root }: World,
  { privacy = 'as-can', signsIn = true }: { privacy?: PrivacyMode; signsIn?: boolean } = {},
) {
  let onEnded: (why: SessionEnd) => void;
  const ended = new Promise<SessionEnd>((resolve) => {
    onEnded = resolve;
  });
  const client = createClient({
    ...ports,
    user: 'alice',
    dataDirectory: root,
    privacy,
    onNotice: (notice) => notice.type === 'session.ended' && onEnded(notice.why),
  });
  t.teardown(() => client.close());
  const port = await client.listen();
  if (signsIn) await client.buddies();
  return { client, port, ended, rings: ringOf(client) };
}

/** Resolves if a call rings. */
async function ringOf(client: Client): Promise<string | undefined> {
  for await (const { private: isPrivate } of client.calls) return isPrivate ? 'rings' : 'rings in clear';
  return undefined;
}

/** Calls a client in clear. Resolves to its answer, or says that the call rings. */
async function callInClear(
  t: ExecutionContext,
  port: number,
  rings: Promise<string | undefined>,
  line: string,
): Promise<string | undefined> {
  const peer = await Peer.call(t, port);
  peer.send(line);
  return Promise.race([peer.line(), rings]);
}

/** Calls a client inside TLS, as bob. Resolves to its answer; `undefined` if it closes the connection. */
async function callInTls(
  port: number,
  device: DeviceCredentials,
  rings: Promise<string | undefined>,
): Promise<string | undefined> {
  const calling = secure(port, device, { protocol: 'im-chat/1' }).then(
    (tls) => {
      const peer = new Peer(tls);
      peer.send('HELLO bob alice\n');
      return peer.line();
    },
    () => undefined,
  );
  return Promise.race([calling, rings]);
}

/** Asserts that all kinds of calls are refused. */
async function assertRefuses(
  t: ExecutionContext,
  port: number,
  rings: Promise<string | undefined>,
  bob: DeviceCredentials,
): Promise<void> {
  for (const line of ['REQUEST bob 1\n', 'REQUEST carl 1\n', ''])
    t.is(await callInClear(t, port, rings, line), 'REJECT', line);
  const answer = await callInTls(port, bob, rings);
  t.true(answer === undefined || answer === 'REJECT', answer);
}

/** A newer device of alice, which revokes the device on her machine. */
async function revokingDevice(directory: Directory): Promise<DeviceCredentials> {
  const identity = Identity.fromWords(((await directory.words(ALICE)) ?? []).join(' '));
  if ('problem' in identity) throw new Error(identity.problem);
  const newestSerial = directory.credentialsOf(ALICE)?.device.serial ?? 0;
  return deviceOf(identity, { newestSerial, revokesOthers: true });
}

/** How a session of alice ends. */
const ENDS: Readonly<
  Record<Exclude<SessionEnd, 'no-key' | 'changed'>, (t: ExecutionContext, world: World) => Promise<unknown>>
> = {
  elsewhere: (t, here) => listening(t, here),
  async denied(_, { store, endSessions }) {
    await store.commit([{ op: 'KEY', id: ALICE, key: Identity.create().key }]);
    await endSessions();
  },
  async revoked(_, { directory, server }) {
    await logIn(server.tcp, await revokingDevice(directory), 'LOG alice new');
  },
  banned: (_, { server }) => operate(server, { op: 'BAN', ban: { kind: 'id', name: ALICE } }),
  unregistered: (_, { server }) => operate(server, { op: 'REMOVE', id: ALICE, atMs: 1 }),
};

/** The code of the error with which requests reject after each end of a session. */
const ERROR_CODES = {
  ...{ elsewhere: 'user.elsewhere', denied: 'key.denied', revoked: 'key.revoked' },
  ...{ banned: 'user.banned', unregistered: 'user.deleted' },
} as const;

for (const [why, mode] of [
  ['elsewhere', 'as-can'],
  ['elsewhere', 'private'],
  ['elsewhere', 'clear'],
  ['denied', 'as-can'],
  ['revoked', 'as-can'],
  ['banned', 'as-can'],
  ['unregistered', 'as-can'],
] as const) {
  test(`after the end of a session, the user refuses every call: ${why}, ${mode}`, async (t) => {
    const here = await world(t);
    const { client, port, ended, rings } = await listening(t, here, { privacy: mode });
    await ENDS[why](t, here);
    client.buddies().catch(() => {}); // makes the client notice
    t.is(await ended, why);
    await t.throwsAsync(client.buddies(), { code: ERROR_CODES[why] });
    await assertRefuses(t, port, rings, here.bob);
  });
}

for (const privacy of ['as-can', 'private'] as const) {
  test(`if another server answers at sign-in, the user refuses every call: ${privacy}`, async (t) => {
    const here = await world(t);
    const other = await TlsServer.start(t, createContext(deviceOf()), 'im-dir/1');
    here.redirect(other.port);
    const { port, ended, rings } = await listening(t, here, { privacy, signsIn: false });
    t.is(await ended, 'changed');
    await assertRefuses(t, port, rings, here.bob);
  });
}

/** A client at a terminal. */
async function atTerminal(
  t: ExecutionContext,
  { ports, root }: World,
  { user, mode }: { readonly user?: UserId; readonly mode: PrivacyMode },
) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const waiting = new Set<() => void>();
  let screen = '';
  stdout.on('data', (chunk) => {
    screen += chunk;
    for (const check of waiting) check();
  });
  let port = 0;
  const client = startClient({
    ...ports,
    messagePort: 0,
    user,
    isInteractive: true,
    dataRoot: root,
    privacyMode: mode,
    openArchive: () => new Archive({ directory: root, keepsHistory: false }),
    openConsole: (listener) => openPlainConsole({ stdin: stdin as never, stdout: stdout as never }, listener),
    log: new TestLog(),
    onEmitted(event) {
      const emitted = event as { readonly type: string; readonly port?: number };
      if (emitted.type === 'port.bound') port = emitted.port ?? 0;
    },
  });
  t.teardown(async () => {
    client.shutdown();
    await client.ended;
  });
  await client.ready;
  await until(() => port > 0);
  /** Resolves when a text appears on the screen, after everything that is on the screen at the call. */
  const shows = (text: string, from = screen.length): Promise<string> =>
    new Promise((resolve) => {
      const check = () => {
        if (!screen.includes(text, from)) return;
        waiting.delete(check);
        resolve(`shows ${text}`);
      };
      waiting.add(check);
      check();
    });
  async function type(line: string, answer: string): Promise<void> {
    const shown = shows(answer);
    stdin.write(`${line}\n`);
    await shown;
  }
  await shows('Your choice: ', 0);
  return { port, shows, type };
}

type AtTerminal = Awaited<ReturnType<typeof atTerminal>>;

/** Alice signs in, and a private call of bob rings. */
async function signInAndRing(t: ExecutionContext, { port, shows, type }: AtTerminal, { bob }: World) {
  await type('L', 'Enter user id: ');
  await type('alice', 'Your choice: ');
  t.is(await callInTls(port, bob, shows('(y/n)')), 'shows (y/n)');
}

test('with --private, a client refuses every call until a user signs in', async (t) => {
  const here = await world(t);
  const terminal = await atTerminal(t, here, { mode: 'private' });
  await assertRefuses(t, terminal.port, terminal.shows('(y/n)'), here.bob);
  await signInAndRing(t, terminal, here);
});

test('at a terminal, a signed-out user refuses every call until the next sign-in', async (t) => {
  const here = await world(t);
  const terminal = await atTerminal(t, here, { user: ALICE, mode: 'as-can' });
  await terminal.type('S', 'bob');
  const signedOut = terminal.shows('elsewhere');
  await listening(t, here);
  await terminal.type('S', 'Your choice: ');
  await signedOut;
  await assertRefuses(t, terminal.port, terminal.shows('(y/n)'), here.bob);
  await signInAndRing(t, terminal, here);
});

test('if the key of a user vanishes, the user makes no call in clear', async (t) => {
  const here = await world(t);
  const { client } = await listening(t, here);
  await here.removeKey();
  here.redirect(1); // no server listens there
  const calling = client.call('bob').then(
    () => 'accepted',
    ({ code }) => code,
  );
  const called = here.trap.called().then((peer) => peer.line());
  t.is(await Promise.race([calling, called]), 'call.not-private');
});

test('at a terminal, if the key of the user vanishes, the user makes no call in clear', async (t) => {
  const here = await world(t);
  const { type } = await atTerminal(t, here, { user: ALICE, mode: 'as-can' });
  await type('S', 'bob');
  await here.removeKey();
  await type('A', 'Enter buddy id: ');
  await type('carl', 'Your choice: ');
  const called = here.trap.called().then((peer) => peer.line());
  await type('M', 'Enter buddy id: ');
  t.is(await Promise.race([called, type('bob', 'Your choice: ')]), undefined);
});

test('if the key of a user vanishes, the user takes no call in clear', async (t) => {
  const here = await world(t);
  const { client, port, rings } = await listening(t, here);
  await here.removeKey();
  await t.throwsAsync(client.add('carl'));
  for (const line of ['REQUEST bob 1\n', 'REQUEST carl 1\n', ''])
    t.is(await callInClear(t, port, rings, line), 'REJECT', line);
});

/** The disk of a process that waits after it has looked for the key of an id, and has found none. */
function waitingDisk() {
  let onFoundNone = () => {};
  const hasFoundNone = new Promise<void>((resolve) => {
    onFoundNone = resolve;
  });
  let goOn = () => {};
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const files = Object.assign(Object.create(DISK) as typeof DISK, {
    async facts(path: string) {
      const facts = await DISK.facts(path);
      if (facts === undefined && /keys($|\/alice@)/.test(path)) {
        onFoundNone();
        await mayGoOn;
      }
      return facts;
    },
  });
  return { files, hasFoundNone, goOn };
}

test('if two processes register an id at the same time, both end up with the key of the id', async (t) => {
  const server = await serve(t);
  const root = await temporaryDirectory(t);
  const wire = await TappedWire.open(t, () => server.tcp);
  const disk = waitingDisk();
  const first = directoryAt(t, { tcp: wire.port }, root);
  const second = directoryAt(t, server, root, { files: disk.files });
  await Promise.all([first.who(BOB), second.who(BOB)]);
  const registeringSecond = second.request('REG', [ALICE], signal);
  await disk.hasFoundNone;
  // The first process stores its key, but its request is held back until the second process is done.
  wire.isHeld = true;
  const registeringFirst = first.request('REG', [ALICE], signal);
  const connections = wire.connections.length;
  await until(() => wire.connections.length > connections);
  disk.goOn();
  const replies = [await registeringSecond];
  wire.release();
  replies.push(await registeringFirst);
  const key = first.credentialsOf(ALICE)?.device.identity;
  t.regex(await askSealed(server.tcp, deviceOf(), 'WHO alice'), new RegExp(`^200 OK ${key} `));
  for (const { registration } of replies) t.like(registration, { with: 'key', key });
  t.is(second.credentialsOf(ALICE)?.device.identity, key);
  t.is((await readdir(join(root, 'keys'))).filter((name) => name.endsWith('.json')).length, 1);
});
