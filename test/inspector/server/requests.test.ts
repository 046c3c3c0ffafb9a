import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { IMPATIENT, limitConnections, MAX_CONNECTIONS } from '../../../inspector/server/requests.js';
import { closed, dial, readToEnd } from '../../helpers/network.js';

/** A server that answers `/` at once, and keeps all others waiting for more. */
async function serve(t: ExecutionContext) {
  const streams: ServerResponse[] = [];
  const server = createServer(IMPATIENT, ({ url }, response) => {
    if (url === '/') return void response.end('hello');
    response.write('more follows');
    streams.push(response);
  });
  limitConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.teardown(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const open = async (bytes: string): Promise<Socket> => {
    const socket = await dial(port);
    t.teardown(() => socket.destroy());
    socket.write(bytes);
    return socket;
  };
  return { open, streams };
}

const HALF = 'GET / HTTP/1.1\r\nHost: 127.0.0.1';
const requestOf = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

test('half requests that take all the room do not keep out one that is whole, and the oldest ends', async (t) => {
  const { open, streams } = await serve(t);
  const stream = await open(requestOf('/stream'));
  await once(stream, 'data');
  const oldest = await open(HALF);
  const isCut = closed(oldest.resume());
  for (let count = 2; count < MAX_CONNECTIONS + 10; count++) await open(HALF);
  await isCut;
  t.regex(await readToEnd(await open(requestOf('/'))), /hello/);
  t.false(streams[0]?.destroyed, 'what is being answered is not ended');
});

test('where all connections are being answered, one more is ended', async (t) => {
  const { open, streams } = await serve(t);
  for (let count = 0; count < MAX_CONNECTIONS; count++) {
    await once(await open(requestOf('/stream')), 'data');
  }
  await closed((await open(requestOf('/'))).resume());
  t.is(streams.filter(({ destroyed }) => !destroyed).length, MAX_CONNECTIONS);
});

test('headers that do not come to an end are not waited for', async (t) => {
  const { open } = await serve(t);
  await Promise.all([closed((await open(HALF)).resume()), closed((await open('')).resume())]);
  t.pass();
});
