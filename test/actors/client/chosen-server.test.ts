/** Clients with two servers of one directory, at 127.0.0.1 and 127.0.0.2. */

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  connect,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import { ask, LATE_REPLY, NO_REPLY } from '../../../actors/client/ask-server.js';
import { ChosenServer } from '../../../actors/client/chosen-server.js';
import { type Client, type CreateClientOptions, createClient } from '../../../actors/client/create-client.js';
import { Directory } from '../../../actors/client/directory.js';
import { BEAT_MS, heartbeatWith } from '../../../actors/client/heartbeat.js';
import { KeyedServer } from '../../../actors/client/keyed-server.js';
import { stranger } from '../../../actors/client/keyring.js';
import { createServerIdentity } from '../../../actors/server/server-identity.js';
import { Identity } from '../../../keys/identity.js';
import type { HeartbeatReport } from '../../../machines/client/events.js';
import { UNANSWERED_ROUNDS } from '../../../machines/client/server-choice.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { VERSION_REQUEST } from '../../../protocol/request.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';

import { Servers } from '../../../user-files/servers.js';
import { RecordingServer, SILENCE } from '../../helpers/directory.js';
import { freePort, PresenceClient, until } from '../../helpers/network.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { serve, type TestServer } from '../../helpers/server.js';
import { idAt } from '../../helpers/several-servers.js';

const FIRST = '127.0.0.1';
const SECOND = '127.0.0.2';
const LIST = `${FIRST},${SECOND}`;
const buddy = 'buddy' as UserId;
const NO_SUCH_USER = { line: '202 NO SUCH USER' as DisplayText };
const signal = new AbortController().signal;

interface World {
  readonly first: TestServer;
  readonly second: TestServer;
  readonly seed: Identity;
  readonly root: string;
  readonly ports: { readonly tcpPort: number; readonly udpPort: number };
}

/** Two servers of one directory, with equal ports at two addresses. */
async function world(t: ExecutionContext, { hasFirstUdp = true } = {}): Promise<World> {
  const store = openMemoryStore();
  const seed = Identity.create();
  const options = {
    openStore: async () => ({ ...store, close: async () => {} }),
    identity: () => createServerIdentity(seed, 1),
  };
  const second = await serve(t, { ...options, host: SECOND });
  const udpPort = hasFirstUdp ? second.udp : 0;
  const first = await serve(t, { ...options, host: FIRST, tcpPort: second.tcp, udpPort });
  const root = await temporaryDirectory(t);
  return { first, second, seed, root, ports: { tcpPort: second.tcp, udpPort: second.udp } };
}

async function stop({ server }: TestServer): Promise<void> {
  server.shutdown();
  await server.ended;
}

function clientAt(t: ExecutionContext, { ports, root }: World, options: CreateClientOptions): Client {
  const server = LIST;
  const client = createClient({ server, ...ports, dataDirectory: root, ...options });
  t.teardown(() => client.close());
  return client;
}

function directoryAt(t: ExecutionContext, { ports, root }: World, keys = true): Directory {
  const directory = new Directory({ server: { host: LIST, ...ports }, dataRoot: root, keys });
  t.teardown(() => directory.close());
  return directory;
}

for (const privacy of ['as-can', 'clear'] as const) {
  const kind = privacy === 'clear' ? 'without keys' : 'with keys';

  test(`${kind}: when the first server is down at the start, requests go to the second`, async (t) => {
    const two = await world(t);
    await stop(two.first);
    const id = idAt(FIRST, LIST);
    const client = clientAt(t, two, { user: id, privacy });
    for (const one of [id, buddy]) t.is((await client.register(one)).code, 200);
    t.is((await client.add(buddy)).code, 200);
    t.deepEqual(
      (await client.buddies()).map((one) => one.id),
      [buddy],
    );
  });

  test(`${kind}: when the first server ends, the client continues at the second`, async (t) => {
    const two = await world(t);
    const id = idAt(FIRST, LIST);
    const client = clientAt(t, two, { user: id, privacy });
    for (const one of [id, buddy]) t.is((await client.register(one)).code, 200);
    t.is((await client.add(buddy)).code, 200);
    await client.listen();
    await stop(two.first);
    const list = await client.buddies();
    t.deepEqual(
      list.map((one) => one.id),
      [buddy],
    );
    t.is((await client.del(buddy)).code, 200);
  });
}

