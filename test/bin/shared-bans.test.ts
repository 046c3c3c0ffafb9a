/** Bans and deletions in a directory that several im-server processes share, in a real PostgreSQL. */

import anyTest, { type ExecutionContext } from 'ava';
import { parseUnknownSession } from '../../protocol/sealed-datagram.js';
import { openPostgresStore } from '../../storage/postgres/postgres-store.js';
import type { Store, StoreChange } from '../../storage/store.js';
import { startOn } from '../helpers/directory-servers.js';
import { ask, PresenceClient } from '../helpers/network.js';
import { Postgres } from '../helpers/postgres.js';
import type { ServerProgram } from '../helpers/programs.js';
import { askSealed, deviceOf, logIn, SealedPresence } from '../helpers/sealed-client.js';
import { teardownOfFile, withPostgres } from '../helpers/with-postgres.js';
import { changes, id } from '../storage/changes.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const DAY_MS = 86_400_000;

let postgres: Postgres;

/** Starts two servers. The test acts as a third server, which makes changes but never notifies the others. */
async function threeServers(t: ExecutionContext, ...args: readonly string[]) {
  const url = await postgres.makeDirectory(t);
  const start = () => startOn(t, url, '--directory-alone', '--warm-up', '0', ...args);
  const servers = [await start(), await start()] as const;
  const store = await openPostgresStore(url, { alone: true });
  t.teardown(() => store.close());
  return { servers, store };
}

/** Makes a change as the third server. */
async function make(t: ExecutionContext, store: Store, change: StoreChange): Promise<void> {
  t.deepEqual(await store.commit([change]), [200]);
}

/**
 * Repeats a GET until the answer matches. Announces before each GET, because a server that started without a
 * warm-up may miss announcements that another server has accepted.
 */
async function untilListed(
  client: PresenceClient,
  who: string,
  pattern: RegExp,
  announce = () => {},
): Promise<void> {
  do announce();
  while (!pattern.test(await client.ask(`GET ${who}`)));
}

/** Repeats a request until the reply is the expected one. */
async function untilReplied({ tcp }: ServerProgram, line: string, expected: string): Promise<void> {
  while ((await ask(tcp, `${line}\n`)) !== `${expected}\r\n`);
}

withPostgres(() => {
  const teardown = teardownOfFile();

  test.before(async () => {
    postgres = await Postgres.start(teardown);
  });

  test('a ban by one server is enforced by the other servers as soon as they have read it', async (t) => {
    const { servers, store } = await threeServers(t);
    const [one, other] = servers;
    const alice = deviceOf();
    await askSealed(one.tcp, alice, 'REG alice');
    for (const line of ['REG olga', 'REG mallory', 'ADD olga mallory', 'ADD olga alice'])
      t.is(await ask(one.tcp, `${line}\n`), '200 OK\r\n');
    const clients = [await PresenceClient.open(t, one.udp), await PresenceClient.open(t, other.udp)] as const;
    const session = await logIn(one.tcp, alice, 'LOG alice new');
    const sealed = await SealedPresence.open(t, one.udp);
    const announce = () => {
      clients[0].send('SET mallory 100 ONLINE 5000');
      sealed.send(session, 'SET alice 100 ONLINE 5001');
    };
    for (const client of clients) await untilListed(client, 'olga', /^mallory 100 .*\nalice 100 /, announce);
    for (const name of ['mallory', 'alice'])
      await make(t, store, { op: 'BAN', ban: { kind: 'id', name: id(name) } });
    for (const client of clients) await untilListed(client, 'olga', /^mallory 101 .*\nalice 101 /);
    for (const server of servers) await untilReplied(server, 'ADD mallory olga', '204 DENIED BANNED ID');
    const next = sealed.next();
    sealed.send(session, 'GET alice');
    t.is(parseUnknownSession(await next), session.name);
    await make(t, store, { op: 'BAN', ban: { kind: 'address', name: '127.0.0.0/8' } });
    for (const server of servers) await untilReplied(server, 'ADD olga', '204 DENIED BANNED ADDRESS');
    await make(t, store, { op: 'UNBAN', target: { kind: 'address', name: '127.0.0.0/8' } });
    for (const server of servers) await untilReplied(server, 'ADD olga', '201 INVALID');
  });

  test('a user whom one server deletes is offline and signed out at the other servers', async (t) => {
    const { servers, store } = await threeServers(t, '--reserve-days', '1');
    const [one, other] = servers;
    const alice = deviceOf();
    await askSealed(one.tcp, alice, 'REG alice');
    for (const line of ['REG olga', 'ADD olga alice']) await ask(one.tcp, `${line}\n`);
    const session = await logIn(one.tcp, alice, 'LOG alice new');
    const sealed = await SealedPresence.open(t, one.udp);
    const announce = () => sealed.send(session, 'SET alice 100 ONLINE 5001');
    const client = await PresenceClient.open(t, other.udp);
    await untilListed(client, 'olga', /^alice 100 /, announce);
    await make(t, store, { op: 'REMOVE', id: id('alice'), atMs: Date.now() });
    await untilListed(client, 'olga', /^$/);
    while (parseUnknownSession(await answerTo('GET alice')) !== session.name);
    t.is(await askSealed(other.tcp, alice, 'LOG alice new'), '202 NO SUCH USER\r\n');
    for (const { tcp } of servers) t.is(await ask(tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
    await make(t, store, { op: 'REMOVE', id: id('olga'), atMs: Date.now() - DAY_MS });
    const replies = Promise.all(
      [0, 1, 0, 1].map((at) => ask((servers[at] as ServerProgram).tcp, 'REG olga\n')),
    );
    const codes = (await replies).map((reply) => reply.slice(0, 3)).sort();
    t.deepEqual(codes, ['200', '203', '203', '203'], 'exactly one request frees the reservation');
    await store.catchUp();
    t.deepEqual(store.users.buddiesOf(id('olga')), []);
    t.is(store.users.numberOf(id('olga')), 2, 'olga has a new number');
    t.deepEqual(await store.commit(changes('ADD olga alice')), [202]);

    async function answerTo(question: string): Promise<Buffer> {
      const next = sealed.next();
      sealed.send(session, question);
      return next;
    }
  });
});
