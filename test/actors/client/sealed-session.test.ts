import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextIteration } from 'node:timers/promises';
import type { SecureContext } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import type { Directory, Standing } from '../../../actors/client/directory.js';
import { BEAT_MS, type HeartbeatInput, heartbeatWith } from '../../../actors/client/heartbeat.js';
import { createServerIdentity } from '../../../actors/server/server-identity.js';
import type { ServerOptions } from '../../../actors/server/server-tree.js';
import { Identity } from '../../../keys/identity.js';
import { createContext } from '../../../keys/tls.js';
import type { HeartbeatReport } from '../../../machines/client/events.js';
import { FIRST_BUSY_PAUSE_MS, QUIET_MS } from '../../../machines/client/session-login.js';
import { toDisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { encodeUnknownSession, type SessionId } from '../../../protocol/sealed-datagram.js';
import type { StoreChange } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';
import { directoryAt, LossyProxy } from '../../helpers/directory.js';
import { ask, freePort, PresenceClient, until } from '../../helpers/network.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { deviceOf } from '../../helpers/sealed-client.js';
import { crash, current, serve } from '../../helpers/server.js';
import { TappedWire } from '../../helpers/tapped-wire.js';
import { chainOf, contextWithChain, TlsServer } from '../../helpers/tls-pair.js';

const alice = 'alice' as UserId;
const signal = new AbortController().signal;

/** A server with a store that outlives it, and the user bob, who has alice on his list. */
async function world(t: ExecutionContext) {
  const store = openMemoryStore();
  const identity = createServerIdentity(Identity.create(), 1);
  const options: Partial<ServerOptions> = {
    openStore: async () => ({ ...store, close: async () => {} }),
    identity: () => identity,
  };
  const server = await serve(t, options);
  const root = await temporaryDirectory(t);
  const registrar = directoryAt(t, server, root);
  await registrar.request('REG', [alice], signal);
  await ask(server.tcp, 'REG bob\n');
  await ask(server.tcp, 'ADD bob alice\n');
  const bob = await PresenceClient.open(t, server.udp);
  return {
    server,
    store,
    root,
    /** Starts another server in place of the server that has ended. */
    restart: () => serve(t, { ...options, tcpPort: server.tcp, udpPort: server.udp }),
    /** What bob's list says about alice. */
    seen: () => bob.ask('GET bob'),
    async until(line: string) {
      while ((await bob.ask('GET bob')) !== line) await new Promise(setImmediate);
    },
  };
}

interface Beating {
  readonly clock: SimulatedClock;
  readonly heartbeat: {
    send(event: unknown): void;
    getSnapshot(): { readonly status: string };
    stop(): void;
  };
  readonly reports: HeartbeatReport[];
  readonly sessions: SessionId[];
  /** The session name of each failed login. The next login sends the same name. */
  readonly failed: SessionId[];
  beat(): void;
  received(type: HeartbeatReport['type']): Promise<HeartbeatReport>;
}

/** A heartbeat in simulated time. */
function beating(
  t: ExecutionContext,
  directory: Directory,
  { tcp, udp }: { readonly tcp: number; readonly udp: number },
  input: Partial<HeartbeatInput> = {},
): Beating {
  const reports: HeartbeatReport[] = [];
  const client = createActor(
    fromBehaviour<HeartbeatReport>(() => ({ receive: (event) => reports.push(event) })),
  );
  client.start();
  const clock = new SimulatedClock();
  const heartbeat = createActor(heartbeatWith(directory), {
    clock,
    input: {
      server: { host: '127.0.0.1', tcpPort: tcp, udpPort: udp },
      client: client as never,
      user: undefined,
      callPort: 4_000,
      isServerLost: false,
      ...input,
    },
  });
  const sessions: SessionId[] = [];
  const failed: SessionId[] = [];
  for (const [type, names] of [
    ['session.opened', sessions],
    ['login.failed', failed],
  ] as const)
    heartbeat.on(type, (event) => names.push((event as never as { session: SessionId }).session));
  heartbeat.start();
  t.teardown(() => heartbeat.stop());
  return {
    clock,
    heartbeat: heartbeat as never,
    reports,
    sessions,
    failed,
    beat() {
      clock.increment(QUIET_MS);
      clock.increment(BEAT_MS - QUIET_MS);
    },
    async received(type) {
      await until(() => reports.some((event) => event.type === type));
      return reports.splice(
        reports.findIndex((event) => event.type === type),
        1,
      )[0] as HeartbeatReport;
    },
  };
}

/** Signs alice in, and waits for her list. */
async function signIn(started: Beating): Promise<void> {
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await started.received('buddies.received');
}

const ONLINE = 'alice 100 ONLINE 127.0.0.1 4000\n';
const OFFLINE = 'alice 101 OFFLINE unknown unknown\n';

test('a user with a key is announced, asks for the list, and says goodbye, all sealed', async (t) => {
  const { server, root, until: seen } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server);
  await signIn(started);
  await seen(ONLINE);
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 102 });
  await seen('alice 102 AWAY 127.0.0.1 4000\n');
  started.heartbeat.send({ type: 'shutdown.requested' });
  await until(() => started.heartbeat.getSnapshot().status === 'done');
  await seen(OFFLINE);
  t.is(started.sessions.length, 1);
});

