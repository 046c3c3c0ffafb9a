import test, { type ExecutionContext } from 'ava';
import type { EventObject } from 'xstate';
import { isSocketBound } from '../../../actors/server/listener.js';
import { type Population, REUSE_MS } from '../../../actors/server/monitor.js';
import type { MonitorOptions, ServerOptions } from '../../../actors/server/server-tree.js';
import { StoreError } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { pageUntil, readPage } from '../../helpers/http.js';
import { ask, closed, dial, PresenceClient, readToEnd, until } from '../../helpers/network.js';
import { askSealed, deviceOf, logIn } from '../../helpers/sealed-client.js';
import { crash, current, heldStore, serve } from '../../helpers/server.js';

/** Starts a server with a monitor whose metrics are the population as JSON. */
async function serveWatched(
  t: ExecutionContext,
  {
    monitor,
    ...options
  }: Partial<Omit<ServerOptions, 'monitor'> & { monitor: Partial<MonitorOptions> }> = {},
) {
  const server = await serve(t, {
    ...options,
    monitor: {
      host: '127.0.0.1',
      port: 0,
      metricsType: 'text/plain',
      metrics: async (population) => JSON.stringify(population),
      findProblem: async () => undefined,
      ...monitor,
    },
  });
  return { ...server, http: server.server.bound.get('http')?.port ?? 0 };
}

test('the monitor has three pages for GET and HEAD', async (t) => {
  const { http } = await serveWatched(t);
  t.like(await readPage(http, '/healthz'), { status: 200, text: 'ok\n' });
  t.like(await readPage(http, '/readyz?verbose'), { status: 200, text: 'ready\n' });
  t.like(await readPage(http, '/metrics', 'HEAD'), { status: 200, text: '' });
  t.is((await readPage(http, '/')).status, 404);
  t.is((await readPage(http, '/metrics/')).status, 404);
  const refused = await readPage(http, '/metrics', 'POST');
  t.is(refused.status, 405);
  t.is(refused.headers['allow'], 'GET, HEAD');
});

test('the metrics receive the numbers of users online, of users away, and of sessions', async (t) => {
  const { http, tcp, udp } = await serveWatched(t);
  const device = deviceOf();
  await askSealed(tcp, device, 'REG kim');
  await logIn(tcp, device, 'LOG kim new');
  const client = await PresenceClient.open(t, udp);
  for (const [id, status] of [
    ['alice', '100 ONLINE'],
    ['bob', '100 ONLINE'],
    ['carol', '102 AWAY'],
    ['dave', '101 OFFLINE'],
  ]) {
    await ask(tcp, `REG ${id}\n`);
    client.send(`SET ${id} ${status} 4000`);
  }
  await client.ask('GET alice');
  const page = await readPage(http, '/metrics');
  t.deepEqual(JSON.parse(page.text) as Population, { online: 2, away: 1, sessions: 1 });
});

test('metrics are made at most once per second, for any number of requests', async (t) => {
  let count = 0;
  const { http } = await serveWatched(t, { monitor: { metrics: async () => String(++count) } });
  const startedAt = performance.now();
  while (count < 3) await Promise.all(Array.from({ length: 20 }, () => readPage(http, '/metrics')));
  t.true(performance.now() - startedAt >= (count - 1) * REUSE_MS, `${count} times`);
});

