import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { HEADER_TIMEOUTS, limitConnections, MAX_CONNECTIONS } from '../../actors/http-limits.js';
import { closed, dial, readToEnd } from '../helpers/network.js';

/** A server that answers `/` at once and keeps all other responses open. */
async function serve(t: ExecutionContext) {
  const streams: ServerResponse[] = [];
  const server = createServer(HEADER_TIMEOUTS, ({ url }, response) => {
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

const INCOMPLETE = 'GET / HTTP/1.1\r\nHost: 127.0.0.1';
const requestOf = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

test('incomplete requests do not keep out a complete request; the oldest connection is closed', async (t) => {
  const { open, streams } = await serve(t);
  const stream = await open(requestOf('/stream'));
  await once(stream, 'data');
  const oldest = await open(INCOMPLETE);
  const isCut = closed(oldest.resume());
  for (let count = 2; count < MAX_CONNECTIONS + 10; count++) await open(INCOMPLETE);
  await isCut;
  t.regex(await readToEnd(await open(requestOf('/'))), /hello/);
  t.false(streams[0]?.destroyed, 'a response in progress is not ended');
});

test('if all connections have a response in progress, a new connection is closed', async (t) => {
  const { open, streams } = await serve(t);
  for (let count = 0; count < MAX_CONNECTIONS; count++) {
    await once(await open(requestOf('/stream')), 'data');
  }
  await closed((await open(requestOf('/'))).resume());
  t.is(streams.filter(({ destroyed }) => !destroyed).length, MAX_CONNECTIONS);
});

test('a connection whose headers never end is closed', async (t) => {
  const { open } = await serve(t);
  await Promise.all([closed((await open(INCOMPLETE)).resume()), closed((await open('')).resume())]);
  t.pass();
});