test('a user is announced only when the port for calls is known', async (t) => {
  const { server, root, seen, until: sees } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server, { callPort: undefined });
  await signIn(started);
  t.is(await seen(), OFFLINE);
  started.heartbeat.send({ type: 'port.bound', port: 4_000 });
  await sees(ONLINE);
  t.is(started.sessions.length, 2);
});

test('after a restart of the server, the user is announced again within one beat', async (t) => {
  const { server, root, restart, until: sees } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server);
  await signIn(started);
  server.server.shutdown();
  await server.server.ended;
  await restart();
  started.beat();
  await started.received('buddies.received');
  await sees(ONLINE);
  t.is(started.sessions.length, 2);
});

test('after a crash of `sessions` and `presence`, the user is announced again within a beat', async (t) => {
  const { server, root, until: sees } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server);
  await signIn(started);
  crash(current(server, 'sessions'));
  crash(current(server, 'presence'));
  await until(() => server.starts('sessions') === 2 && server.starts('presence') === 2);
  started.beat();
  await started.received('buddies.received');
  await sees(ONLINE);
  t.is(started.sessions.length, 2);
});

test('a restarted heartbeat replaces the session of the previous heartbeat', async (t) => {
  const { server, root } = await world(t);
  const first = beating(t, directoryAt(t, server, root), server);
  await signIn(first);
  first.heartbeat.stop();
  const user = { id: alice, status: 100 } as const;
  const restarted = beating(t, directoryAt(t, server, root), server, { user, session: first.sessions[0] });
  await restarted.received('buddies.received');
  const second = beating(t, directoryAt(t, server, root), server);
  await signIn(second);
  const old = beating(t, directoryAt(t, server, root), server, { user, session: restarted.sessions[0] });
  t.deepEqual(await old.received('session.ended'), { type: 'session.ended', id: alice, why: 'elsewhere' });
});

test('of two clients with one key, the older client stops, and reports this to its user', async (t) => {
  const { server, root, until: sees } = await world(t);
  const older = beating(t, directoryAt(t, server, root), server);
  await signIn(older);
  const newer = beating(t, directoryAt(t, server, root), server, { callPort: 5_000 });
  await signIn(newer);
  older.beat();
  t.deepEqual(await older.received('session.ended'), { type: 'session.ended', id: alice, why: 'elsewhere' });
  for (let beats = 0; beats < 5; beats++) {
    older.beat();
    newer.beat();
    await newer.received('buddies.received');
  }
  await sees('alice 100 ONLINE 127.0.0.1 5000\n');
  t.is(older.sessions.length, 1);
  t.is(newer.sessions.length, 1);
  // The user of the older client can take the id back.
  await signIn(older);
  await sees(ONLINE);
});

