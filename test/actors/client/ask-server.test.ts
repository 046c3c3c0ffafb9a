import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { ask as askServer } from '../../../actors/client/ask-server.js';
import type { ServerReply } from '../../../machines/client/events.js';

/** Sends a request to a server whose one connection is served by the test. */
async function askOne(t: ExecutionContext, serve: (socket: Socket) => void): Promise<ServerReply> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}); // the client leaves when it has its line
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  return ask('127.0.0.1', port);
}

function ask(host: string, port: number): Promise<ServerReply> {
  const route = { host, port, open: () => connect({ host, port }), hasOthers: () => false };
  return askServer(route, 'ADD alice bob\r\n', new AbortController().signal);
}

test('a request sends one line, and resolves with the reply line', async (t) => {
  let request = '';
  const reply = await askOne(t, (socket) => {
    socket.on('data', (chunk) => {
      request += chunk;
      socket.end('200 OK\r\n');
    });
  });
  t.is(request, 'ADD alice bob\r\n');
  t.deepEqual<unknown, unknown>(reply, { line: '200 OK', done: true });
});

test('a reply other than 200 is returned, but does not count as done', async (t) => {
  const reply = await askOne(t, (socket) => socket.end('202 NO SUCH USER\r\n'));
  t.deepEqual<unknown, unknown>(reply, { line: '202 NO SUCH USER', done: false });
});

test('a reply may come in pieces, and without a line end', async (t) => {
  const reply = await askOne(t, (socket) => {
    socket.write('20');
    socket.end('0 OK');
  });
  t.is<string, string>(reply.line, '200 OK');
});

test('the reply passes the text gate, and its length is limited', async (t) => {
  const gated = await askOne(t, (socket) => socket.end('200 \u001b[2J\r\n'));
  t.is<string, string>(gated.line, '200 \uFFFD[2J');
  const long = await askOne(t, (socket) => socket.write('x'.repeat(100_000)));
  t.is(long.line.length, 512);
});

test('when the server closes without a reply, the error says so in words', async (t) => {
  await t.throwsAsync(
    askOne(t, (socket) => socket.end()),
    { message: 'it closed the connection without a reply' },
  );
  await t.throwsAsync(
    askOne(t, (socket) => socket.resetAndDestroy()),
    { message: 'the connection was cut' },
  );
});

test('when the server cannot be reached, the error says so in words', async (t) => {
  await t.throwsAsync(ask('127.0.0.1', 1), { message: 'nothing listens there' });
  await t.throwsAsync(ask('no.such.host.invalid', 1), { message: 'its name is not known' });
});
