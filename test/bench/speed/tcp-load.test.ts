import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { LISTS, listId, loadTcp, loadTcpSteadily, type RequestKind } from '../../../bench/speed/tcp-load.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { changes } from '../../storage/changes.js';

/** Starts a server that replies by the number of the request, and records the requests. */
async function listen(t: ExecutionContext, answer: (number: number) => string) {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      socket.end(answer(requests.length));
      requests.push(bytes.toString('latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, requests };
}

/** The first requests of a kind, each sent after the reply to the one before it. */
async function firstRequests(t: ExecutionContext, kind: RequestKind, count: number): Promise<string[]> {
  const { port, requests } = await listen(t, () => '200 OK\r\n');
  for (let first = 0; first < count; ) {
    const job = { kind: 'tcp', port, clients: 1, ms: 50, requests: kind, first, answer: '200' } as const;
    const made = await loadTcp(job);
    t.is(made.errors, 0);
    t.is(made.latencies.length, made.requests);
    first += made.requests;
    t.is(requests.length, first);
  }
  return requests.slice(0, count);
}

test('each request of the ADD and DEL load changes a list', async (t) => {
  const table = new UserTable();
  for (let list = 0; list < LISTS; list++)
    for (const change of changes(`REG ${listId(list)}`)) table.apply(change);
  // Every user adds and removes two buddies; then the first user adds a third.
  const requests = await firstRequests(t, 'ADD and DEL', 4 * LISTS + 1);
  for (const change of changes(...requests.map((request) => request.trimEnd()))) {
    t.truthy(table.apply(change).effect, JSON.stringify(change));
  }
});

test('each request of the REG load registers a new user', async (t) => {
  const table = new UserTable();
  const requests = await firstRequests(t, 'REG', 100);
  for (const change of changes(...requests.map((request) => request.trimEnd()))) {
    t.is(table.apply(change).verdict, 200, JSON.stringify(change));
  }
});

test('an unexpected or missing reply is an error', async (t) => {
  const answers = ['200 OK\r\n', '205 NOT NOW\r\n', ''];
  const { port, requests } = await listen(t, (number) => answers[number % answers.length] as string);
  const made = await loadTcpSteadily({ kind: 'steady tcp', port, ms: 30, rate: 1_000 });
  t.is(made.requests, 30);
  t.is(made.latencies.length, 30);
  t.is(made.errors, 20);
  t.is(new Set(requests).size, 30);
});
