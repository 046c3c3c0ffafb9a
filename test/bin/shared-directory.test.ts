/** im-server processes that share a directory in a real PostgreSQL. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import anyTest, { type ExecutionContext } from 'ava';
import { identifyPeer } from '../../keys/tls.js';
import type { IdentityKey } from '../../protocol/key.js';
import {
  copyOfServer,
  logOf,
  ON_FREE_PORTS,
  runToEnd,
  serverIn,
  startOn,
  untilLogged,
} from '../helpers/directory-servers.js';
import { KeyedHome } from '../helpers/keyed-home.js';
import { ask, freePort, PresenceClient, until } from '../helpers/network.js';
import { databaseOf, Postgres } from '../helpers/postgres.js';
import { Program, programPath, type ServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { askSealed, deviceOf, secure } from '../helpers/sealed-client.js';
import { teardownOfFile, withPostgres } from '../helpers/with-postgres.js';
import { KEYS } from '../storage/changes.js';

const run = promisify(execFile);

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Users who are not sorted by id, one of them with a key. The dump also has a reserved id and a ban. */
const DUMP = `# im-server dump: 3 users
carol alice bob
alice key:${KEYS[0]}:5:3
bob carol
- dave 17
! address 192.0.2.7 1893456000000
`;

let postgres: Postgres;

/** Starts a server whose PostgreSQL has no standby. */
function startAlone(t: ExecutionContext, url: string): Promise<ServerProgram> {
  return startOn(t, url, '--directory-alone', '--warm-up', '0');
}

/** Repeats a request while the reply is 205, as a client does. */
async function askAtLast(port: number, line: string): Promise<string> {
  for (;;) {
    const reply = await ask(port, line);
    if (reply !== '205 UNAVAILABLE\r\n') return reply;
  }
}

/** Repeats a GET until the answer matches. */
async function getUntil(t: ExecutionContext, port: number, id: string, pattern: RegExp): Promise<void> {
  const client = await PresenceClient.open(t, port);
  let list = '';
  while (!pattern.test(list)) list = await client.ask(`GET ${id}`);
}

/** Registers users at servers all the time, and records the users whose registration was acknowledged. */
class Ledger {
  readonly #acknowledged: (readonly [id: string, server: ServerProgram])[] = [];
  readonly #clients: readonly Promise<void>[];
  #isOver = false;

  constructor(servers: readonly ServerProgram[]) {
    this.#clients = servers.flatMap((server, number) =>
      Array.from({ length: 4 }, (_, client) => this.#register(server, `user_${number}_${client}`)),
    );
  }

  async #register(server: ServerProgram, prefix: string): Promise<void> {
    for (let user = 0; !this.#isOver; user++) {
      const id = `${prefix}_${user}`;
      // A killed server does not reply.
      const reply = await ask(server.tcp, `REG ${id}\n`).catch(() => undefined);
      if (reply === '200 OK\r\n') this.#acknowledged.push([id, server]);
      if (reply === undefined) return;
    }
  }

  /** Waits until more users have been registered: at `at` if it is given, otherwise at any server. */
  async grow(at?: ServerProgram): Promise<void> {
    const count = () => this.#acknowledged.filter(([, server]) => at === undefined || server === at).length;
    const before = count();
    await until(() => count() >= before + 50);
  }

  /** Ends the clients. Returns the users whose registration was acknowledged. */
  async end(): Promise<readonly string[]> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    return this.#acknowledged.map(([id]) => id);
  }
}

/** The key by which clients recognise a server. */
async function keyOf(port: number): Promise<unknown> {
  const tls = await secure(port, deviceOf());
  const peer = identifyPeer(tls, 'im-dir/1');
  tls.destroy();
  return peer.device?.identity ?? peer.refusal;
}

test('--directory refuses a password and an option of a data directory, and shows no secret', async (t) => {
  for (const [args, message] of [
    [
      ['--directory', 'postgres://im:secret@db1/im'],
      /must not have a password: set PGPASSWORD or PGPASSFILE/,
    ],
    [['--directory', 'mysql://db1/im'], /must be like postgres:\/\/user@host1,host2\/database/],
    [
      ['--directory', 'postgres://im@db1/im', '--data', '/srv'],
      /directory \(command line\) cannot be used with data \(command line\)/,
    ],
    [
      ['--directory', 'postgres://im@db1/im', '--repair'],
      /directory \(command line\) cannot be used with --repair/,
    ],
    [['--directory-alone'], /directory-alone \(command line\) needs the option directory/],
    [['migrate', 'postgres://im:secret@db1/im'], /must not have a password/],
  ] as const) {
    const { code, stdout, stderr } = await runToEnd(t, ...args);
    t.is(code, 2, args.join(' '));
    t.is(stdout, '');
    t.regex(stderr, message);
    t.notRegex(stderr, /secret/);
  }
});

