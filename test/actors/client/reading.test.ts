import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Reading } from '../../../actors/client/reading.js';
import { until } from '../../helpers/network.js';

const FLOOD = Buffer.alloc(16 * 1024 * 1024);

/** A socket that is flooded, and what came of it in each turn of the event loop. */
async function flooded(t: ExecutionContext) {
  const server = createServer((other) => other.on('error', () => {}).end(FLOOD)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const reading = new Reading(socket);
  const seen = { bytes: 0, chunks: 0 };
  socket.on('data', (chunk) => {
    seen.bytes += chunk.length;
    seen.chunks += 1;
    reading.rest();
  });
  return { socket, reading, seen };
}

test('of a flood one chunk is read in a turn, and all of it in the end', async (t) => {
  const { seen } = await flooded(t);
  let most = 0;
  while (seen.bytes < FLOOD.length) {
    const before = seen.chunks;
    await turn();
    most = Math.max(most, seen.chunks - before);
  }
  t.is(most, 1);
});

test('who is held is not read until it is released', async (t) => {
  const { reading, seen } = await flooded(t);
  await until(() => seen.bytes > 0);
  reading.hold();
  const { bytes } = seen;
  for (let turns = 0; turns < 50; turns++) await turn();
  t.is(seen.bytes, bytes);
  reading.release();
  await until(() => seen.bytes === FLOOD.length);
});
