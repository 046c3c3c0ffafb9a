import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Delivery, type DeliveryListener } from '../../../actors/client/delivery.js';
import { until } from '../../helpers/network.js';

/**
 * How long `finish` waits for a confirmation, in milliseconds: longer than any test takes, and short enough
 * for a test in which the wait ends.
 */
const PATIENCE_MS = 120_000;
const SHORT_PATIENCE_MS = 400;

/** Two ends of a connection, and the listener's calls about the lines that one end sends. */
async function chat(t: ExecutionContext, patienceMs = PATIENCE_MS) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const [buddy] = (await accepted) as [Socket];
  for (const each of [socket, buddy]) {
    each.on('error', () => {});
    t.teardown(() => each.destroy());
  }
  const noticed: (keyof DeliveryListener)[] = [];
  const delivery = new Delivery(socket, scope, patienceMs, {
    onProgress: () => noticed.push('onProgress'),
    onDead: () => noticed.push('onDead'),
    onConfirmed: () => noticed.push('onConfirmed'),
    onStalled: () => noticed.push('onStalled'),
    onReset: () => noticed.push('onReset'),
  });
  t.teardown(() => delivery.release());
  /** Resolves when the network has taken the line. */
  const send = (text: string) =>
    new Promise<void>((resolve) => delivery.write(text, Buffer.from(`${text}\n`), resolve));
  return { socket, buddy, delivery, noticed, send };
}

const scope = {
  now: () => performance.now(),
  callLater: (callback: () => void, delayMs: number) => setTimeout(callback, delayMs) as never,
  cancel: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};

const LINE = 'x'.repeat(16 * 1024);

/** A number of lines that the kernels of both sides cannot hold. */
const MANY = 3_000;

/** How much the slow reader reads: the kernel then has room again, but not for all lines. */
const PART_BYTES = 8 * 1024 * 1024;

test("a slow reader's progress is reported before the network has taken all lines", async (t) => {
  const { socket, buddy, delivery, noticed, send } = await chat(t);
  delivery.watch();
  buddy.pause();
  const sent: number[] = [];
  for (let index = 0; index < MANY; index++) send(LINE).then(() => sent.push(index));
  await until(() => socket.writableLength > 0 && sent.length > 0);
  noticed.length = 0;
  let read = 0;
  buddy.on('data', (chunk) => {
    read += chunk.length;
    if (read > PART_BYTES) buddy.pause();
  });
  buddy.resume();
  await until(() => noticed.includes('onProgress'));
  t.true(sent.length < MANY);
});

test('`finish` leads to a report that all lines are confirmed, or that the buddy stalls', async (t) => {
  const reading = await chat(t);
  reading.buddy.resume();
  reading.send('read');
  reading.delivery.finish();
  await until(() => reading.noticed.length > 0);
  t.deepEqual(reading.noticed, ['onConfirmed']);

  const deaf = await chat(t, SHORT_PATIENCE_MS);
  deaf.buddy.pause();
  for (let index = 0; index < MANY; index++) deaf.send(LINE);
  deaf.delivery.finish();
  await until(() => deaf.noticed.length > 0);
  t.deepEqual(deaf.noticed, ['onStalled']);
  t.true(deaf.delivery.drainUnsentLines().length > 0);
});

test('a reset after the end of input is noticed, although the socket does not report it', async (t) => {
  const { socket, buddy, delivery, noticed, send } = await chat(t);
  buddy.pause();
  buddy.end();
  socket.resume();
  await once(socket, 'end');
  send(LINE);
  delivery.finish();
  buddy.resetAndDestroy();
  await until(() => noticed.length > 0);
  t.deepEqual(noticed, ['onReset']);
});

test('a reset loses all lines after the last answer; any other end loses no confirmed line', async (t) => {
  for (const isReset of [true, false]) {
    const { buddy, delivery, send } = await chat(t);
    buddy.pause();
    await send('answered');
    delivery.recordAnswer();
    await send('unread');
    t.true(delivery.hasUnread);
    t.deepEqual(delivery.drainLostLines({ isReset }), isReset ? ['unread'] : []);
    t.deepEqual(delivery.drainLostLines({ isReset }), []);
  }
});
