import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket as TcpSocket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createActor, SimulatedClock } from 'xstate';
import { BEAT_MS, CAUSE_PATIENCE_MS, heartbeatLogic } from '../../../actors/client/heartbeat.js';
import type { HeartbeatReport } from '../../../machines/client/events.js';
import {
  LOST_AFTER_BEATS,
  QUERY_RETRY_MS,
  QUERY_TRIES,
} from '../../../machines/client/server-connectivity.js';
import type { UserId } from '../../../protocol/id.js';
import { fromBehaviour } from '../../../supervision/behaviour.js';
import { freePort, until } from '../../helpers/network.js';

const alice = 'alice' as UserId;
const bob = 'bob' as UserId;

/** A server that records what it receives and answers only on demand, and a heartbeat in simulated time. */
async function beating(t: ExecutionContext, user?: UserId, isServerLost = false, tcpPort?: number) {
  const server: Socket = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const datagrams: string[] = [];
  let answerTo = () => {};
  server.on('message', (bytes, from) => {
    datagrams.push(bytes.toString());
    answerTo = () => server.send('bob 100 ONLINE 192.0.2.7 4000\n', from.port, from.address);
  });
  const reports: HeartbeatReport[] = [];
  const client = createActor(
    fromBehaviour<HeartbeatReport>(() => ({ receive: (event) => reports.push(event) })),
  );
  client.start();
  const clock = new SimulatedClock();
  const heartbeat = createActor(heartbeatLogic, {
    clock,
    input: {
      // If the test gives no TCP port, nothing listens on the port.
      server: { host: '127.0.0.1', tcpPort: tcpPort ?? (await freePort()), udpPort: server.address().port },
      client: client as never,
      user: user && { id: user, status: 100 },
      callPort: undefined,
      isServerLost,
    },
  });
  heartbeat.start();
  t.teardown(() => heartbeat.stop());
  return {
    clock,
    heartbeat,
    reports,
    answer: () => answerTo(),
    /** Waits for `count` datagrams, removes them, and returns them. */
    async hears(count: number): Promise<string[]> {
      await until(() => datagrams.length >= count);
      return datagrams.splice(0);
    },
    async received(type: HeartbeatReport['type']): Promise<HeartbeatReport> {
      await until(() => reports.some((event) => event.type === type));
      return reports.splice(
        reports.findIndex((event) => event.type === type),
        1,
      )[0] as HeartbeatReport;
    },
  };
}