test('if no server can be reached, requests reject with the error of the last server', async (t) => {
  const two = await world(t);
  await stop(two.first);
  await stop(two.second);
  const id = idAt(FIRST, LIST);
  const { tcpPort } = two.ports;
  await t.throwsAsync(clientAt(t, two, { user: id }).register(id), {
    code: 'server.unreachable',
    message: `the server ${FIRST}:${tcpPort}, ${SECOND}:${tcpPort} could not be asked: nothing listens there`,
  });
});

/** A heartbeat in simulated time. */
function beating(t: ExecutionContext, { ports }: World, directory: Directory, id: UserId) {
  const reports: HeartbeatReport[] = [];
  const client = createActor(
    fromBehaviour<HeartbeatReport>(() => ({ receive: (event) => reports.push(event) })),
  );
  client.start();
  const clock = new SimulatedClock();
  const heartbeat = createActor(heartbeatWith(directory), {
    clock,
    input: {
      server: { host: LIST, ...ports },
      client: client as never,
      user: undefined,
      callPort: 4_000,
      isServerLost: false,
    },
  });
  heartbeat.start();
  t.teardown(() => heartbeat.stop());
  heartbeat.send({ type: 'presence.set', id, status: 100 });
  return { clock, reports, heartbeat };
}

test('a client stays with its server, and does not use the other server', async (t) => {
  const two = await world(t);
  const id = idAt(SECOND, LIST);
  const directory = directoryAt(t, two, false);
  t.true((await directory.request('REG', [id], signal)).done);
  const { clock, reports } = beating(t, two, directory, id);
  for (const count of [1, 2, 3]) {
    await until(() => reports.length === count);
    clock.increment(BEAT_MS);
  }
  t.is(two.first.actors('connection').length, 0);
  t.true(two.second.actors('connection').length > 0);
});

/** A socket in the place of the first server's presence, which answers nothing. */
async function silentSocket(t: ExecutionContext, port: number) {
  const socket = createSocket('udp4');
  let count = 0;
  socket.on('message', () => {
    count += 1;
  });
  socket.bind(port, FIRST);
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { heard: () => count };
}

for (const hasKeys of [true, false])
  test(`a client leaves a server that is silent over UDP, ${hasKeys ? 'sealed' : 'in clear'}`, async (t) => {
    const two = await world(t, { hasFirstUdp: false });
    const silent = await silentSocket(t, two.ports.udpPort);
    const id = idAt(FIRST, LIST);
    const directory = directoryAt(t, two, hasKeys);
    for (const one of [id, buddy]) await directory.request('REG', [one], signal);
    await directory.request('ADD', [id, buddy], signal);
    await directory.request('ADD', [buddy, id], signal);
    const { clock, reports } = beating(t, two, directory, id);
    // A round is one SET and one GET.
    for (let round = 1; round <= UNANSWERED_ROUNDS; round++) {
      await until(() => silent.heard() === 2 * round);
      t.deepEqual(reports, []);
      clock.increment(BEAT_MS);
    }
    await until(() => reports.length > 0);
    t.deepEqual(
      reports.map(({ type }) => type),
      ['buddies.received'],
    );
    if (!hasKeys) {
      const other = await PresenceClient.open(t, two.second.udp, SECOND);
      t.is(await other.ask('GET buddy', SECOND), `${id} 100 ONLINE 127.0.0.1 4000\n`);
    }
    t.is(silent.heard(), 2 * UNANSWERED_ROUNDS);
    t.is(directory.server.endpoint.host, SECOND);
  });

test('after requests over TCP move to the next server, the heartbeat moves, too', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const directory = directoryAt(t, two);
  for (const one of [id, buddy]) await directory.request('REG', [one], signal);
  await directory.request('ADD', [id, buddy], signal);
  const { clock, reports } = beating(t, two, directory, id);
  await until(() => reports.length === 1);
  await stop(two.first);
  t.true((await directory.request('DEL', [id, buddy], signal)).done);
  t.is(directory.server.endpoint.host, SECOND);
  clock.increment(BEAT_MS);
  await until(() => reports.length === 2);
  t.is(reports[1]?.type, 'buddies.received');
});

