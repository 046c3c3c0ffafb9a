import { once } from 'node:events';
import test from 'ava';
import { MAX_CONNECTIONS, ServerLimits } from '../../../actors/server/server-limits.js';
import { MAX_USERS } from '../../../storage/store.js';
import { ask, dial } from '../../helpers/network.js';
import { serve } from '../../helpers/server.js';

test('`change` sets each limit that it does not name to the default', (t) => {
  const limits = new ServerLimits({ maxUsers: 5, maxConnections: 10 }, true);
  t.deepEqual([limits.maxUsers, limits.maxConnections, limits.maxConnectionsPerAddress], [5, 10, 8]);
  limits.change({ maxConnections: 20, registrations: { burst: 1, perSecond: 1 } });
  t.deepEqual([limits.maxUsers, limits.maxConnections, limits.maxConnectionsPerAddress], [MAX_USERS, 20, 16]);
  t.true(limits.registrations.tryUse('192.0.2.7', 1, 0));
  t.false(limits.registrations.tryUse('192.0.2.7', 1, 0));
  limits.change({});
  t.is(limits.maxConnections, MAX_CONNECTIONS);
});

test('a running server applies changed limits, and closes no connection because of them', async (t) => {
  const { server, tcp } = await serve(t, { maxConnections: 5 });
  const held = await Promise.all([dial(tcp), dial(tcp), dial(tcp)]);
  t.teardown(() => held.map((socket) => socket.destroy()));
  server.limits.change({ maxConnections: 3, maxConnectionsPerAddress: 3 });
  t.is(await ask(tcp, 'REG alice\n'), '206 BUSY\r\n');
  server.limits.change({ maxConnections: 4, maxConnectionsPerAddress: 4 });
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  for (const [index, socket] of held.entries()) {
    socket.write(`REG held-${index}\n`);
    t.is((await once(socket, 'data')).toString(), '200 OK\r\n');
  }
});