/** A client of alice behind a proxy, and a client of alice that reaches the server directly. */
async function twoClients(t: ExecutionContext) {
  const here = await world(t);
  const { server, root } = here;
  const proxy = await LossyProxy.start(t, server.tcp);
  const directory = directoryAt(t, proxy, root);
  await directory.standing(alice); // remembers the key of the server
  const older = beating(t, directory, { tcp: proxy.tcp, udp: server.udp });
  const newer = beating(t, directoryAt(t, server, root), server, { callPort: 5_000 });
  return { ...here, proxy, older, newer };
}

/** Lets time pass until `older` reports that its session ended. Checks that `newer` keeps its session. */
async function givesWay(t: ExecutionContext, older: Beating, newer: Beating): Promise<void> {
  older.clock.increment(FIRST_BUSY_PAUSE_MS);
  t.deepEqual(await older.received('session.ended'), { type: 'session.ended', id: alice, why: 'elsewhere' });
  newer.beat();
  await newer.received('buddies.received');
  t.is(newer.sessions.length, 1);
}

test('a client with a delayed login gives way to a client that was started after it', async (t) => {
  const { proxy, older, newer } = await twoClients(t);
  proxy.refuses = true;
  older.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await until(() => older.failed.length === 1);
  await signIn(newer);
  proxy.refuses = false;
  await givesWay(t, older, newer);
  // The user of the older client can take the id back.
  await signIn(older);
});

test('a client with a delayed login signs in if no other client has signed in', async (t) => {
  const { proxy, older, until: sees } = await twoClients(t);
  proxy.refuses = true;
  older.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await until(() => older.failed.length === 1);
  proxy.refuses = false;
  // The reply to this login is lost. The next login names the same session, and is granted.
  proxy.losesReplies = 2;
  older.clock.increment(FIRST_BUSY_PAUSE_MS);
  await until(() => older.failed.length === 2);
  older.beat();
  await older.received('buddies.received');
  await sees(ONLINE);
  t.is(older.failed[0], older.failed[1]);
});

test('if the first reply to LOG is lost, the user is still signed in without a pause', async (t) => {
  const { server, proxy, older, until: sees } = await twoClients(t);
  proxy.losesReplies = 2; // to LOG, and to the question whether the device is revoked
  await signIn(older);
  await sees(ONLINE);
  t.is(older.sessions.length, 1);
  t.deepEqual(older.failed, []);
  t.is(server.received('sessions', 'session.open'), 2);
});

test('if two replies to LOG are lost, a client gives way to a client started after it', async (t) => {
  const { proxy, older, newer } = await twoClients(t);
  proxy.losesReplies = 4;
  older.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await until(() => older.failed.length === 1);
  await signIn(newer);
  await givesWay(t, older, newer);
});

test('after a failed login and a restart, a heartbeat gives way until the user signs in again', async (t) => {
  const { server, root, proxy, older: crashed, newer } = await twoClients(t);
  proxy.refuses = true;
  crashed.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await until(() => crashed.failed.length === 1);
  crashed.heartbeat.stop();
  await signIn(newer);
  const [session] = crashed.failed;
  const user = { id: alice, status: 100 } as const;
  const restarted = beating(t, directoryAt(t, server, root), server, { user, session });
  await givesWay(t, restarted, newer);
  await signIn(restarted);
});

test('if a client cannot read its key at first, it gives way to a client that has signed in', async (t) => {
  const { server, root } = await world(t);
  const newer = beating(t, directoryAt(t, server, root), server);
  await signIn(newer);
  const directory = directoryAt(t, server, root);
  const standing = directory.standing.bind(directory);
  const reason = toDisplayText('permission denied');
  const answers: Standing[] = [{ holds: 'unknown', code: 'key.unreadable', reason }];
  Object.assign(directory, { standing: async (id: UserId) => answers.shift() ?? standing(id) });
  const older = beating(t, directory, server);
  older.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  older.beat();
  await givesWay(t, older, newer);
});