test('when a client comes back to a server, it replaces its older session there', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const directory = directoryAt(t, two);
  await directory.request('REG', [id], signal);
  const { clock, reports } = beating(t, two, directory, id);
  const arrived = (count: number) =>
    until(() => reports.length === count || reports.at(-1)?.type === 'session.ended');
  for (const count of [1, 2, 3]) {
    await arrived(count);
    directory.server.leave({ host: directory.server.endpoint.host });
    clock.increment(BEAT_MS);
  }
  await arrived(4);
  t.deepEqual(
    reports.map(({ type }) => type),
    Array(4).fill('buddies.received'),
  );
  for (const server of [two.first, two.second]) t.is(server.received('sessions', 'session.open'), 3);
});

test('a server of the list gets no request if its key is not the key of the known server', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const directory = directoryAt(t, two);
  await directory.request('REG', [id], signal);
  await stop(two.first);
  await stop(two.second);
  const stranger = await serve(t, {
    host: SECOND,
    tcpPort: two.ports.tcpPort,
    identity: () => createServerIdentity(Identity.create(), 1),
  });
  const [known, other] = [FIRST, SECOND].map((host) => `${host}:${two.ports.tcpPort}`);
  await t.throwsAsync(directory.request('ADD', [id, buddy], signal), {
    code: 'server.changed',
    message:
      `${other} has another key than ${known}, and nothing was sent. Remove ${other} from --server. ` +
      `Only if the operator of ${known} says that all servers have a new key: ` +
      `im-client server forget ${known}`,
  });
  const at = { host: SECOND, address: SECOND };
  t.is((await directory.logIn(id, { kind: 'new' }, at, signal)).outcome, 'changed');
  t.is(stranger.received('store', 'change.commit'), 0);
});

test('no request is sent if the servers of the list are known with different keys', async (t) => {
  const two = await world(t);
  const stranger = await serve(t, {
    host: '127.0.0.3',
    tcpPort: two.ports.tcpPort,
    identity: () => createServerIdentity(Identity.create(), 1),
  });
  const at = (host: string) => {
    const directory = new Directory({ server: { host, ...two.ports }, dataRoot: two.root, keys: true });
    t.teardown(() => directory.close());
    return directory;
  };
  await at(FIRST).request('REG', ['alice'], signal);
  await at('127.0.0.3').request('REG', ['bob'], signal);
  const commits = stranger.received('store', 'change.commit');
  const [known, other] = [FIRST, '127.0.0.3'].map((host) => `${host}:${two.ports.tcpPort}`);
  await t.throwsAsync(at(`${FIRST},127.0.0.3`).request('REG', ['carol'], signal), {
    code: 'server.changed',
    message:
      `${known} and ${other} are known with different keys, and nothing was sent. Remove the one that is ` +
      'not a server of your directory from --server. If you know from the operator of your directory that ' +
      'a key is old, forget it: im-client server forget HOST:PORT',
  });
  t.is(stranger.received('store', 'change.commit'), commits);
});

// This test is serial, because it changes a setting of the process.
test.serial(
  'a name with several addresses: the client stays at one address until that address refuses',
  async (t) => {
    // On a busy machine, Node.js would try the second address before the first connection is established.
    const attemptMs = getDefaultAutoSelectFamilyAttemptTimeout();
    setDefaultAutoSelectFamilyAttemptTimeout(FOREVER_MS);
    t.teardown(() => setDefaultAutoSelectFamilyAttemptTimeout(attemptMs));
    const two = await world(t);
    const addresses = [FIRST, SECOND].map((address) => ({ address, family: 4 }));
    let lookUps = 0;
    const chosen = new ChosenServer({ host: 'im.test', ...two.ports }, (_host, _options, done) => {
      lookUps += 1;
      // Real name servers also change the order of the addresses.
      done(null, addresses.reverse().slice());
    });
    chosen.beginWith('alice');
    const began = await chosen.locate();
    t.deepEqual(await chosen.locate(), began);
    const servers = new Map([
      [FIRST, two.first],
      [SECOND, two.second],
    ]);
    const count = () => servers.get(began.address)?.actors('connection').length;
    for (const one of [1, 2, 3]) {
      t.like(await chosen.ask('ADD alice\n', signal), NO_SUCH_USER);
      t.is(count(), one);
    }
    t.is(lookUps, 5, 'one for each request');
    await stop(servers.get(began.address) as TestServer);
    t.like(await chosen.ask('ADD alice\n', signal), NO_SUCH_USER);
    t.not((await chosen.locate()).address, began.address);
  },
);

