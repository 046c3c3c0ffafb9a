import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { Identity } from '../../keys/identity.js';
import { runServer } from '../helpers/admin.js';
import { ask, PresenceClient, until } from '../helpers/network.js';
import {
  emptyEnvironment,
  programPath,
  startServerProgram,
  temporaryDirectory,
} from '../helpers/programs.js';
import { askSealed, deviceOf, logIn } from '../helpers/sealed-client.js';
import { Terminal } from '../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const KEY = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';

/** A key that begins with a dash, like an option. */
const DASHED_KEY = '-TDJTl5ZiBoXIzuTd_J2MmBGDM7bnhTShUdAYyUNrME';

type Json = Readonly<Record<string, unknown>>;

/** Starts a server with alice, bob and mallory. Mallory is on the buddy lists of alice and bob. */
async function started(t: ExecutionContext, ...args: readonly string[]) {
  const directory = await temporaryDirectory(t);
  const start = () => startServerProgram(t, directory, '--log-format', 'json', ...args);
  const server = await start();
  for (const line of ['REG alice', 'REG bob', 'REG mallory', 'ADD alice mallory', 'ADD bob mallory']) {
    t.is(await ask(server.tcp, `${line}\n`), '200 OK\r\n');
  }
  /** Runs a command. */
  const run = (...words: readonly string[]) => runServer(t, ...words, '--data', directory);
  /** Runs a command that succeeds, and returns its objects. */
  async function json(...words: readonly string[]): Promise<readonly Json[]> {
    const { code, stdout, stderr } = await run(...words, '--json');
    t.deepEqual([code, stderr], [0, ''], words.join(' '));
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json);
  }
  return { directory, server, start, run, json };
}

test('`who` lists each online user and the address, and says whether the id has a key', async (t) => {
  const { server, run, json } = await started(t);
  const presence = await PresenceClient.open(t, server.udp);
  presence.send('SET alice 100 ONLINE 4000');
  presence.send('SET bob 102 AWAY 4001');
  t.is(await presence.ask('GET alice'), 'mallory 101 OFFLINE unknown unknown\n');
  const before = Date.now();
  const [alice, bob, ...others] = await json('who');
  t.deepEqual(others, []);
  t.like(alice, { id: 'alice', status: 'ONLINE', address: '127.0.0.1', port: 4000, keyed: false });
  t.like(bob, { id: 'bob', status: 'AWAY', address: '127.0.0.1', port: 4001, keyed: false });
  const seen = Date.parse(String(alice?.['seen']));
  t.true(Math.abs(seen - before) < 60_000);
  const { stdout } = await run('who');
  t.regex(stdout, /^alice +ONLINE +127\.0\.0\.1:4000 +open +seen .*\nbob .*\n2 users online\n$/);
});

test('the command `users` lists all users and reserved ids, or those that match a pattern', async (t) => {
  const { run, json } = await started(t);
  t.is((await run('delete', 'mallory', '--yes')).code, 0);
  const ids = async (...pattern: string[]) => (await json('users', ...pattern)).map(({ id }) => id);
  t.deepEqual(await ids(), ['alice', 'bob', 'mallory']);
  t.deepEqual(await ids('*L*'), ['alice', 'mallory']);
  t.deepEqual(await ids('b?b'), ['bob']);
  t.deepEqual(await ids('zz*'), []);
  const [alice, , mallory] = await json('users');
  t.deepEqual(alice, { id: 'alice', keyed: false, buddies: 0, status: 'OFFLINE', reserved: false });
  t.like(mallory, { id: 'mallory', reserved: true });
  for (const hostile of ['$(reboot)', '\u001b[2J', '(a+)+', '']) {
    const { code, stdout, stderr } = await run('users', hostile);
    t.deepEqual([code, stdout], [2, '']);
    t.false(stderr.includes('\u001b'));
  }
});

