import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { loadUdp, type UdpJob } from '../../../bench/speed/udp-load.js';
import { parseDatagram } from '../../../protocol/datagram.js';

const USERS = 100;

/** Starts a server that answers by the number of the datagram, and records the parsed datagrams. */
async function listen(t: ExecutionContext, answer: (number: number) => string | undefined) {
  const datagrams: ReturnType<typeof parseDatagram>[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port, address }) => {
    const text = answer(datagrams.length);
    if (text !== undefined) socket.send(text, port, address);
    datagrams.push(parseDatagram(bytes));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  const all = async () => {
    while (datagrams.length < USERS) await once(socket, 'message');
    return datagrams;
  };
  return { port: socket.address().port, all };
}

/** A job that sends a datagram for each user, within a tenth of a second. */
function jobOf(kind: UdpJob['kind'], port: number): UdpJob {
  return { kind, port, ms: 100, prefix: 'user', users: USERS, registered: USERS, rate: 10 * USERS };
}

test('the first GETs come from all users, one from each', async (t) => {
  const { port, all } = await listen(t, () => 'user1 unknown unknown\n');
  const { requests, errors, latencies } = await loadUdp(jobOf('GET', port));
  t.is(requests, USERS);
  t.is(errors, USERS - latencies.length);
  t.true(latencies.every((ms) => ms >= 0));
  const datagrams = await all();
  for (const datagram of datagrams) t.is(datagram?.op, 'GET');
  t.is(new Set(datagrams.map((datagram) => datagram?.id)).size, USERS);
});

test('a GET without an answer is an error', async (t) => {
  const { port } = await listen(t, (number) => (number % 10 === 0 ? undefined : 'x'));
  const { requests, errors, latencies } = await loadUdp(jobOf('GET', port));
  t.is(requests, USERS);
  t.is(errors, USERS - latencies.length);
  t.true(errors >= USERS / 10);
});

for (const [kind, status] of [
  ['SET', 100],
  ['GONE', 101],
] as const) {
  test(`${kind} announces each user with status ${status}, and expects no answer`, async (t) => {
    const { port, all } = await listen(t, () => undefined);
    const { requests, errors, latencies } = await loadUdp(jobOf(kind, port));
    t.deepEqual([requests, errors, latencies.length], [USERS, 0, 0]);
    const datagrams = await all();
    for (const datagram of datagrams) t.like(datagram, { op: 'SET', status });
    t.is(new Set(datagrams.map((datagram) => datagram?.id)).size, USERS);
  });
}