/** Replaces the first server with a server that records what it receives, and replies as the test says. */
async function replaceFirst(
  t: ExecutionContext,
  { first, ports }: World,
  replyTo: Parameters<typeof RecordingServer.start>[1],
): Promise<RecordingServer> {
  await stop(first);
  return RecordingServer.start(t, replyTo, ports.tcpPort);
}

function chosenBy({ ports }: World, id: UserId): ChosenServer {
  const chosen = new ChosenServer({ host: LIST, ...ports });
  chosen.beginWith(id);
  return chosen;
}

/** A wait for a reply that is longer than a test may take. */
const FOREVER_MS = 600_000;

function keyedServer(chosen: ChosenServer, seed: Identity): KeyedServer {
  return new KeyedServer(chosen, seed.key, [chosen.endpoint], signal);
}

test('with keys: a client leaves a server that accepts connections but answers nothing', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const frozen = await replaceFirst(t, two, () => SILENCE);
  const server = keyedServer(chosenBy(two, id), two.seed);
  for (const line of ['200 OK', '203 USER EXISTS']) {
    const { reply } = await server.ask(stranger(), `REG ${id}\n`, { timeoutMs: FOREVER_MS });
    t.is<string, string>(reply.line, line);
  }
  t.is(frozen.connections.length, 1);
});

test('with keys: if a client finds its server frozen, it logs in at the next server', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const directory = directoryAt(t, two);
  await directory.request('REG', [id], signal);
  await replaceFirst(t, two, () => SILENCE);
  const { reports } = beating(t, two, directory, id);
  await until(() => reports.length > 0);
  t.is(reports[0]?.type, 'buddies.received');
  t.is(directory.server.endpoint.host, SECOND);
});

for (const [what, reply] of [
  ['is frozen', SILENCE],
  ['closes the connection, as if it was killed', undefined],
] as const)
  test(`at the first contact, a client leaves a server that ${what}`, async (t) => {
    const two = await world(t);
    const id = idAt(FIRST, LIST);
    const first = await replaceFirst(t, two, () => reply);
    const directory = directoryAt(t, two);
    t.like(await directory.request('REG', [id], signal), { line: '200 OK', registration: { with: 'key' } });
    t.deepEqual(first.texts, [VERSION_REQUEST]);
    const { key } = await new Servers(two.root).find({ host: FIRST, port: two.ports.tcpPort });
    t.is(key, undefined);
  });

test('a name with several addresses: a client leaves an address whose server is frozen', async (t) => {
  const two = await world(t);
  await replaceFirst(t, two, () => SILENCE);
  const chosen = new ChosenServer({ host: 'im.test', ...two.ports }, (_host, _options, done) => {
    done(
      null,
      [FIRST, SECOND].map((address) => ({ address, family: 4 })),
    );
  });
  chosen.beginWith('alice');
  while ((await chosen.locate()).address !== FIRST) chosen.leave(await chosen.locate());
  const { reply } = await keyedServer(chosen, two.seed).ask(stranger(), 'REG alice\n', {
    timeoutMs: FOREVER_MS,
  });
  t.is<string, string>(reply.line, '200 OK');
  t.is((await chosen.locate()).address, SECOND);
});