test('a list arrives complete even if it fills several answers', async (t) => {
  const { server, store, root } = await world(t);
  const directory = directoryAt(t, server, root);
  await directory.standing(alice);
  const device = directory.credentialsOf(alice)?.device;
  const ids = Array.from({ length: 3_000 }, (_, at) => `buddy-with-a-long-name-${at}` as UserId);
  const changes = ids.flatMap((id): StoreChange[] => [
    { op: 'REG', id },
    { op: 'ADD', id: alice, buddy: id, ...(device && { device }) },
  ]);
  await store.commit(changes);
  const started = beating(t, directory, server);
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  const { buddies } = (await started.received('buddies.received')) as Extract<
    HeartbeatReport,
    { type: 'buddies.received' }
  >;
  t.deepEqual(
    buddies.map(({ id }) => id),
    ids,
  );
  t.is(buddies.mayBeCut, undefined);
});

test('if the operator has reset the key, the user is told, and nothing more is sent', async (t) => {
  const { server, store, root } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server);
  await signIn(started);
  await store.commit([{ op: 'KEY', id: alice, key: Identity.create().key }]);
  crash(current(server, 'sessions'));
  await until(() => server.starts('sessions') === 2);
  started.beat();
  t.deepEqual(await started.received('session.ended'), { type: 'session.ended', id: alice, why: 'denied' });
  const datagrams = server.received('udp', 'datagram.received');
  started.beat();
  t.is(server.received('udp', 'datagram.received'), datagrams);
});

/** Receives datagrams at one address, and passes them on to a server from another address. */
async function relay(t: ExecutionContext, to: number): Promise<number> {
  const near = createSocket('udp4').bind(0, '127.0.0.1');
  const far = createSocket('udp4').bind(0, '127.0.0.2');
  await Promise.all([once(near, 'listening'), once(far, 'listening')]);
  t.teardown(() => {
    near.close();
    far.close();
  });
  let client = 0;
  near.on('message', (bytes, from) => {
    client = from.port;
    far.send(bytes, to, '127.0.0.1');
  });
  far.on('message', (bytes) => near.send(bytes, client, '127.0.0.1'));
  return near.address().port;
}

test('if datagrams and logins come from different addresses, the user is told', async (t) => {
  const { server, root } = await world(t);
  const udp = await relay(t, server.udp);
  const started = beating(t, directoryAt(t, server, root), { tcp: server.tcp, udp });
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  for (let logins = 1; logins <= 2; logins++) {
    await until(() => started.sessions.length === logins);
    started.beat();
  }
  t.deepEqual(await started.received('session.misrouted'), { type: 'session.misrouted' });
});

test('only the server itself can make the client log in again', async (t) => {
  const { server, root } = await world(t);
  const started = beating(t, directoryAt(t, server, root), server);
  await signIn(started);
  const [session] = started.sessions;
  started.clock.increment(QUIET_MS);
  // Datagrams of another socket, sent to any port that the client may have.
  const forger = createSocket('udp4').bind(0, '127.0.0.1');
  await once(forger, 'listening');
  t.teardown(() => forger.close());
  started.heartbeat.send({
    type: 'datagram.received',
    text: encodeUnknownSession(session as SessionId).toString('latin1'),
    from: { address: '127.0.0.1', port: forger.address().port },
  });
  const server_ = { address: '127.0.0.1', port: server.udp };
  const other = encodeUnknownSession('0123456789abcdef' as SessionId).toString('latin1');
  started.heartbeat.send({ type: 'datagram.received', text: other, from: server_ });
  started.heartbeat.send({ type: 'datagram.received', text: 'eve 100 ONLINE 192.0.2.1 1\n', from: server_ });
  started.beat();
  await started.received('buddies.received');
  t.deepEqual(started.sessions, [session]);
  t.false(JSON.stringify(started.reports).includes('eve'), 'a list in clear does not count');
});