test('`show` prints the key, the buddies and the session of an online user with a key', async (t) => {
  const { server, run, json } = await started(t);
  const identity = Identity.create();
  const device = deviceOf(identity);
  t.regex(await askSealed(server.tcp, device, 'REG carol'), /^200 OK/);
  await logIn(server.tcp, device, 'LOG carol new');
  const [carol = {}] = await json('show', 'carol');
  t.like(carol, { id: 'carol', registered: true, key: identity.key, buddies: [] });
  const [session] = carol['sessions'] as readonly Json[];
  t.like(session, { announces: true, address: '127.0.0.1' });
  const { stdout } = await run('show', 'Carol');
  t.regex(stdout, new RegExp(`^key +${identity.key} serial \\d+ floor \\d+$`, 'm'));
  t.regex(stdout, /^session +device \d+ from 127\.0\.0\.1, seen /m);
});

test('`show` says why an id cannot be registered', async (t) => {
  const { server, run, json } = await started(t, '--max-users', '3');
  const show = async (id: string) => {
    const { code, stdout } = await run('show', id, '--json');
    t.is(code, 3);
    return JSON.parse(stdout) as Json;
  };
  t.like(await show('carol'), { registered: false, mayRegister: false, reasons: ['full'], maxUsers: 3 });
  t.is(await ask(server.tcp, 'REG carol\n'), '206 BUSY\r\n');
  t.like((await json('status'))[0], { refusals: { users: 1 } });
  await run('delete', 'mallory', '--yes');
  await run('ban', 'carol', '--for', '1h');
  t.like(await show('mallory'), { registered: false, mayRegister: false });
  t.true((((await show('mallory'))['reasons'] ?? []) as string[]).includes('reserved'));
  t.is(await ask(server.tcp, 'REG mallory\n'), '203 USER EXISTS\r\n');
  t.true((((await show('carol'))['reasons'] ?? []) as string[]).includes('banned'));
  const { stdout } = await run('show', 'mallory');
  t.regex(stdout, /reserved until .*: im-server free mallory lifts that/);
  const invalid = await run('show', 'a b');
  t.is(invalid.code, 2);
  t.regex(invalid.stderr, /'a b' is not a valid id: up to 64 letters/);
});

test('`show` says why a client at an address cannot register, and who is online there', async (t) => {
  const { server, json } = await started(t, '--registration-burst', '4', '--limit-loopback');
  const presence = await PresenceClient.open(t, server.udp);
  presence.send('SET alice 100 ONLINE 4000');
  await presence.ask('GET alice');
  t.like((await json('show', '127.0.0.1'))[0], { mayRegister: true, reasons: [], online: 1, ids: ['alice'] });
  // The limit allows one more registration each second. The requests go on until `show` reports the limit.
  let isSeen = false;
  const requests = (async () => {
    while (!isSeen) await ask(server.tcp, 'REG carol\n');
  })();
  while (!isSeen) {
    const [shown] = await json('show', '127.0.0.1');
    isSeen = shown?.['mayRegister'] === false;
    if (isSeen) t.deepEqual(shown?.['reasons'], ['limited']);
  }
  await requests;
  t.like((await json('show', '192.0.2.7'))[0], { mayRegister: true, online: 0 });
  await json('ban', '192.0.2.0/24');
  t.like((await json('show', '192.0.2.7'))[0], { reasons: ['banned'], ban: { target: '192.0.2.0/24' } });
});

