import test from 'ava';
import type { AnyActorRef } from 'xstate';
import { CONNECTION_DEADLINE_MS, MAX_IGNORED_BYTES } from '../../../actors/server/connection.js';
import { startServer } from '../../../actors/server/tree.js';
import { openMemoryStore } from '../../../storage/memory-store.js';
import type { Store } from '../../../storage/store.js';
import { ask, closed, dial, PresenceClient, readToEnd, until } from '../../helpers/network.js';
import { serve, TestLog, type TestServer } from '../../helpers/server.js';

/** A store whose commits wait until they are let through. */
function heldStore(): {
  readonly openStore: () => Promise<Store>;
  letThrough(): void;
  readonly commits: number[];
} {
  const commits: number[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const store = openMemoryStore();
  return {
    commits,
    letThrough: () => open(),
    openStore: async () => ({
      ...store,
      async commit(changes) {
        commits.push(changes.length);
        await gate;
        return store.commit(changes);
      },
      close: () => gate,
    }),
  };
}

function crash(actor: AnyActorRef | undefined): void {
  actor?.send({ type: 'behaviour.failed', error: new Error('injected') } as never);
}

/** The last actor of a kind that was made. */
function current({ actors }: TestServer, kind: string): AnyActorRef | undefined {
  return actors(kind).findLast(({ id }) => !id.startsWith('mailbox'));
}

test('REG, ADD and DEL are answered over one connection each', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\r\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'reg ALICE\n'), '203 USER EXISTS\r\n');
  t.is(await ask(tcp, 'ADD alice bob\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'ADD alice carl\n'), '202 NO SUCH USER\r\n');
  t.is(await ask(tcp, 'DEL alice bob\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'LST alice\n'), '201 INVALID\r\n');
});

test('a half-close ends the line, and the reply still comes', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.end('REG alice');
  t.is(await readToEnd(socket), '200 OK\r\n');
});

test('a line may come byte by byte', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.setNoDelay(true);
  for (const byte of 'REG alice\r\n') {
    socket.write(byte);
    await new Promise(setImmediate);
  }
  t.is(await readToEnd(socket), '200 OK\r\n');
});

test('bytes after the first line are ignored', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, 'REG alice\nREG bob\nnonsense'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');
});

test('a line over 512 bytes is 201, and the rest of it is not waited for', async (t) => {
  const { tcp } = await serve(t);
  t.is(await ask(tcp, `REG alice ${'x'.repeat(502)}\n`), '200 OK\r\n');
  t.is(await ask(tcp, `REG bob ${'x'.repeat(505)}\n`), '201 INVALID\r\n');
  t.is(await ask(tcp, 'x'.repeat(600)), '201 INVALID\r\n');
});

test('a client that goes on sending without end is cut off', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  const cutOff = closed(socket);
  const chunk = Buffer.alloc(MAX_IGNORED_BYTES, 'x');
  const pump = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', pump).resume();
  pump();
  await cutOff;
  t.pass();
});

test('a connection that sends nothing and closes gets no reply', async (t) => {
  const { tcp } = await serve(t);
  const socket = await dial(tcp);
  socket.end();
  t.is(await readToEnd(socket), '');
});

test('a connection that sends no whole line in ten seconds is closed, even if it trickles', async (t) => {
  t.is(CONNECTION_DEADLINE_MS, 10_000);
  const { tcp } = await serve(t);
  const began = performance.now();
  const [silent, trickling] = [await dial(tcp), await dial(tcp)];
  const trickle = setInterval(() => trickling.write('R'), 500);
  t.teardown(() => clearInterval(trickle));
  for (const socket of [silent, trickling]) socket.resume();
  await Promise.all([closed(silent), closed(trickling)]);
  const took = performance.now() - began;
  t.true(took >= CONNECTION_DEADLINE_MS - 100 && took < CONNECTION_DEADLINE_MS + 2_000, `${took} ms`);
});

test('of simultaneous registrations of one id exactly one gets 200', async (t) => {
  const { tcp } = await serve(t);
  const replies = await Promise.all(Array.from({ length: 50 }, () => ask(tcp, 'REG alice\n')));
  t.is(replies.filter((reply) => reply === '200 OK\r\n').length, 1);
  t.is(replies.filter((reply) => reply === '203 USER EXISTS\r\n').length, 49);
});

test('changes that arrive during a commit are the next group, and nobody is answered before', async (t) => {
  const store = heldStore();
  const server = await serve(t, store);
  const replies = Array.from({ length: 20 }, (_, index) => ask(server.tcp, `REG user${index}\n`));
  await until(() => server.received('store', 'change.commit') === 20);
  t.is(server.received('connection', 'change.answered'), 0);
  store.letThrough();
  t.deepEqual(new Set(await Promise.all(replies)), new Set(['200 OK\r\n']));
  t.deepEqual(store.commits, [1, 19]);
});