test('only --directory needs the package pg; if pg is missing, the error says what to install', async (t) => {
  const checkout = await copyOfServer(t);
  const server = serverIn(t, checkout);
  const plain = new Program(t, server, ...ON_FREE_PORTS, '--data', join(checkout, 'data'));
  await plain.expect(/^im-server ready .* data=/);
  const shared = new Program(t, server, ...ON_FREE_PORTS, '--directory', 'postgres://im@127.0.0.1:1/im');
  t.is(await shared.exited, 1);
  t.is(shared.stdout, '');
  t.regex(shared.stderr, /^im-server: the package pg, .* is not installed: npm install pg$/m);
});

withPostgres(() => {
  const servers = teardownOfFile();
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('a server says where its directory is, and that the database has no standby', async (t) => {
    const url = await postgres.makeDirectory(t);
    const server = await startAlone(t, url);
    const { program, tcp, udp } = server;
    t.is(program.stdout, `im-server ready tcp=127.0.0.1:${tcp} udp=127.0.0.1:${udp} directory=${url}\n`);
    t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
    program.process.kill('SIGTERM');
    t.is(await program.exited, 0);
    t.like(
      logOf(server).find(({ msg }) => msg === 'connected to the primary of the directory'),
      { level: 30, host: `127.0.0.1:${postgres.port}`, timeline: 1 },
    );
    const warnings = logOf(server).filter(({ level }) => level >= 40);
    t.deepEqual(
      warnings.map(({ msg }) => msg),
      [
        'the directory has no synchronous standby: ' +
          "if the primary's machine is lost, acknowledged changes can be lost",
      ],
    );
  });

  test('a server does not start if it cannot use the directory, and prints the reason', async (t) => {
    const url = await postgres.makeDirectory(t);
    for (const [directory, reason] of [
      [url, /its PostgreSQL has no synchronous standby: set synchronous_standby_names/],
      [postgres.url('postgres'), /the database has none yet: run im-server migrate first/],
      ['postgres://im@127.0.0.1:1/im', /no primary can be reached \(127\.0\.0\.1:1: connect ECONNREFUSED/],
    ] as const) {
      const { code, stdout, stderr } = await runToEnd(t, ...ON_FREE_PORTS, '--directory', directory);
      t.is(code, 1);
      t.is(stdout, '');
      t.regex(stderr.split('\n').at(-2) ?? '', reason);
    }
  });

  test('`migrate` makes a directory whose servers have a new key, or that of a data directory', async (t) => {
    await postgres.sql('create database fresh owner im');
    await postgres.sql('create database moved owner im');
    const made = await runToEnd(t, 'migrate', postgres.url('fresh'));
    t.is(made.code, 0, made.stderr);
    const [, key] = /^the directory is ready; the key of its servers is (\S+)\n$/.exec(made.stdout) ?? [];
    t.deepEqual(await runToEnd(t, 'migrate', postgres.url('fresh')), made, 'a second run changes nothing');
    const command = [process.execPath, programPath('im-server'), 'migrate', postgres.url('fresh')];
    const full = run('sh', ['-c', '"$@" > /dev/full', 'sh', ...command]);
    await t.throwsAsync(full, { message: /im-server: standard output: no space left on device/ });
    const shared = [postgres.url('fresh'), postgres.url('fresh')].map((url) => startAlone(t, url));
    for (const { tcp } of await Promise.all(shared)) t.is(await keyOf(tcp), key);

    const data = await temporaryDirectory(t);
    const known = (await runToEnd(t, 'key', data)).stdout.trim();
    const moved = await runToEnd(t, 'migrate', postgres.url('moved'), '--identity', data);
    t.is(moved.stdout, `the directory is ready; the key of its servers is ${known}\n`);
    const refused = await runToEnd(t, 'migrate', postgres.url('fresh'), '--identity', data);
    t.is(refused.code, 1);
    t.is(refused.stderr, 'im-server: the servers of the directory already have another key\n');
    const none = await runToEnd(
      t,
      'migrate',
      postgres.url('moved'),
      '--identity',
      await temporaryDirectory(t),
    );
    t.regex(none.stderr, /has no server key/);
  });

  test('a dump moves users with their order and keys to PostgreSQL, and back', async (t) => {
    const url = await postgres.makeDirectory(t);
    const directory = await temporaryDirectory(t);
    const [first, back] = [join(directory, 'one'), join(directory, 'two')];
    const [dump, exported] = [join(directory, 'dump.txt'), join(directory, 'exported.txt')];
    await writeFile(dump, DUMP);
    t.is((await runToEnd(t, 'import', first, dump)).code, 0);
    t.is((await runToEnd(t, 'export', first)).stdout, DUMP);

    const imported = await runToEnd(t, 'import', url, dump);
    t.deepEqual(imported, {
      code: 0,
      stdout:
        'imported: users 3, buddies 3\nimported: reserved ids 1, bans 1\n' +
        'there already: users 0, buddies 0\nskipped: 0\n',
      stderr: 'im-server: the directory has no synchronous standby\n',
    });
    t.deepEqual(await runToEnd(t, 'export', url), { code: 0, stdout: DUMP, stderr: '' });
    const again = await runToEnd(t, 'import', url, dump);
    t.regex(again.stdout, /^imported: users 0, buddies 0\n.*\nthere already: users 3, buddies 3\n/);
    t.deepEqual(await runToEnd(t, 'check', url), {
      code: 0,
      stdout: [
        `${url}: good, up to change 8, with a log of changes 1 to 8`,
        'users 3, buddies on their lists 3',
        'keys 1, reserved ids 1, bans 1',
        '',
      ].join('\n'),
      stderr: '',
    });

    t.is((await runToEnd(t, 'export', url, exported)).code, 0);
    t.is((await runToEnd(t, 'export', url, exported)).code, 1, 'only --force replaces a file');
    t.is((await runToEnd(t, 'import', back, exported)).code, 0);
    t.is((await runToEnd(t, 'export', back)).stdout, DUMP);

    await postgres.sqlIn(url, 'delete from im_user where num = 1');
    const damaged = await runToEnd(t, 'check', url);
    t.is(damaged.code, 1);
    t.regex(damaged.stderr, /^im-server: the directory in the database is damaged: .* user number 2 /);
    t.is((await runToEnd(t, 'check', 'postgres://im:secret@db1/im')).code, 2);
  });

  test('im-server key works on a directory that servers use', async (t) => {
    const url = await postgres.makeDirectory(t);
    const server = await startAlone(t, url);
    t.is((await runToEnd(t, 'key', url)).stdout, `${await keyOf(server.tcp)}\n`);
    const [mine, others] = [deviceOf(), deviceOf()];
    t.is(await askSealed(server.tcp, others, 'REG alice'), '200 OK\r\n');
    t.is(await askSealed(server.tcp, mine, 'ADD alice alice'), '204 DENIED\r\n');
    t.is((await runToEnd(t, 'key', url, 'set', 'alice', mine.device.identity)).code, 0);
    const shown = await runToEnd(t, 'key', url, 'show', 'alice');
    t.is(shown.stdout, `alice ${mine.device.identity} serial 0 floor 0\n`);
    t.not(await askSealed(server.tcp, mine, 'ADD alice alice'), '204 DENIED\r\n');
    t.is(await askSealed(server.tcp, others, 'ADD alice alice'), '204 DENIED\r\n');
  });

  test('changes made at one server are visible at another, for ids with and without a key', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [one, other] = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    const device = deviceOf();
    t.is(await ask(one.tcp, 'REG alice\n'), '200 OK\r\n');
    t.is(await askSealed(other.tcp, device, 'REG bob'), '200 OK\r\n');
    t.is(await ask(other.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
    t.is(await ask(other.tcp, 'ADD alice bob\n'), '200 OK\r\n');
    t.is(await askSealed(one.tcp, device, 'ADD bob alice'), '200 OK\r\n');
    t.is(await ask(one.tcp, 'DEL bob alice\n'), await ask(other.tcp, 'DEL bob alice\n'));
    await getUntil(t, one.udp, 'alice', /^bob .*OFFLINE/);
    t.is(await ask(one.tcp, 'DEL alice bob\n'), '200 OK\r\n');
    await getUntil(t, other.udp, 'alice', /^$/);
  });

  test('an id that was just registered at one server can announce itself at another server', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [one, other] = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    await ask(one.tcp, 'REG alice\n');
    await ask(one.tcp, 'ADD alice alice\n');
    await ask(one.tcp, 'REG bob\n');
    await ask(one.tcp, 'ADD bob alice\n');
    const client = await PresenceClient.open(t, other.udp);
    client.send('SET alice 100 ONLINE 4000');
    let list = '';
    // The other server may know bob already, but not his buddy yet.
    while (list === '') list = await client.ask('GET bob');
    t.regex(list, /^alice .*ONLINE/);
  });

  test('a user online at one server is shown online by another, even after a database restart', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [one, other] = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    for (const line of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(one.tcp, `${line}\n`);
    const bob = await PresenceClient.open(t, one.udp);
    const announceUntilShown = async (status: string) => {
      const alice = await PresenceClient.open(t, other.udp);
      do bob.send(`SET bob ${status} 4000`);
      while (!(await alice.ask('GET alice')).startsWith(`bob ${status} 127.0.0.1 4000`));
    };
    await announceUntilShown('100 ONLINE');
    await postgres.kill();
    await untilLogged(other, /^the bus is down: changes of presence at other servers are not shown$/);
    await getUntil(t, other.udp, 'alice', /^bob 100 ONLINE/);
    await postgres.run();
    await announceUntilShown('102 AWAY');
    await untilLogged(other, /^the bus is up again$/);

    // A server that starts later learns the presence from the next announcement, before it serves clients.
    const isOver = new AbortController();
    const announcing = (async () => {
      while (!isOver.signal.aborted) {
        bob.send('SET bob 102 AWAY 4000');
        await bob.ask('GET alice');
      }
    })();
    const next = await startOn(t, url, '--directory-alone', '--warm-up', '3');
    isOver.abort();
    await announcing;
    const alice = await PresenceClient.open(t, next.udp);
    t.regex(await alice.ask('GET alice'), /^bob 102 AWAY/);
  });

  test('clients with keys at different servers can chat, even after kill -9 of one server', async (t) => {
    const url = await postgres.makeDirectory(t);
    const ports = ['--tcp-port', String(await freePort()), '--udp-port', String(await freePort())];
    const startAgain = () => startOn(t, url, '--directory-alone', '--warm-up', '0', ...ports);
    const [one, other] = await Promise.all([startAlone(t, url), startAgain()]);
    const key = (await keyOf(one.tcp)) as IdentityKey;
    const alice = await KeyedHome.create(t, { tcp: one.tcp, key });
    const bob = await KeyedHome.create(t, { tcp: other.tcp, key });
    for (const [home, args] of [
      [alice, ['register', 'alice']],
      [bob, ['register', 'bob']],
      [alice, ['add', 'alice', 'bob']],
      [bob, ['add', 'bob', 'alice']],
    ] as const) {
      const { code, stderr } = await home.run(args);
      t.is(code, 0, stderr);
    }
    const listener = bob.start('--udp-port', String(other.udp), 'listen', 'bob', '--accept', 'all', '--json');
    await listener.expect('"event":"listening"');
    const askAlice = (...args: readonly string[]) => alice.run(['--udp-port', String(one.udp), ...args]);
    const untilOnline = async () => {
      while (!(await askAlice('buddies', 'alice')).stdout.startsWith('bob\tONLINE'));
    };
    await untilOnline();
    t.is((await askAlice('send', 'alice', 'bob', 'first line')).code, 0);
    await listener.expect('first line');

    other.program.process.kill('SIGKILL');
    await other.program.exited;
    t.is((await askAlice('send', 'alice', 'bob', 'second line')).code, 0, 'bob is known at the other server');
    await listener.expect('second line');
    await startAgain();
    await untilOnline();
    t.is((await askAlice('send', 'alice', 'bob', 'third line')).code, 0);
    await listener.expect('third line');
    t.is(listener.process.exitCode, null, listener.stderr);
  });

  test('kill -9 of a server loses no acknowledged change, and the other server goes on', async (t) => {
    const url = await postgres.makeDirectory(t);
    const [one, other] = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    const ledger = new Ledger([one]);
    await ledger.grow();
    one.program.process.kill('SIGKILL');
    const acknowledged = await ledger.end();
    for (const id of acknowledged) t.is(await askAtLast(other.tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
    t.is(await askAtLast(other.tcp, `ADD ${acknowledged[0]} ${acknowledged[1]}\n`), '200 OK\r\n');
    const next = await startAlone(t, url);
    await getUntil(t, next.udp, acknowledged[0] as string, new RegExp(`^${acknowledged[1]} `));
  });

  test('of many clients that register one id at two servers, exactly one gets 200', async (t) => {
    const url = await postgres.makeDirectory(t);
    const ports = (await Promise.all([startAlone(t, url), startAlone(t, url)])).map(({ tcp }) => tcp);
    for (let round = 0; round < 20; round++) {
      const racers = [...ports, ...ports, ...ports, ...ports];
      const replies = await Promise.all(racers.map((port) => askAtLast(port, `REG user${round}\n`)));
      const sorted = replies.sort();
      t.deepEqual(sorted, ['200 OK\r\n', ...Array(racers.length - 1).fill('203 USER EXISTS\r\n')]);
    }
  });

  test('no acknowledged change is lost when the primary and a server are killed', async (t) => {
    const primary = await Postgres.start(t);
    const standby = await primary.startStandby(t, 's1');
    await primary.sql("alter system set synchronous_standby_names = 's1'");
    await primary.sql('select pg_reload_conf()');
    await primary.until("select 1 from pg_stat_replication where sync_state = 'sync'");
    const database = databaseOf(await primary.makeDirectory(t));
    const url = primary.url(database, standby);
    const [one, other] = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    const ledger = new Ledger([one, other]);
    await ledger.grow();
    await primary.kill();
    await standby.promote();
    await ledger.grow();
    one.program.process.kill('SIGKILL');
    await ledger.grow(other);
    const acknowledged = await ledger.end();
    const next = await startAlone(t, url);
    for (const id of acknowledged) t.is(await askAtLast(next.tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
    const log = await standby.sql<{ changes: string }>('select changes from im_log', database);
    const logged = log.flatMap(({ changes }) => changes.match(/(?<=REG )\S+/g) ?? []);
    t.deepEqual(
      logged.filter((id, index) => logged.indexOf(id) !== index),
      [],
      'no id was registered twice',
    );
    t.true(acknowledged.every((id) => logged.includes(id)));
    await untilLogged(other, /^the directory has no synchronous standby/);
  });

  test('while the database is down, changes get 205 and lists are answered; then changes work', async (t) => {
    const url = await postgres.makeDirectory(t);
    const servers = await Promise.all([startAlone(t, url), startAlone(t, url)]);
    const [one, other] = servers;
    await ask(one.tcp, 'REG alice\n');
    await ask(other.tcp, 'REG bob\n');
    await ask(one.tcp, 'ADD alice bob\n');
    await postgres.kill();
    t.is(await ask(one.tcp, 'REG carol\n'), '205 UNAVAILABLE\r\n');
    await getUntil(t, one.udp, 'alice', /^bob /);
    await untilLogged(one, /^the store cannot be written: changes are answered 205$/);
    await untilLogged(other, /^the store cannot be read: changes by other servers are not shown$/);
    await postgres.run();
    t.is(await askAtLast(one.tcp, 'REG carol\n'), '200 OK\r\n');
    t.is(await askAtLast(other.tcp, 'REG carol\n'), '203 USER EXISTS\r\n');
    t.is(await askAtLast(other.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
    await untilLogged(one, /^the store can be written again$/);
    await untilLogged(other, /^the store can be read again$/);
    for (const { program } of servers) t.is(program.process.exitCode, null, program.stderr);
  });

  test('a server exits with 1 if another directory takes the place of its directory', async (t) => {
    const url = await postgres.makeDirectory(t);
    const server = await startAlone(t, url);
    await ask(server.tcp, 'REG alice\n');
    await postgres.sqlIn(url, 'update im_head set cluster = gen_random_uuid()');
    t.is(await server.program.exited, 1);
    const line =
      /^im-server: the directory in the database is not the one that this server knows: it is another/m;
    t.regex(server.program.stderr, line);
    await untilLogged(server, /^the directory is not the one that this server knows: the server ends$/);
    const opened = logOf(server).filter(({ msg }) => msg.startsWith('connected to the primary'));
    t.is(opened.length, 1, 'the directory is not opened again');
    const next = await startAlone(t, url);
    t.is(await ask(next.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
  });
});
