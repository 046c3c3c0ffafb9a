/**
 * The im-server processes of a directory in PostgreSQL are replaced by another version, one by one.
 *
 * There is no next version yet. The other version is a copy of the built version, with one number changed.
 */

import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import {
  copyOfServer,
  logOf,
  ON_FREE_PORTS,
  patchServer,
  runToEnd,
  runVersion,
  serverIn,
  startVersion,
  untilLogged,
} from '../helpers/directory-servers.js';
import { Ledger, Load } from '../helpers/ledger.js';
import { ask, PresenceClient, until } from '../helpers/network.js';
import { Postgres } from '../helpers/postgres.js';
import type { ServerProgram } from '../helpers/programs.js';
import { teardownOfFile, withPostgres } from '../helpers/with-postgres.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many changes must be acknowledged between two steps. */
const STEP_CHANGES = 50;

/** How many clients each server has. */
const CLIENTS = 3;

/** After each step, the buddy lists of this many of the newest users are checked at all servers. */
const COMPARED_USERS = 40;

/** The built version, or a changed copy of it. */
type Version = Parameters<typeof startVersion>[1];

/** Copies the built version, and replaces the text `before` in its program with `after`. */
async function versionWith(t: ExecutionContext, before: string, after: string): Promise<Version> {
  const checkout = await copyOfServer(t);
  await symlink(resolve('node_modules'), join(checkout, 'node_modules'));
  await patchServer(checkout, before, after);
  return serverIn(t, checkout);
}

function start(t: ExecutionContext, version: Version, url: string): Promise<ServerProgram> {
  return startVersion(t, version, url, '--directory-alone', '--warm-up', '0');
}

/** Waits until every server gives the newest users of a dump the same buddy lists as the dump. */
async function assertSameLists(t: ExecutionContext, servers: readonly ServerProgram[], dump: string) {
  const clients = await Promise.all(servers.map(({ udp }) => PresenceClient.open(t, udp)));
  const lines = dump.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines.slice(-COMPARED_USERS)) {
    const [id, ...buddies] = line.split(' ');
    const expected = buddies.join(' ');
    for (const client of clients) {
      let list = '';
      // A server that is behind catches up by itself.
      do list = (await client.ask(`GET ${id}`)).replace(/ .*\n/g, ' ').trim();
      while (list !== expected);
    }
  }
  t.true(lines.length >= COMPARED_USERS);
}

/** Announces a user at one server until all servers show the announcement. */
async function announce(t: ExecutionContext, at: ServerProgram, servers: readonly ServerProgram[]) {
  const from = await PresenceClient.open(t, at.udp);
  const status = `base0 100 ONLINE`;
  for (const { udp } of servers) {
    const client = await PresenceClient.open(t, udp);
    do from.send(`SET ${status} ${at.tcp}`);
    while (!(await client.ask('GET base1')).startsWith(`${status} 127.0.0.1 ${at.tcp}`));
  }
}

withPostgres(() => {
  const all = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(all);
  });

  test('when servers are replaced one by one with another version, no change is lost', async (t) => {
    const url = await postgres.makeDirectory(t);
    const next = await versionWith(t, 'NEWEST_FORMAT = 1', 'NEWEST_FORMAT = 2');
    const formatOf = async () =>
      (await postgres.sqlIn<{ format: number }>(url, 'select format from im_head'))[0]?.format;
    const servers = await Promise.all([1, 2, 3].map(() => start(t, 'im-server', url)));
    const ledger = new Ledger();
    await ledger.begin((servers[0] as ServerProgram).tcp);
    const loadAll = () => servers.map(({ tcp }) => new Load(tcp, ledger, CLIENTS));
    const grow = async () => {
      const before = ledger.acknowledged;
      await until(() => ledger.acknowledged >= before + STEP_CHANGES);
    };
    const compare = async () => {
      const dump = (await runToEnd(t, 'export', url)).stdout;
      t.deepEqual(ledger.compare(dump), []);
      await assertSameLists(t, servers, dump);
      await announce(t, servers[0] as ServerProgram, servers);
    };

    for (const [index, old] of [...servers.entries()]) {
      const loads = loadAll();
      await grow();
      old.program.process.kill('SIGTERM');
      t.is(await old.program.exited, 0, old.program.stderr);
      await grow();
      servers[index] = await start(t, next, url);
      loads.push(new Load(servers[index].tcp, ledger, CLIENTS));
      await grow();
      for (const load of loads) await load.stop();
      await compare();
      t.is(await formatOf(), 1);
    }

    // Until the format is raised, servers of the earlier version can still use the directory.
    const old = await start(t, 'im-server', url);
    const loads = [...loadAll(), new Load(old.tcp, ledger, CLIENTS)];
    await grow();
    const raised = await runVersion(t, next, 'migrate', url);
    t.is(raised.code, 0, raised.stderr);
    t.is(await formatOf(), 2);
    t.is(await old.program.exited, 1);
    const reason = /^im-server: the directory has format 2, and this im-server knows only 1$/m;
    t.regex(old.program.stderr, reason);
    await untilLogged(old, /^the directory has a format that this server does not know: the server ends$/);
    await grow();
    for (const load of loads) await load.stop();
    for (const { program } of servers) t.is(program.process.exitCode, null, program.stderr);

    for (const args of [
      [...ON_FREE_PORTS, '--directory', url, '--directory-alone'],
      ['migrate', url],
      ['check', url],
      ['export', url],
    ]) {
      const { code, stdout, stderr } = await runToEnd(t, ...args);
      t.is(code, 1, args.join(' '));
      t.is(stdout, '');
      t.regex(stderr, reason);
    }
    const dump = (await runVersion(t, next, 'export', url)).stdout;
    t.deepEqual(ledger.compare(dump), []);
    await assertSameLists(t, servers, dump);
    t.log(`${ledger.acknowledged} changes acknowledged`);
  });

  test('servers that send batches of different versions run beside each other', async (t) => {
    const url = await postgres.makeDirectory(t);
    const other = await versionWith(t, 'BATCH_VERSION = 1', 'BATCH_VERSION = 2');
    const servers = await Promise.all([start(t, 'im-server', url), start(t, other, url)]);
    const [one, two] = servers as [ServerProgram, ServerProgram];
    for (const line of ['REG base0', 'REG base1', 'ADD base1 base0']) await ask(one.tcp, `${line}\n`);
    const message = 'a server of another version is on the bus: its announcements are not shown';
    for (const server of servers) {
      await untilLogged(server, new RegExp(`^${message}$`));
      await announce(t, server, [server]);
    }
    const client = await PresenceClient.open(t, two.udp);
    t.regex(await client.ask('GET base1'), new RegExp(`^base0 100 ONLINE 127.0.0.1 ${two.tcp}`));
    for (const server of servers) {
      t.is(logOf(server).filter(({ msg }) => msg === message).length, 1);
      t.is(server.program.process.exitCode, null, server.program.stderr);
    }
  });
});
