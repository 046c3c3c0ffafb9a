import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { limitConnections, MAX_CONNECTIONS } from '../../../actors/http-limits.js';
import { onlyFirstRequests } from '../../../actors/server/first-request.js';
import { closed, dial, readToEnd } from '../../helpers/network.js';

const IDLE_MS = 60_000;
const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const LAST_REQUEST = REQUEST.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

/** A server that keeps its responses open. */
async function serve(t: ExecutionContext) {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.write('hello');
    responses.push(response);
  });
  limitConnections(server);
  onlyFirstRequests(server, IDLE_MS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.teardown(() => server.closeAllConnections());
  const open = async (bytes: string): Promise<Socket> => {
    const socket = await dial((server.address() as AddressInfo).port);
    t.teardown(() => socket.destroy());
    socket.write(bytes);
    return socket;
  };
  return { open, responses };
}

test('a request that arrives in pieces is served', async (t) => {
  const { open, responses } = await serve(t);
  const socket = await open('');
  socket.setNoDelay();
  for (const character of LAST_REQUEST) socket.write(character);
  const text = readToEnd(socket);
  await once(socket, 'data');
  responses[0]?.end(', world');
  t.regex(await text, /hello.*world/s);
});

test('if requests arrive together, the connection is cut and no request is served', async (t) => {
  const { open, responses } = await serve(t);
  for (const bytes of [REQUEST.repeat(2), `${REQUEST}G`, REQUEST.replaceAll('\r', '').repeat(2)]) {
    await closed((await open(bytes)).resume());
  }
  t.is(responses.length, 0);
});

test('a second request during a response cuts the connection', async (t) => {
  const { open, responses } = await serve(t);
  const socket = await open(REQUEST);
  await once(socket, 'data');
  socket.write(REQUEST);
  await closed(socket.resume());
  t.is(responses.length, 1);
});

test('new connections displace idle connections, but none with a response in progress', async (t) => {
  const { open, responses } = await serve(t);
  await once(await open(REQUEST), 'data');
  const oldest = await open('GET /');
  const isCut = closed(oldest.resume());
  for (let count = 2; count <= MAX_CONNECTIONS; count++) await open('GET /');
  await isCut;
  t.false(responses[0]?.destroyed);
});
