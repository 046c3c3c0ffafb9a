import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import test from 'ava';
import { createRefuseClient, MAX_LINGERING } from '../../../actors/server/busy-replies.js';
import { until } from '../../helpers/network.js';

test('refused clients receive 206, and only a limited number of them stay connected', async (t) => {
  const refused: Socket[] = [];
  const refuse = createRefuseClient();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    refused.push(socket);
    refuse(socket);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const clients: Socket[] = [];
  t.teardown(() => {
    for (const client of clients) client.destroy();
  });
  for (let count = 0; count < MAX_LINGERING + 10; count++) {
    // The client never closes its own side.
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {});
    clients.push(client);
    const [reply] = (await once(client, 'data')) as [Buffer];
    t.is(reply.toString(), '206 BUSY\r\n');
  }
  // On a busy machine, some of these may already have been cut off because their time was over.
  t.true(refused.filter((socket) => !socket.destroyed).length <= MAX_LINGERING);
  t.true(
    refused.slice(0, 10).every((socket) => socket.destroyed),
    'the oldest are cut off',
  );
  await until(() => refused.every((socket) => socket.destroyed));
  t.pass('the others are cut off after a while');
});
