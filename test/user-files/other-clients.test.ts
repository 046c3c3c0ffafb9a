import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import type { UserId } from '../../protocol/id.js';
import { type OtherClient, otherClients } from '../../user-files/other-clients.js';
import { until } from '../helpers/network.js';
import { temporaryDirectory } from '../helpers/programs.js';

// Tests run one at a time, because one of them changes PATH.
const test = anyTest.serial;

const server = { host: '127.0.0.1', port: 1_235 };

/** A client of alice in this process, and the other clients that it finds. */
function client(
  t: ExecutionContext,
  directory: string,
  signIn: { user?: string; host?: string; port?: number } = {},
) {
  const { user = 'alice', ...address } = signIn;
  const end = new AbortController();
  const found: OtherClient[] = [];
  const look = async () => {
    const signedIn = { user: user as UserId, server: { ...server, ...address } };
    for await (const other of otherClients(directory, signedIn, end.signal)) found.push(other);
  };
  const looking = look();
  t.teardown(() => end.abort());
  return { found, looking, end: () => end.abort() };
}

const HERE = { pid: process.pid, host: undefined };

/** All files of clients, including hidden ones. */
function allFilesIn(directory: string): string[] {
  const folder = join(directory, 'signed-in');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The files of clients, without hidden ones. */
function filesIn(directory: string): string[] {
  return allFilesIn(directory).filter((name) => !name.startsWith('.'));
}

/** Writes a client's file with this text, and starts a process that keeps the file locked. */
async function lockedFile(t: ExecutionContext, directory: string, text: string): Promise<ChildProcess> {
  const folder = join(directory, 'signed-in');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `alice@127.0.0.1_1235.${Math.random().toString(16).slice(2)}`);
  await writeFile(path, text);
  const script = 'exec 3<> "$1"; flock -x 3; echo locked; exec sleep 600';
  const holder = spawn('sh', ['-c', script, 'sh', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  return holder;
}

test('clients of one user at one server find each other, in any order of start', async (t) => {
  const directory = await temporaryDirectory(t);
  const clients = [client(t, directory)];
  await until(() => filesIn(directory).length === 1);
  clients.push(client(t, directory));
  await until(() => clients.every(({ found }) => found.length === 1));
  clients.push(client(t, directory), client(t, directory));
  await until(() => clients.every(({ found }) => found.length === 3));
  for (const { found } of clients) t.deepEqual(found, [HERE, HERE, HERE]);
});

test('clients of other users, or of servers at another address or port, are not found', async (t) => {
  const directory = await temporaryDirectory(t);
  const strangers = [
    client(t, directory, { user: 'alice.' }),
    client(t, directory, { user: 'bob' }),
    client(t, directory, { port: 12_350 }),
    client(t, directory, { host: '127.0.0.2' }),
  ];
  await until(() => filesIn(directory).length === strangers.length);
  const pair = [client(t, directory), client(t, directory, { host: 'localhost' })];
  await until(() => pair.every(({ found }) => found.length > 0));
  for (const { found } of pair) t.deepEqual(found, [HERE]);
  for (const { found } of strangers) t.deepEqual(found, []);
});

test('clients find each other if they name the same servers, in whatever order', async (t) => {
  const directory = await temporaryDirectory(t);
  const hosts = Array.from({ length: 50 }, (_, count) => `im${count}.example.org`);
  const stranger = client(t, directory, { host: hosts.slice(1).join() });
  const pair = [
    client(t, directory, { host: hosts.join() }),
    client(t, directory, { host: `${hosts.toReversed().join(', ')},${hosts[0]},` }),
  ];
  await until(() => pair.every(({ found }) => found.length > 0));
  for (const { found } of pair) t.deepEqual(found, [HERE]);
  t.deepEqual(stranger.found, []);
});

test('the file of a client is private, names its process, and is removed when the client ends', async (t) => {
  const directory = await temporaryDirectory(t);
  const { looking, end } = client(t, directory);
  await until(() => filesIn(directory).length === 1);
  const [name = ''] = filesIn(directory);
  const path = join(directory, 'signed-in', name);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.is((await stat(join(directory, 'signed-in'))).mode & 0o777, 0o700);
  t.is(await readFile(path, 'utf8'), `process ${process.pid} on ${hostname()}\n`);
  end();
  t.deepEqual(allFilesIn(directory), []);
  await looking;
});

test('a killed process is not found, and its file is removed', async (t) => {
  const directory = await temporaryDirectory(t);
  const killed = await lockedFile(t, directory, `process ${process.pid} on ${hostname()}\n`);
  const living = await lockedFile(t, directory, 'process 4711 on elsewhere\n');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const { found } = client(t, directory);
  await until(() => found.length > 0 && filesIn(directory).length === 2);
  t.deepEqual(found, [{ pid: 4_711, host: 'elsewhere' }]);
  t.is(living.exitCode, null);
});

test('the unfinished file of a killed client is removed only if it is old', async (t) => {
  const directory = await temporaryDirectory(t);
  const folder = join(directory, 'signed-in');
  await mkdir(folder, { recursive: true });
  const [old, young] = ['.alice@127.0.0.1_1235.01', '.alice@127.0.0.1_1235.02'];
  for (const name of [old, young]) await writeFile(join(folder, name), '');
  const anHourAgo = Date.now() / 1_000 - 3_600;
  await utimes(join(folder, old), anHourAgo, anHourAgo);
  const { end, looking } = client(t, directory);
  await until(() => filesIn(directory).length === 1);
  t.false(existsSync(join(folder, old)));
  t.true(existsSync(join(folder, young)));
  end();
  await looking;
});

test('files that are not valid files of clients are ignored, and cause no wait', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const text of ['', 'process 0 on x\n', 'process 7 on x\u001b\n', 'process 7\n', 'x'.repeat(400)]) {
    await lockedFile(t, directory, text);
  }
  const folder = join(directory, 'signed-in');
  await mkdir(join(folder, 'alice@127.0.0.1_1235.directory'));
  await symlink('/dev/zero', join(folder, 'alice@127.0.0.1_1235.link'));
  const fifo = spawn('mkfifo', [join(folder, 'alice@127.0.0.1_1235.fifo')]);
  await once(fifo, 'exit');
  const pair = [client(t, directory), client(t, directory)];
  await until(() => pair.every(({ found }) => found.length > 0));
  for (const { found } of pair) t.deepEqual(found, [HERE]);
});

test('without a writable home no client is found, and nothing fails', async (t) => {
  for (const directory of ['/dev/null/im', '/proc/im']) {
    const { looking, found } = client(t, directory);
    await looking;
    t.deepEqual(found, []);
  }
});

test('without the command flock no client is found, and no file is left', async (t) => {
  const directory = await temporaryDirectory(t);
  const { PATH } = process.env;
  t.teardown(() => {
    process.env['PATH'] = PATH;
  });
  process.env['PATH'] = directory;
  const { looking, found } = client(t, directory);
  await looking;
  t.deepEqual(found, []);
  t.deepEqual(allFilesIn(directory), []);
});

test('a client that ends right after its start leaves no file', async (t) => {
  const directory = await temporaryDirectory(t);
  const atOnce = client(t, directory);
  atOnce.end();
  await atOnce.looking;
  const early = client(t, directory);
  await until(() => allFilesIn(directory).length > 0);
  early.end();
  t.deepEqual(allFilesIn(directory), []);
  await early.looking;
});