test('a user who signs in is announced at once, if the port for calls is known', async (t) => {
  const { heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  t.deepEqual(await hears(2), ['SET alice 100 ONLINE 4000', 'GET alice']);
});

test('a user is announced as soon as the port for calls is known, and not earlier', async (t) => {
  const { heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  t.deepEqual(await hears(1), ['GET alice']);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  t.deepEqual(await hears(2), ['SET alice 100 ONLINE 4000', 'GET alice']);
});

test('SET and GET go out every ten seconds', async (t) => {
  t.is(BEAT_MS, 10_000);
  const { clock, heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(2);
  for (let beats = 0; beats < 3; beats++) {
    clock.increment(BEAT_MS);
    t.deepEqual(await hears(2), ['SET alice 100 ONLINE 4000', 'GET alice']);
  }
});

test('nothing is announced while no user is signed in', async (t) => {
  const { clock, heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  clock.increment(BEAT_MS);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  t.deepEqual(await hears(2), ['SET alice 100 ONLINE 4000', 'GET alice']);
});

test('the answer is the buddy list', async (t) => {
  const { answer, heartbeat, hears, received } = await beating(t);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(1);
  answer();
  const before = Date.now();
  const { buddies, atMs } = (await received('buddies.received')) as Extract<
    HeartbeatReport,
    { type: 'buddies.received' }
  >;
  t.deepEqual(buddies, [{ id: bob, status: 100, endpoint: { address: '192.0.2.7', port: 4_000 } }]);
  t.true(atMs >= before && atMs <= Date.now());
});

test('a question without an answer is repeated, and then given up', async (t) => {
  const { clock, heartbeat, hears, reports, received } = await beating(t);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(1);
  heartbeat.send({ type: 'buddies.get' });
  for (let tries = 0; tries < QUERY_TRIES; tries++) {
    t.deepEqual(await hears(1), ['GET alice']);
    t.deepEqual(reports, []);
    clock.increment(QUERY_RETRY_MS);
  }
  t.deepEqual(await received('buddies.timed-out'), { type: 'buddies.timed-out', silence: { cause: 'down' } });
});

/** The cause that is reported for a server that is silent over UDP and answers like this over TCP. */
async function silenceOf(t: ExecutionContext, serve: (socket: TcpSocket) => void): Promise<unknown> {
  const tcp = createServer((socket) => serve(socket.on('error', () => {})));
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  t.teardown(() => tcp.close());
  const { port } = tcp.address() as { port: number };
  const { clock, heartbeat, hears, received } = await beating(t, alice, false, port);
  await hears(1);
  heartbeat.send({ type: 'buddies.get' });
  for (let tries = 0; tries < QUERY_TRIES; tries++) {
    await hears(1);
    clock.increment(QUERY_RETRY_MS);
  }
  await once(tcp, 'connection');
  // If the server sends nothing over TCP, the request to it times out only now.
  if (serve.length === 0) clock.increment(CAUSE_PATIENCE_MS);
  const { silence } = (await received('buddies.timed-out')) as Extract<
    HeartbeatReport,
    { type: 'buddies.timed-out' }
  >;
  return silence;
}

test('a silent server is asked over TCP whether it knows the user', async (t) => {
  const asked: string[] = [];
  const answering = (reply: string) => (socket: TcpSocket) =>
    socket.on('data', (chunk) => {
      asked.push(String(chunk));
      socket.end(reply);
    });
  t.deepEqual(await silenceOf(t, answering('202 NO SUCH USER\r\n')), { cause: 'unregistered' });
  t.deepEqual(await silenceOf(t, answering('201 INVALID\r\n')), { cause: 'datagrams' });
  t.deepEqual(await silenceOf(t, answering('206 BUSY\r\n')), { cause: 'refusing', code: 206 });
  t.deepEqual(await silenceOf(t, answering('204 DENIED BANNED ID\r\n')), {
    cause: 'banned',
    ban: { banned: 'id' },
  });
  t.deepEqual(asked, Array(4).fill('ADD alice\r\n'), 'nothing is changed');
});

test('a server that is also silent over TCP counts as unreachable', async (t) => {
  t.deepEqual(await silenceOf(t, () => {}), { cause: 'unreachable', reason: 'no answer' });
});

test('a cause that was found for one user is not reported for another user', async (t) => {
  const tcp = createServer((socket) => socket.on('error', () => {}));
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  t.teardown(() => tcp.close());
  const { port } = tcp.address() as { port: number };
  const { answer, clock, heartbeat, hears, reports, received } = await beating(t, alice, false, port);
  await hears(1);
  for (let tries = 0; tries < QUERY_TRIES; tries++) {
    clock.increment(QUERY_RETRY_MS);
    if (tries < QUERY_TRIES - 1) await hears(1);
  }
  const [socket] = (await once(tcp, 'connection')) as [TcpSocket];
  heartbeat.send({ type: 'presence.set', id: bob, status: 100 });
  await hears(1);
  if (!socket.closed) await once(socket.resume(), 'close');
  answer();
  await received('buddies.received');
  t.deepEqual(reports, []);
});

test('an answered question is not repeated', async (t) => {
  const { answer, clock, heartbeat, hears, reports, received } = await beating(t);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(1);
  heartbeat.send({ type: 'buddies.get' });
  await hears(1);
  answer();
  await received('buddies.received');
  clock.increment(QUERY_RETRY_MS * QUERY_TRIES);
  t.deepEqual(reports, []);
});

test('a silent server is reported once, and its return is reported once', async (t) => {
  const { answer, clock, heartbeat, hears, reports, received } = await beating(t);
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(1);
  for (let beats = 0; beats < LOST_AFTER_BEATS; beats++) {
    clock.increment(BEAT_MS);
    await hears(1);
  }
  t.deepEqual(reports, []);
  for (let beats = 0; beats < 3; beats++) {
    clock.increment(BEAT_MS);
    await hears(1);
  }
  await received('server.lost');
  t.deepEqual(reports, []);
  answer();
  await received('server.found');
});

test('when another user signs in, the previous user is announced as offline', async (t) => {
  const { heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(2);
  heartbeat.send({ type: 'presence.set', id: bob, status: 100 });
  t.deepEqual((await hears(3)).toSorted(), [
    'GET bob',
    'SET alice 101 OFFLINE 4000',
    'SET bob 100 ONLINE 4000',
  ]);
});

test('when a heartbeat is asked to shut down, it says goodbye, and then ends', async (t) => {
  const { heartbeat, hears } = await beating(t);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  heartbeat.send({ type: 'presence.set', id: alice, status: 100 });
  await hears(2);
  heartbeat.send({ type: 'shutdown.requested' });
  t.deepEqual(await hears(1), ['SET alice 101 OFFLINE 4000']);
  await until(() => heartbeat.getSnapshot().status === 'done');
  t.pass();
});

test('a restarted heartbeat continues at once for the user who was signed in', async (t) => {
  const { heartbeat, hears } = await beating(t, alice);
  t.deepEqual(await hears(1), ['GET alice']);
  heartbeat.send({ type: 'port.bound', port: 4_000 });
  t.deepEqual(await hears(2), ['SET alice 100 ONLINE 4000', 'GET alice']);
});

test('a heartbeat emits that the server is lost or found, so that the tree can remember it', async (t) => {
  const { answer, clock, heartbeat, hears, received } = await beating(t, alice);
  const emitted: string[] = [];
  heartbeat.on('*', ({ type }) => emitted.push(type));
  await hears(1);
  for (let beats = 0; beats <= LOST_AFTER_BEATS; beats++) clock.increment(BEAT_MS);
  await received('server.lost');
  t.deepEqual(emitted, ['server.lost']);
  await hears(1);
  answer();
  await received('server.found');
  t.deepEqual(emitted, ['server.lost', 'server.found']);
});

test('restarted while the server is lost, a heartbeat reports the return of the server once', async (t) => {
  const { answer, clock, hears, reports, received } = await beating(t, alice, true);
  await hears(1);
  answer();
  await received('buddies.received');
  t.deepEqual(reports, [{ type: 'server.found' }]);
  clock.increment(BEAT_MS);
  await hears(1);
  answer();
  await received('buddies.received');
  t.deepEqual(reports, [{ type: 'server.found' }]);
});
