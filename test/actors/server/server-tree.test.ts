import test from 'ava';
import { startServer } from '../../../actors/server/server-tree.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { ask, dial, PresenceClient, readToEnd, until } from '../../helpers/network.js';
import { crash, current, heldStore, serve, TestLog } from '../../helpers/server.js';

test('a crash of any of five actors is isolated, logged and followed by a restart', async (t) => {
  const server = await serve(t);
  const { log, tcp, udp } = server;
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  // Each actor that crashes, and the child that starts last in the restart.
  const victims = {
    presence: 'presence',
    udp: 'udp',
    listener: 'listener',
    connections: 'listener',
    tcp: 'tcp',
  };
  for (const [kind, last] of Object.entries(victims)) {
    const starts = server.starts(last);
    crash(current(server, kind));
    await until(() => server.starts(last) > starts);
    t.is(await ask(tcp, 'REG alice\n'), '203 USER EXISTS\r\n', kind);
    t.is(await client.ask('GET alice'), '', kind);
  }
  t.is(log.fieldsOf('crashed').length, 5);
});

test('a shutdown finishes requests in flight, and closes idle connections', async (t) => {
  const store = heldStore();
  const { server, tcp } = await serve(t, store);
  const idle = await dial(tcp);
  const idleClosed = readToEnd(idle);
  const reply = ask(tcp, 'REG alice\n');
  await until(() => store.commits.length === 1);
  server.shutdown();
  t.is(await idleClosed, '');
  store.letThrough();
  t.is(await reply, '200 OK\r\n');
  t.deepEqual(await server.ended, {});
  await t.throwsAsync(dial(tcp), { code: 'ECONNREFUSED' });
});

test('a start fails if a port is in use, and the error says so', async (t) => {
  const { tcp } = await serve(t);
  const second = startServer({
    host: '127.0.0.1',
    tcpPort: tcp,
    udpPort: 0,
    openStore: async () => openMemoryStore(),
    log: new TestLog(),
  });
  t.false(await second.ready);
  t.regex(String((await second.ended).error), /could not start 'tcp'/);
});

test('if an actor crashes too often, the server gives up, and ends with the reason', async (t) => {
  const server = await serve(t);
  for (let crashes = 0; crashes <= 10; crashes++) {
    const before = current(server, 'presence');
    crash(before);
    await until(() => current(server, 'presence') !== before || server.log.fieldsOf('crashed').length === 11);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.regex(String((await server.server.ended).error), /gave up restarting 'presence'/);
  t.true(server.log.lines.some(({ message }) => message.includes('gives up')));
});