for (const [kind, request] of [
  ['metrics', 'GET /metrics HTTP/1.1\r\nHost: monitor\r\n\r\n'],
  ['health checks', 'GET /healthz HTTP/1.1\r\nHost: monitor\r\n\r\n'],
  ['readiness checks', 'GET /readyz HTTP/1.1\r\nHost: monitor\r\n\r\n'],
  ['requests without a host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['unknown expectations', 'GET /healthz HTTP/1.1\r\nHost: monitor\r\nExpect: more\r\n\r\n'],
] as const) {
  test(`a connection gets at most one answer: ${kind}`, async (t) => {
    const { http } = await serveWatched(t);
    t.regex(await ask(http, request), /^HTTP\/1\.1 200 OK\r\n(?=.*\nConnection: close\r\n)/s);
    const impatient = await dial(http);
    let text = '';
    impatient.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    impatient.on('error', () => {}); // the server may reset the connection
    impatient.write(request.repeat(100));
    await closed(impatient);
    t.true(text.split('HTTP/1.1 ').length - 1 <= 1, text);
  });
}

test('if a page cannot be made, the monitor answers 500, and no actor crashes', async (t) => {
  const fail = async () => {
    throw new Error('no numbers');
  };
  const server = await serveWatched(t, { monitor: { metrics: fail, findProblem: fail } });
  t.is((await readPage(server.http, '/metrics')).status, 500);
  t.is((await readPage(server.http, '/readyz')).status, 500);
  t.is(server.log.fieldsOf('a page of the monitor could not be made').length, 2);
  t.is(server.starts('monitor'), 1);
});

test('a crash of the monitor affects no other actor, and the monitor gets the same port again', async (t) => {
  const server = await serveWatched(t);
  const held = await dial(server.tcp);
  crash(current(server, 'monitor'));
  await until(() => server.starts('monitor') === 2);
  t.is((await readPage(server.http, '/readyz')).status, 200);
  held.write('REG alice\n');
  t.is(await readToEnd(held), '200 OK\r\n');
  for (const id of ['store', 'presence', 'sessions', 'udp', 'listener']) t.is(server.starts(id), 1, id);
});

test('while the store is being opened, the monitor answers, and the server is not ready', async (t) => {
  const store = openMemoryStore();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let port = 0;
  const server = serveWatched(t, {
    openStore: () => opened.then(() => store),
    onEmitted: (event: EventObject) => {
      if (isSocketBound(event) && event.protocol === 'http') port = event.port;
    },
  });
  await until(() => port !== 0);
  t.like(await readPage(port, '/readyz'), { status: 503, text: 'the store is not open\n' });
  // Presence and the sessions are not up yet: the metrics do not wait for them for long.
  t.like(await readPage(port, '/metrics'), { status: 200, text: '{}' });
  open();
  await server;
  t.is((await readPage(port, '/readyz')).status, 200);
});

test('a slow scraper and incomplete requests do not block the server', async (t) => {
  const server = await serveWatched(t, { monitor: { metrics: async () => 'x'.repeat(16 * 1024 * 1024) } });
  const slow = await dial(server.http);
  t.teardown(() => slow.destroy());
  slow.write('GET /metrics HTTP/1.1\r\nHost: monitor\r\n\r\n');
  for (let count = 0; count < 70; count++) {
    const socket = await dial(server.http);
    t.teardown(() => socket.destroy());
    socket.write('GET /met');
  }
  t.is((await readPage(server.http, '/healthz')).status, 200);
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');
  const tooLong = await dial(server.http);
  tooLong.write(`GET / HTTP/1.1\r\nHost: ${'h'.repeat(9_000)}\r\n\r\n`);
  t.regex(await readToEnd(tooLong), /^HTTP\/1\.1 431 /);
});

test('the server is not ready while changes fail, and is ready after a change has succeeded', async (t) => {
  const store = openMemoryStore();
  let fails = true;
  const commit: typeof store.commit = async (changes) => {
    if (fails) throw new StoreError('store.unavailable', 'the disk is full');
    return store.commit(changes);
  };
  const { http, tcp } = await serveWatched(t, { openStore: async () => ({ ...store, commit }) });
  t.is((await readPage(http, '/readyz')).status, 200);
  t.is(await ask(tcp, 'REG alice\n'), '205 UNAVAILABLE\r\n');
  t.like(await readPage(http, '/readyz'), {
    status: 503,
    text: 'the store cannot make changes durable: they are answered 205\n',
  });
  fails = false;
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  t.is((await readPage(http, '/readyz')).status, 200);
});

test('the server is not ready while the storage reports a problem', async (t) => {
  const { http } = await serveWatched(t, { monitor: { findProblem: async () => 'the disk is full' } });
  t.like(await readPage(http, '/readyz'), { status: 503, text: 'the disk is full\n' });
  t.is((await readPage(http, '/healthz')).status, 200);
});

test('a stopping server is not ready, and finishes the requests in flight before it ends', async (t) => {
  const held = heldStore();
  const { server, http, tcp } = await serveWatched(t, { openStore: held.openStore });
  const waiting = await dial(tcp);
  waiting.write('REG alice\n');
  await until(() => held.commits.length === 1);
  server.shutdown();
  t.like(await readPage(http, '/readyz'), { status: 503, text: 'the server is stopping\n' });
  held.letThrough();
  t.is(await readToEnd(waiting), '200 OK\r\n');
  await server.ended;
  await t.throwsAsync(dial(http), { code: 'ECONNREFUSED' });
});

test('the server is not ready while a socket is not bound', async (t) => {
  const server = await serveWatched(t);
  crash(current(server, 'listener'));
  t.is(await server.server.findProblem(), 'the TCP port is not bound');
  await pageUntil(server.http, '/readyz', ({ status }) => status === 200);
  t.is(server.starts('listener'), 2);
});

test('an error while a page is sent crashes only the monitor', async (t) => {
  const server = await serveWatched(t, { monitor: { metricsType: 'text\nplain' } });
  await t.throwsAsync(readPage(server.http, '/metrics'));
  await until(() => server.starts('monitor') === 2);
  t.is((await readPage(server.http, '/readyz')).status, 200);
  t.is(server.starts('store'), 1);
});