test('with keys: a connection goes on to the next address of a name', async (t) => {
  const two = await world(t);
  await stop(two.first);
  // The second address is of the other family: Node.js tries it after the first address has refused.
  const found = [
    { address: FIRST, family: 4 },
    { address: `::ffff:${SECOND}`, family: 6 },
  ];
  const chosen = new ChosenServer({ host: 'im.test', ...two.ports }, (_host, _options, done) =>
    done(null, found),
  );
  const { reply } = await keyedServer(chosen, two.seed).ask(stranger(), 'REG alice\n');
  t.is<string, string>(reply.line, '200 OK');
});

test('a request in clear that gets no reply is not repeated; the next goes to another server', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const frozen = await replaceFirst(t, two, () => SILENCE);
  const chosen = chosenBy(two, id);
  await t.throwsAsync(chosen.ask(`REG ${id}\n`, signal), { message: 'no reply in time' });
  t.deepEqual(frozen.texts, [`REG ${id}\n`]);
  t.is(two.second.received('store', 'change.commit'), 0);
  t.like(await chosen.ask(`ADD ${id}\n`, signal), NO_SUCH_USER);
});

test('if a server closes a connection without a reply, the client stays with that server', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  await replaceFirst(t, two, () => undefined);
  const chosen = chosenBy(two, id);
  await t.throwsAsync(chosen.ask(`REG ${id}\n`, signal), { message: NO_REPLY });
  t.is(chosen.endpoint.host, FIRST);
});

test('after a reply 205 or 206, the client stays with its server', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  const lines = ['205 UNAVAILABLE', '206 BUSY'];
  const replies = lines.map((line) => `${line}\r\n`);
  await replaceFirst(t, two, () => replies.shift());
  const chosen = chosenBy(two, id);
  for (const line of lines) t.like(await chosen.ask(`REG ${id}\n`, signal), { line: line as DisplayText });
  t.is(chosen.endpoint.host, FIRST);
});

test('a client leaves a server that accepts no connection in time', async (t) => {
  const two = await world(t);
  const id = idAt(FIRST, LIST);
  await stop(two.first);
  await fullQueue(t, two.ports.tcpPort);
  const reply = chosenBy(two, id).reach((route) => ask(route, `ADD ${id}\n`, signal, FOREVER_MS));
  t.like(await reply, NO_SUCH_USER);
});

/** A process at the first server's address that never accepts, and whose queue of connections is full. */
async function fullQueue(t: ExecutionContext, port: number): Promise<void> {
  const queueLength = 1;
  const at = `${port}, '${FIRST}', ${queueLength}`;
  const script = `require('net').createServer().listen(${at}, () => console.log())`;
  const listener = spawn(process.execPath, ['-e', script]);
  t.teardown(() => listener.kill('SIGKILL'));
  await once(listener.stdout, 'data');
  listener.kill('SIGSTOP');
  // Linux holds one connection more than the queue should.
  for (let count = 0; count <= queueLength; count++) {
    const socket = connect(port, FIRST);
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
  }
}

test('a name with one address is tried once for each request, including the first request', async (t) => {
  const tcpPort = await freePort();
  let lookUps = 0;
  const chosen = new ChosenServer({ host: 'im.test', tcpPort }, (_host, _options, done) => {
    lookUps += 1;
    done(null, [{ address: FIRST, family: 4 }]);
  });
  for (const count of [1, 2]) {
    await t.throwsAsync(chosen.ask('ADD alice\n', signal), { message: 'nothing listens there' });
    t.is(lookUps, count);
  }
});

test('a name with an IPv4 and an IPv6 address: the client leaves the second if it is frozen', async (t) => {
  const two = await world(t);
  const frozen = await RecordingServer.start(t, () => SILENCE, two.ports.tcpPort, '::1');
  const list = `im.test,${SECOND}`;
  const chosen = new ChosenServer({ host: list, ...two.ports }, (_host, _options, done) => {
    done(null, [
      { address: '127.0.0.3', family: 4 }, // nothing listens there
      { address: '::1', family: 6 },
    ]);
  });
  chosen.beginWith(idAt('im.test', list));
  const late = chosen.reach((route) => ask(route, 'REG alice\n', signal, 1_000));
  await t.throwsAsync(late, { message: LATE_REPLY });
  t.is(frozen.connections.length, 1);
  t.is(chosen.endpoint.host, SECOND);
});
