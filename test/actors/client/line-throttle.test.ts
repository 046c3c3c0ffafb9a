import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextIteration } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { LineThrottle, MAX_LINES_PER_ITERATION } from '../../../actors/client/line-throttle.js';
import { LineSplitter } from '../../../protocol/line-splitter.js';
import { until } from '../../helpers/network.js';

const WITHOUT_LINES = Buffer.alloc(16 * 1024 * 1024);
const LINES = 100_000;
const SHORT_LINES = Buffer.from(Array.from({ length: LINES }, (_, number) => `${number}\n`).join(''));

/** A flooded socket with its throttle, and counts of what arrived. */
async function flooded(t: ExecutionContext, flood: Buffer) {
  const server = createServer((other) => other.on('error', () => {}).end(flood)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const seen = { bytes: 0, chunks: 0, lines: [] as string[], ended: false };
  const throttle = new LineThrottle(socket, ({ bytes }) => seen.lines.push(Buffer.from(bytes).toString()));
  const splitter = new LineSplitter(1_024);
  socket.on('data', (chunk) => {
    seen.bytes += chunk.length;
    seen.chunks += 1;
    throttle.push(splitter.push(chunk), chunk.length);
  });
  socket.on('end', () => {
    throttle.end(() => {
      seen.ended = true;
    });
  });
  return { socket, throttle, seen };
}

test('one chunk of a flood is read in each event-loop iteration, until every byte is read', async (t) => {
  const { seen } = await flooded(t, WITHOUT_LINES);
  let most = 0;
  while (seen.bytes < WITHOUT_LINES.length) {
    const before = seen.chunks;
    await nextIteration();
    most = Math.max(most, seen.chunks - before);
  }
  // A chunk that is read just before an iteration counts for that iteration. Without a pause, Node.js would
  // read up to 32 chunks.
  t.true(most <= 2, `${most}`);
});

test('a flood of short lines is handed over in small batches, in order, with no line lost', async (t) => {
  const { seen } = await flooded(t, SHORT_LINES);
  let most = 0;
  while (!seen.ended) {
    const before = seen.lines.length;
    await nextIteration();
    most = Math.max(most, seen.lines.length - before);
  }
  // The iteration that reads a chunk may also complete the previous chunk.
  t.true(most <= 2 * MAX_LINES_PER_ITERATION, `${most}`);
  t.is(seen.lines.length, LINES);
  t.true(seen.lines.every((line, number) => line === String(number)));
});

test('a pause stops both reading and handing over until the throttle is resumed', async (t) => {
  const { throttle, seen } = await flooded(t, SHORT_LINES);
  await until(() => seen.lines.length > 0);
  throttle.pause();
  const { bytes, lines } = seen;
  const { length } = lines;
  for (let iterations = 0; iterations < 50; iterations++) await nextIteration();
  t.is(seen.bytes, bytes);
  t.is(lines.length, length);
  throttle.resume();
  await until(() => seen.ended);
  t.is(lines.length, LINES);
});

test('finish hands over all remaining lines at once', async (t) => {
  const { throttle, seen } = await flooded(t, SHORT_LINES);
  await until(() => seen.lines.length > 0);
  const before = seen.lines.length;
  throttle.finish();
  t.true(seen.lines.length > before + MAX_LINES_PER_ITERATION);
  t.is(seen.lines.at(-1), String(seen.lines.length - 1));
});

test('the end of the input is reported even while the throttle is paused', async (t) => {
  const { throttle, seen } = await flooded(t, SHORT_LINES.subarray(0, 2_000));
  throttle.pause();
  throttle.resume();
  await until(() => seen.lines.length > 0);
  throttle.pause();
  await until(() => seen.ended);
  t.true(seen.lines.length > MAX_LINES_PER_ITERATION);
});