test('presence: SET says where, GET says who', async (t) => {
  const { tcp, udp } = await serve(t);
  for (const id of ['alice', 'bob', 'carl', 'dora']) await ask(tcp, `REG ${id}\n`);
  const client = await PresenceClient.open(t, udp);
  t.is(await client.ask('GET alice'), '');
  for (const id of ['carl', 'bob', 'dora']) await ask(tcp, `ADD alice ${id}\n`);
  client.send('SET bob 100 ONLINE 4001');
  client.send('set CARL 102 5001\r\n');
  t.is(
    await client.ask('GET alice'),
    'carl 102 AWAY 127.0.0.1 5001\nbob 100 ONLINE 127.0.0.1 4001\ndora 101 OFFLINE unknown unknown\n',
  );
  client.send('SET bob 101 OFFLINE 0');
  t.regex(await client.ask('GET alice'), /^bob 101 OFFLINE unknown unknown$/m);
});

test('presence of whoever is not registered is dropped, and asking for them too', async (t) => {
  const { tcp, udp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  client.send('SET bob 100 ONLINE 4001');
  client.send('GET bob');
  client.send('nonsense');
  client.send(Buffer.alloc(60_000, 'x'));
  client.send('');
  t.is(await client.ask('GET alice'), '', 'the first answer is to the only valid question');
  await ask(tcp, 'REG bob\n');
  await ask(tcp, 'ADD alice bob\n');
  t.is(await client.ask('GET alice'), 'bob 101 OFFLINE unknown unknown\n');
});

test('an answer to GET is cut at a line end below 65,507 bytes', async (t) => {
  const { tcp, udp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  const ids = Array.from({ length: 800 }, (_, index) => `buddy${index}`.padEnd(64, '_'));
  for (let start = 0; start < ids.length; start += 100) {
    const some = ids.slice(start, start + 100);
    await Promise.all(some.map((id) => ask(tcp, `REG ${id}\n`)));
    await Promise.all(some.map((id) => ask(tcp, `ADD alice ${id}\n`)));
  }
  const client = await PresenceClient.open(t, udp);
  const answer = await client.ask('GET alice');
  t.true(answer.length <= 65_507 && answer.length > 65_000, `${answer.length} bytes`);
  t.regex(answer, /unknown unknown\n$/);
});

test('every request is one debug line, and none has a raw foreign byte', async (t) => {
  const { log, tcp, udp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  await ask(tcp, 'REG \u001b[31mred\n');
  const client = await PresenceClient.open(t, udp);
  client.send('SET \u001b]0;title\u0007 100 4000');
  await client.ask('GET alice');
  t.is(log.fieldsOf('request').length, 2);
  t.is(log.fieldsOf('datagram').length, 2);
  t.like(log.fieldsOf('request')[0], { op: 'REG', id: 'alice', reply: 200, from: '127.0.0.1' });
  t.notRegex(JSON.stringify(log.lines), /red|title/);
});

test('a crash of any actor is contained, logged and mended', async (t) => {
  const server = await serve(t);
  const { log, tcp, udp } = server;
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  // Each with the child that is started last when it is mended.
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

test('a crash of a connection closes that connection only', async (t) => {
  const server = await serve(t);
  const [victim, other] = [await dial(server.tcp), await dial(server.tcp)];
  await until(() => server.actors('connection').length === 2);
  const closed = readToEnd(victim);
  crash(server.actors('connection')[0]);
  t.is(await closed, '');
  other.write('REG alice\n');
  t.is(await readToEnd(other), '200 OK\r\n');
});

test('a request that comes while the store is down waits for it', async (t) => {
  const store = openMemoryStore();
  let opens = 0;
  let reopen = () => {};
  const reopened = new Promise<void>((resolve) => {
    reopen = resolve;
  });
  const server = await serve(t, {
    openStore: async () => {
      opens += 1;
      if (opens === 2) await reopened;
      return { ...store, close: async () => {} };
    },
  });
  await ask(server.tcp, 'REG alice\n');
  crash(current(server, 'store'));
  const reply = ask(server.tcp, 'REG bob\n');
  await until(() => opens === 2);
  reopen();
  t.is(await reply, '200 OK\r\n');
  t.is(await ask(server.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
});

test('a store that crashes tells those in its queue 205, and those in the group the truth', async (t) => {
  const store = heldStore();
  const server = await serve(t, store);
  const first = ask(server.tcp, 'REG alice\n');
  await until(() => store.commits.length === 1);
  const queued = ask(server.tcp, 'REG bob\n');
  await until(() => server.received('store', 'change.commit') === 2);
  crash(current(server, 'store'));
  t.is(await queued, '205 UNAVAILABLE\r\n');
  store.letThrough();
  t.is(await first, '200 OK\r\n');
});

test('asked to shut down, it finishes requests in flight and closes idle connections', async (t) => {
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

test('a port in use fails the start, and says so', async (t) => {
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

test('a server that crashes too often gives up, and ends with the reason', async (t) => {
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