test('a deletion is durable when `delete` returns; a later user of the id is on no buddy list', async (t) => {
  const { server, start, run, json } = await started(t);
  t.deepEqual(Object.keys((await json('delete', 'mallory', '--yes'))[0] ?? {}), [
    'id',
    'deleted',
    'reservedAt',
    'reservedUntil',
  ]);
  server.program.process.kill('SIGKILL');
  await server.program.exited;
  const again = await start();
  t.is(await ask(again.tcp, 'REG mallory\n'), '203 USER EXISTS\r\n');
  for (const id of ['alice', 'bob']) t.like((await json('show', id))[0], { buddies: [] });
  t.like((await json('show', 'bob'))[0], { number: 1 });
  const second = await run('delete', 'mallory', '--yes');
  t.deepEqual(second, {
    code: 3,
    stdout: '',
    stderr: 'im-server: mallory is reserved, and not registered\n',
  });
  t.is((await run('delete', 'nemo', '--yes')).stderr, 'im-server: nemo is not registered\n');
  t.deepEqual(await json('free', 'mallory'), [{ id: 'mallory', freed: true }]);
  t.is(await ask(again.tcp, 'REG mallory\n'), '200 OK\r\n');
  t.like((await json('show', 'mallory'))[0], { number: 3, buddies: [] });
  for (const id of ['alice', 'bob']) t.like((await json('show', id))[0], { buddies: [] });
  t.is((await run('free', 'mallory')).code, 1);
  t.is((await run('free', 'nemo')).code, 3);
});

test('`delete` asks at a terminal, and needs --yes elsewhere', async (t) => {
  const { directory, run, json } = await started(t);
  const { code, stderr } = await run('delete', 'mallory');
  t.is(code, 2);
  t.regex(stderr, /add --yes/);
  const environment = [
    'env',
    `HOME=${emptyEnvironment(t)['HOME']}`,
    process.execPath,
    programPath('im-server'),
  ];
  const words = ['delete', 'mallory', '--data', directory];
  for (const [typed, expected] of [
    ['n\r', 'nothing was deleted'],
    ['yes\r', 'mallory is deleted'],
  ] as const) {
    const terminal = new Terminal(t, { columns: 100, rows: 10 }, 'env', ...environment, ...words);
    await terminal.until(() => terminal.rows().some((row) => row.includes('(yes/no)')));
    t.is((await json('show', 'mallory'))[0]?.['registered'], true);
    terminal.press(typed);
    await terminal.until(() => terminal.rows().some((row) => row.startsWith(expected)));
  }
});

test('`ban` normalises its target; a ban can expire or be lifted, and survives a restart', async (t) => {
  const { server, start, run, json } = await started(t);
  const before = Date.now();
  const [made] = await json('ban', '192.0.2.77/24', '--for', '30d');
  t.like(made, { kind: 'address', target: '192.0.2.0/24', inForce: true });
  const days = (Date.parse(String(made?.['until'])) - before) / 86_400_000;
  t.true(days > 29.9 && days < 30.1, String(days));
  await json('ban', 'Mallory');
  await json('ban', '2001:DB8:0:0::7');
  await json('ban', '10.0.0.1', '--id');
  server.program.process.kill('SIGKILL');
  await server.program.exited;
  await start();
  t.deepEqual(
    (await json('bans')).map(({ kind, target, until }) => [kind, target, until === null]),
    [
      ['address', '192.0.2.0/24', false],
      ['address', '2001:db8::7', true],
      ['id', '10.0.0.1', true],
      ['id', 'mallory', true],
    ],
  );
  t.like((await json('show', 'mallory'))[0], { ban: { target: 'mallory', until: null } });
  t.deepEqual(await json('unban', 'mallory'), [{ kind: 'id', target: 'mallory', banned: false }]);
  t.is((await run('unban', 'mallory')).code, 3);
  t.is((await run('unban', '10.0.0.1')).stderr, 'im-server: 10.0.0.1 is not banned\n');
  t.is((await json('status'))[0]?.['bans'], 3);
  for (const words of [
    ['ban'],
    ['ban', 'a b'],
    ['ban', '192.0.2.0/33'],
    ['ban', 'bob', '--for', '5'],
    ['ban', 'bob', '--for', '0h'],
  ]) {
    t.is((await run(...words)).code, 2, words.join(' '));
  }
});