/** A client of alice who is signed in, and an impostor that can take the place of the server. */
async function withImpostor(t: ExecutionContext, context: SecureContext) {
  const here = await world(t);
  const { server, root } = here;
  const impostor = await TlsServer.start(t, context);
  let target = server.tcp;
  const wire = await TappedWire.open(t, () => target);
  const started = beating(t, directoryAt(t, { tcp: wire.port }, root), { tcp: wire.port, udp: server.udp });
  await signIn(started);
  started.clock.increment(QUIET_MS);
  return {
    ...here,
    started,
    /** Takes the server's place, and forges a datagram. Resolves when the client has met the impostor. */
    async attack() {
      target = impostor.port;
      const text = encodeUnknownSession(started.sessions[0] as SessionId).toString('latin1');
      const from = { address: '127.0.0.1', port: server.udp };
      started.heartbeat.send({ type: 'datagram.received', text, from });
      const met = await impostor.accept();
      const received: Buffer[] = [];
      met.on('data', (chunk: Buffer) => received.push(chunk));
      await once(met, 'close');
      t.deepEqual(received, []);
    },
    /** Gives the place back. Resolves when the client has a session again. */
    async retreat() {
      target = server.tcp;
      while (started.sessions.length === 1) {
        started.clock.increment(FIRST_BUSY_PAUSE_MS);
        await nextIteration();
      }
      await started.received('buddies.received');
      t.false(started.reports.some(({ type }) => type === 'session.ended'));
    },
  };
}

test('a user stays signed in after a forged datagram and a server with another key', async (t) => {
  const { attack, retreat, until: sees } = await withImpostor(t, createContext(deviceOf()));
  await attack();
  await retreat();
  await sees(ONLINE);
});

test('a user stays signed in after a forged datagram and a server with an invalid chain', async (t) => {
  const device = deviceOf();
  const { attack, retreat } = await withImpostor(t, contextWithChain(device, [chainOf(device)[0]]));
  await attack();
  await retreat();
});

test('while a server with another key answers, the user is told what is wrong', async (t) => {
  const { attack, retreat, started } = await withImpostor(t, createContext(deviceOf()));
  await attack();
  // A beat is due every 10 s, and the next beat is due in 5 s. After the last beat, the clock stands still
  // while the client asks for the reason.
  for (let beats = 0; beats < 2; beats++) started.beat();
  started.clock.increment(BEAT_MS - QUIET_MS);
  const { silence } = (await started.received('server.lost')) as Extract<
    HeartbeatReport,
    { type: 'server.lost' }
  >;
  t.regex((silence as { reason: string }).reason, /not the server that was known here.*server forget/);
  await retreat();
  await started.received('server.found');
});

test('if the key of an id is not on this machine, nothing is sent for the id', async (t) => {
  const { server } = await world(t);
  const started = beating(t, directoryAt(t, server, await temporaryDirectory(t)), server);
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  t.deepEqual(await started.received('session.ended'), { type: 'session.ended', id: alice, why: 'no-key' });
  started.beat();
  t.is(server.received('udp', 'datagram.received'), 0);
});

test('a user without a key is announced in clear, as before keys existed', async (t) => {
  const datagrams: string[] = [];
  const udp = createSocket('udp4', (bytes) => datagrams.push(bytes.toString('latin1'))).bind(0, '127.0.0.1');
  await once(udp, 'listening');
  t.teardown(() => udp.close());
  const tcp = await freePort();
  const directory = directoryAt(t, { tcp }, await temporaryDirectory(t));
  const started = beating(t, directory, { tcp, udp: udp.address().port });
  started.heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await until(() => datagrams.length === 2);
  started.beat();
  await until(() => datagrams.length === 4);
  started.heartbeat.send({ type: 'shutdown.requested' });
  await until(() => datagrams.length === 5);
  const beat = ['SET alice 100 ONLINE 4000', 'GET alice'];
  t.deepEqual(datagrams, [...beat, ...beat, 'SET alice 101 OFFLINE 4000']);
});

test('if an id gets its key after its user signed in, its datagrams are sealed from then on', async (t) => {
  const { server, until: sees } = await world(t);
  await ask(server.tcp, 'ADD bob carl\n');
  const directory = directoryAt(t, server, await temporaryDirectory(t));
  const started = beating(t, directory, server);
  const carl = 'carl' as UserId;
  started.heartbeat.send({ type: 'presence.set', id: carl, status: 100 });
  await until(() => directory.serverName() !== undefined);
  await directory.request('REG', [carl], signal);
  await ask(server.tcp, 'ADD bob carl\n');
  started.beat();
  await started.received('buddies.received');
  await sees(`${OFFLINE}carl 100 ONLINE 127.0.0.1 4000\n`);
  t.is(started.sessions.length, 1);
});
