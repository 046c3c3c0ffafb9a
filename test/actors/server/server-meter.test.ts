import test from 'ava';
import type { EventObject } from 'xstate';
import { isStoreOutage } from '../../../actors/server/store-outages.js';
import { StoreError } from '../../../storage/store.js';
import { openMemoryStore } from '../../../storage/tables/memory-store.js';
import { TestMeter } from '../../helpers/meter.js';
import { ask, closed, dial, PresenceClient, readToEnd, until } from '../../helpers/network.js';
import { askSealed, deviceOf, logIn, SealedPresence, secure } from '../../helpers/sealed-client.js';
import { crash, current, serve } from '../../helpers/server.js';

const HANDSHAKES = {
  perAddress: { burst: 1_000, perSecond: 1_000 },
  inAll: { burst: 1_000, perSecond: 1_000 },
  unfinished: 100,
  unfinishedPerAddress: 100,
};

test('each request is counted once, with its reply', async (t) => {
  const recorded = new TestMeter();
  const { tcp } = await serve(t, { meter: recorded.meter });
  const device = deviceOf();
  await askSealed(tcp, device, 'REG alice');
  await askSealed(tcp, device, 'WHO alice');
  await logIn(tcp, device, 'LOG alice new');
  for (const line of [
    'REG bob',
    'REG bob',
    'ADD bob stranger',
    'DEL bob alice',
    'VER im 1',
    'LOG bob new',
    '?',
  ])
    await ask(tcp, `${line}\n`);
  const requests = recorded.lines.filter((line) => /^\S+ (?:\d{3}|none)/.test(line));
  t.deepEqual(requests, [
    'REG 200',
    'WHO 200',
    'LOG 200',
    'REG 200',
    'REG 203',
    'ADD 202',
    'DEL 200',
    'VER 200',
    'LOG 201',
    'invalid 201',
  ]);
  t.is(recorded.values.get('users'), 2);
});

test('a connection without a reply is counted, and the number of connections goes back to 0', async (t) => {
  const recorded = new TestMeter();
  const { tcp, actors } = await serve(t, { meter: recorded.meter });
  const [silent, crashing] = [await dial(tcp), await dial(tcp)];
  await until(() => recorded.connections === 2);
  silent.end();
  await until(() => recorded.count('none none') === 1);
  crash(actors('connection').at(-1));
  await readToEnd(crashing);
  await until(() => recorded.count('none none') === 2);
  await askSealed(tcp, deviceOf(), 'REG alice');
  await until(() => recorded.connections === 0);
  t.pass();
});

test('a request is counted as unanswered if its client leaves while the request waits', async (t) => {
  const recorded = new TestMeter();
  const store = openMemoryStore();
  let finish = () => {};
  const slow: typeof store.commit = async (changes) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return store.commit(changes);
  };
  const { tcp } = await serve(t, {
    meter: recorded.meter,
    openStore: async () => ({ ...store, commit: slow }),
  });
  const socket = await dial(tcp);
  socket.write('REG alice\n');
  await until(() => recorded.values.get('queue') === 0 && recorded.connections === 1);
  socket.resetAndDestroy();
  await until(() => recorded.count('REG none') === 1);
  finish();
  await until(() => recorded.count('commit of 1 done') === 1);
  t.is(recorded.count('REG 200'), 0);
});

test('each datagram is counted once, with its result', async (t) => {
  const recorded = new TestMeter();
  const server = await serve(t, { meter: recorded.meter });
  const { tcp, udp } = server;
  const device = deviceOf();
  await askSealed(tcp, device, 'REG alice');
  await ask(tcp, 'REG olga\n');
  const session = await logIn(tcp, device, 'LOG alice new');
  const asking = await logIn(tcp, device, 'LOG alice ask');
  recorded.lines.length = 0;
  const clear = await PresenceClient.open(t, udp);
  const sealed = await SealedPresence.open(t, udp);
  const expect = async (line: string) => {
    await until(() => recorded.count(line) === 1);
    t.deepEqual(recorded.lines.splice(0), [line]);
  };
  clear.send('SET olga 100 ONLINE 4000');
  await expect('SET accepted');
  clear.send('GET olga');
  await expect('GET answered');
  clear.send('GET stranger');
  await expect('GET unknown-user');
  clear.send('SET stranger 100 ONLINE 4000');
  await expect('SET unknown-user');
  clear.send('SET alice 100 ONLINE 4000');
  await expect('SET denied');
  clear.send('GET alice');
  await expect('GET denied');
  clear.send('hello');
  await expect('unreadable invalid');
  sealed.send(session, 'SET alice 100 ONLINE 4000');
  await expect('sealed SET accepted');
  sealed.send(session, 'GET alice');
  await expect('sealed GET answered');
  sealed.send(asking, 'SET alice 100 ONLINE 4000');
  await expect('sealed SET denied');
  const old = sealed.send(session, 'GET olga');
  await expect('sealed GET denied');
  sealed.sendRaw(old);
  await expect('sealed unreadable invalid');
  crash(current(server, 'sessions'));
  sealed.send(session, 'GET alice');
  await expect('sealed unreadable unknown-session');
});