test('key commands to a running server print the same as key commands on a data directory', async (t) => {
  const { directory, server, run, json } = await started(t);
  const { stdout: serverKey } = await run('key');
  t.is((await runServer(t, 'key', directory)).stdout, serverKey);
  t.deepEqual(await json('key'), [{ server: serverKey.trim() }]);
  const inUse = await runServer(t, 'key', directory, 'set', 'alice', KEY);
  t.regex(inUse.stderr, /is in use by process/);
  for (const key of [KEY, DASHED_KEY]) {
    const set = await run('key', 'set', 'alice', key);
    t.is(set.stdout, `alice now has the key ${key}: only devices with this key can sign in as alice\n`);
    t.is((await run('key', 'show', 'alice')).stdout, `alice ${key} serial 0 floor 0\n`);
  }
  t.is(await ask(server.tcp, 'DEL alice mallory\n'), '204 DENIED\r\n');
  t.deepEqual(await json('key', 'clear', 'alice'), [{ id: 'alice', key: null }]);
  t.is(await ask(server.tcp, 'DEL alice mallory\n'), '200 OK\r\n');
  const unknown = await run('key', 'show', 'nemo');
  t.deepEqual([unknown.code, unknown.stderr], [3, 'im-server: nemo is not registered\n']);
  t.is((await run('key', 'set', 'alice')).code, 2);
});

test('`reload` prints what changed and what needs a restart, or the mistake in the file', async (t) => {
  const config = join(await temporaryDirectory(t), 'server.conf');
  await writeFile(config, '');
  const { server, run, json } = await started(t, '--config', config);
  await writeFile(config, 'max-users = 3\nwarm-up = 7\n');
  t.deepEqual(await json('reload'), [{ changed: { 'max-users': '3' }, needsRestart: ['warm-up'] }]);
  t.is(await ask(server.tcp, 'REG carol\n'), '206 BUSY\r\n');
  await writeFile(config, 'max-users = 4\nwarm-up = 7\n');
  t.is((await run('reload')).stdout, 'max-users = 4\nthese changes need a restart: warm-up\n');
  await writeFile(config, 'max-users = many\n');
  const mistaken = await run('reload');
  t.deepEqual([mistaken.code, mistaken.stdout], [1, '']);
  t.regex(mistaken.stderr, new RegExp(`^im-server: ${config}:1: max-users cannot be 'many'`));
  t.is(await ask(server.tcp, 'REG carol\n'), '200 OK\r\n');
});

test('the server logs the arguments and the result of each command in one line', async (t) => {
  const { server, run } = await started(t);
  const place = join(await temporaryDirectory(t), 'backup');
  await run('ban', 'mallory', '--for', '1h');
  await run('delete', 'nemo', '--yes');
  await run('users', 'a*');
  await run('backup', place);
  const audited = () => {
    const lines = server.program.stderr.split('\n').filter((line) => line.includes('"administration"'));
    return lines.map((line) => JSON.parse(line) as Json);
  };
  await until(() => audited().length === 4);
  const by = { by: 'root', uid: process.getuid?.() };
  const [ban, removal, users, backup] = audited();
  t.like(ban, { uid: by.uid, command: 'ban', target: 'mallory', forMs: 3_600_000, result: 'done' });
  t.like(removal, { uid: by.uid, command: 'delete', id: 'nemo', result: 'unknown' });
  t.like(users, { uid: by.uid, command: 'users', pattern: 'a*', result: 'done' });
  t.like(backup, { uid: by.uid, command: 'backup', place, lastChange: 6, result: 'done' });
});

test('a list of many users is streamed, and a reader who stops early ends the command', async (t) => {
  const { server, directory, json } = await started(t);
  const ids = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
  await writeFile(join(directory, 'dump.txt'), `${ids.join('\n')}\n`);
  server.program.process.kill('SIGTERM');
  await server.program.exited;
  t.is((await runServer(t, 'import', directory, join(directory, 'dump.txt'))).code, 0);
  await startServerProgram(t, directory);
  t.is((await json('users', 'user-*')).length, 20_000);
  const head = ['-c', `"$0" "$1" users --data "$2" | head -1`, process.execPath, programPath('im-server')];
  const shell = new Terminal(t, { columns: 100, rows: 5 }, 'sh', ...head, directory);
  await shell.until(() => shell.rows().some((row) => row.startsWith('alice ')));
  t.is(shell.rows().length, 1);
});
