import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { MAX_LINES_PER_TURN, Reading } from '../../../actors/client/line-throttle.js';
import { LineSplitter } from '../../../protocol/line-splitter.js';
import { until } from '../../helpers/network.js';

const WITHOUT_LINES = Buffer.alloc(16 * 1024 * 1024);
const LINES = 100_000;
const SHORT_LINES = Buffer.from(Array.from({ length: LINES }, (_, number) => `${number}\n`).join(''));

/** A socket that is flooded, and what came of it. */
async function flooded(t: ExecutionContext, flood: Buffer) {
  const server = createServer((other) => other.on('error', () => {}).end(flood)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const seen = { bytes: 0, chunks: 0, lines: [] as string[], ended: false };
  const reading = new Reading(socket, ({ bytes }) => seen.lines.push(Buffer.from(bytes).toString()));
  const splitter = new LineSplitter(1_024);
  socket.on('data', (chunk) => {
    seen.bytes += chunk.length;
    seen.chunks += 1;
    reading.push(splitter.push(chunk), chunk.length);
  });
  socket.on('end', () => {
    reading.end(() => {
      seen.ended = true;
    });
  });
  return { socket, reading, seen };
}

test('of a flood one chunk is read in a turn, and all of it in the end', async (t) => {
  const { seen } = await flooded(t, WITHOUT_LINES);
  let most = 0;
  while (seen.bytes < WITHOUT_LINES.length) {
    const before = seen.chunks;
    await turn();
    most = Math.max(most, seen.chunks - before);
  }
  // One that was read just before a turn is counted with the next; without a rest there are up to 32.
  t.true(most <= 2, `${most}`);
});

test('of a flood of short lines some are taken in a turn, and all of them in order in the end', async (t) => {
  const { seen } = await flooded(t, SHORT_LINES);
  let most = 0;
  while (!seen.ended) {
    const before = seen.lines.length;
    await turn();
    most = Math.max(most, seen.lines.length - before);
  }
  // The turn that reads a chunk may be the one that ends the chunk before.
  t.true(most <= 2 * MAX_LINES_PER_TURN, `${most}`);
  t.is(seen.lines.length, LINES);
  t.true(seen.lines.every((line, number) => line === String(number)));
});

test('who is held is not read until it is released, nor given what was read already', async (t) => {
  const { reading, seen } = await flooded(t, SHORT_LINES);
  await until(() => seen.lines.length > 0);
  reading.hold();
  const { bytes, lines } = seen;
  const { length } = lines;
  for (let turns = 0; turns < 50; turns++) await turn();
  t.is(seen.bytes, bytes);
  t.is(lines.length, length);
  reading.release();
  await until(() => seen.ended);
  t.is(lines.length, LINES);
});

test('what is left when the connection ends is taken at once', async (t) => {
  const { reading, seen } = await flooded(t, SHORT_LINES);
  await until(() => seen.lines.length > 0);
  const before = seen.lines.length;
  reading.finish();
  t.true(seen.lines.length > before + MAX_LINES_PER_TURN);
  t.is(seen.lines.at(-1), String(seen.lines.length - 1));
});

test('an end does not wait for who is held', async (t) => {
  const { reading, seen } = await flooded(t, SHORT_LINES.subarray(0, 2_000));
  reading.hold();
  reading.release();
  await until(() => seen.lines.length > 0);
  reading.hold();
  await until(() => seen.ended);
  t.true(seen.lines.length > MAX_LINES_PER_TURN);
});