test('each refusal is counted under the name of its limit', async (t) => {
  const recorded = new TestMeter();
  const { server, tcp, udp } = await serve(t, {
    meter: recorded.meter,
    limitsLoopback: true,
    maxConnections: 4,
    maxConnectionsPerAddress: 3,
    maxUsers: 2,
    registrations: { burst: 3, perSecond: 1e-6 },
    changes: { burst: 1, perSecond: 1e-6 },
    datagrams: { burst: 2, perSecond: 1e-6 },
    answerBytes: { burst: 1, perSecond: 1e-6 },
    handshakeLimits: HANDSHAKES,
  });
  const refused = async (limit: string) => {
    await until(() => recorded.count(`refused by ${limit}`) > 0);
    t.is(recorded.count(`refused by ${limit}`), 1, limit);
  };
  for (const id of ['olga', 'bob', 'eve']) await ask(tcp, `REG ${id}\n`);
  await refused('users');
  t.is(await ask(tcp, 'REG mallory\n'), '206 BUSY\r\n');
  await refused('registrations');
  const client = await PresenceClient.open(t, udp);
  await ask(tcp, 'ADD olga bob\n');
  await client.ask('GET olga');
  client.send('GET olga');
  await refused('answers');
  t.is(recorded.count('GET limited'), 1);
  client.send('GET olga');
  await refused('datagrams');
  t.is(recorded.count('unreadable limited'), 1);
  t.is(await ask(tcp, 'DEL olga bob\n'), '206 BUSY\r\n');
  await refused('changes');
  await until(() => recorded.connections === 0);

  const held = [await dial(tcp), await dial(tcp), await dial(tcp)];
  t.is(await readToEnd(await dial(tcp)), '206 BUSY\r\n');
  await refused('connections-per-address');
  held.push(await dial(tcp, '127.0.0.2'));
  // No address has two connections more than the new address, so no connection makes room.
  server.limits.change({ maxConnections: 1, maxConnectionsPerAddress: 4 });
  held.shift()?.destroy();
  held.shift()?.destroy();
  await until(() => recorded.connections === 2);
  t.is(await readToEnd(await dial(tcp, '127.0.0.3')), '206 BUSY\r\n');
  await refused('connections');
  for (const socket of held) socket.destroy();
  await until(() => recorded.connections === 0);

  const limited = async (limit: string, change: Partial<typeof HANDSHAKES>) => {
    server.limits.change({ handshakeLimits: { ...HANDSHAKES, ...change } });
    const waiting = await dial(tcp);
    waiting.write(Uint8Array.of(22));
    await closed(waiting.resume());
    await refused(limit);
  };
  const one = { burst: 1, perSecond: 1e-6 };
  const hold = await dial(tcp);
  hold.write(Uint8Array.of(22));
  await until(() => recorded.connections === 1);
  await limited('unfinished-handshakes-per-address', { unfinishedPerAddress: 1 });
  await limited('unfinished-handshakes', { unfinished: 1 });
  hold.destroy();
  await until(() => recorded.connections === 0);
  const useUp = async (change: Partial<typeof HANDSHAKES>) => {
    server.limits.change({ handshakeLimits: { ...HANDSHAKES, ...change } });
    (await secure(tcp, deviceOf())).destroy();
  };
  // Strangers may use only half of the common budget.
  const two = { burst: 2, perSecond: 1e-6 };
  await useUp({ inAll: two });
  await limited('handshakes', { inAll: two });
  await useUp({ perAddress: one });
  await limited('handshakes-per-address', { perAddress: one });
});

test('a group of changes is counted even if it fails, and an outage is emitted', async (t) => {
  const recorded = new TestMeter();
  const store = openMemoryStore();
  let fails = true;
  const commit: typeof store.commit = async (changes) => {
    if (fails) throw new StoreError('store.unavailable', 'the disk is full');
    return store.commit(changes);
  };
  const outages: boolean[] = [];
  const { tcp } = await serve(t, {
    meter: recorded.meter,
    openStore: async () => ({ ...store, commit }),
    onEmitted: (event: EventObject) => isStoreOutage(event) && outages.push(event.isOut),
  });
  for (let count = 0; count < 2; count++) t.is(await ask(tcp, 'REG alice\n'), '205 UNAVAILABLE\r\n');
  t.is(recorded.count('commit of 1 failed'), 2);
  fails = false;
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  t.is(await ask(tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
  t.deepEqual(outages, [true, true, false]);
  t.is(recorded.values.get('users'), 1);
});
