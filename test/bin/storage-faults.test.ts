import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { DataDirectory } from '../../storage/files/data-directory.js';
import { DISK } from '../../storage/files/disk.js';
import { readDatabase } from '../../storage/text/database-check.js';
import { writeDump } from '../../storage/transfer/dump.js';
import { Disk, inject, limit, mountMemory, needs, remount, unmount } from '../helpers/faults.js';
import { Ledger, Load } from '../helpers/ledger.js';
import { dial, PresenceClient, readToEnd } from '../helpers/network.js';
import { Program, type ServerProgram, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many rounds tests with random timing have; `npm run test:long` gives them more rounds. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);

/** Longest wait for the server, even on a busy machine, in milliseconds. */
const HANG_MS = 90_000;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs im-server to its end. */
async function run(t: ExecutionContext, ...args: readonly string[]) {
  const program = new Program(t, 'im-server', ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** Ends a server by SIGKILL. */
async function kill({ program }: ServerProgram): Promise<void> {
  program.process.kill('SIGKILL');
  await program.exited;
}

/** Asserts that the database of a stopped server is good, and has exactly the acknowledged changes. */
async function assertSound(t: ExecutionContext, ledger: Ledger, directory: string): Promise<void> {
  const { table } = await readDatabase(new DataDirectory(DISK, directory));
  let dump = '';
  await writeDump(table, async (bytes) => {
    dump += bytes.toString('latin1');
  });
  t.deepEqual(ledger.compare(dump), []);
}

/** Asserts the same as `assertSound`, with the commands `check` and `export` of im-server. */
async function assertExported(t: ExecutionContext, ledger: Ledger, directory: string): Promise<void> {
  const [checked, exported] = await Promise.all([run(t, 'check', directory), run(t, 'export', directory)]);
  t.is(checked.code, 0, checked.stderr);
  t.is(exported.code, 0, exported.stderr);
  t.deepEqual(ledger.compare(exported.stdout), []);
}

/** Kills a server, starts a new one on its directory, and asserts that this one works and has all changes. */
async function assertDurable(
  t: ExecutionContext,
  ledger: Ledger,
  server: ServerProgram,
  directory: string,
): Promise<void> {
  t.is(server.program.process.exitCode, null, `the server is still running: ${server.program.stderr}`);
  await kill(server);
  await assertSound(t, ledger, directory);
  const next = await startServerProgram(t, directory);
  t.is(await ledger.request(next.tcp, `REG ${ledger.freshId()}`), 200);
  await kill(next);
  await assertExported(t, ledger, directory);
}

/** Repeats the registration of a new user until it succeeds. Each earlier attempt must be refused. */
async function untilWritten(t: ExecutionContext, ledger: Ledger, port: number): Promise<void> {
  const request = `REG ${ledger.freshId()}`;
  const startedMs = performance.now();
  for (;;) {
    const reply = await ledger.request(port, request);
    if (reply === 200) return;
    if (reply !== 205) return t.fail(`${request} was answered ${reply}`);
    if (performance.now() - startedMs > HANG_MS) return t.fail('the request is refused for too long');
    await sleep(50);
  }
}

/** Waits until a condition is true. */
async function until(
  t: ExecutionContext,
  isTrue: () => boolean | Promise<boolean>,
  condition: string,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedMs > HANG_MS) return t.fail(`not true after ${HANG_MS} ms: ${condition}`);
    await sleep(10);
  }
}

/** Waits until many requests have been refused. */
async function untilRefused(t: ExecutionContext, load: Load): Promise<void> {
  await until(t, () => load.refused >= 50, 'at least 50 requests are refused');
}

/** Registers new users for some time, and asserts that each request is refused. */
async function assertRefused(t: ExecutionContext, ledger: Ledger, port: number, ms = 0): Promise<void> {
  const startedMs = performance.now();
  do {
    const request = `REG ${ledger.freshId()}`;
    t.is(await ledger.request(port, request), 205, request);
    await sleep(50);
  } while (performance.now() - startedMs < ms);
}

/** Starts a server with some users, one of them online. `assertReads` checks that GET still works. */
async function startWithUsers(t: ExecutionContext, directory: string) {
  const ledger = new Ledger();
  const server = await startServerProgram(t, directory);
  await ledger.begin(server.tcp);
  const client = await PresenceClient.open(t, server.udp);
  client.send('SET base0 100 ONLINE 4001');
  const assertReads = async () => t.is(await client.ask('GET base1'), 'base0 100 ONLINE 127.0.0.1 4001\n');
  await assertReads();
  const { pid } = server.program.process;
  return { ledger, server, pid, port: server.tcp, assertReads };
}

test('exactly the acknowledged changes survive kill -9 under load', async (t) => {
  const directory = await temporaryDirectory(t);
  const ledger = new Ledger();
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const server = await startServerProgram(t, directory);
    if (round === 0) await ledger.begin(server.tcp);
    const load = new Load(server.tcp, ledger);
    await sleep(Math.random() * 300);
    await kill(server);
    await load.stop();
    await assertSound(t, ledger, directory);
  }
  await assertExported(t, ledger, directory);
  t.log(`${ledger.acknowledged} changes were acknowledged`);
});

test('changes are refused while the database has filled the disk', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const directory = await temporaryDirectory(t);
  await mountMemory(t, directory, 'size=128k');
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  const load = new Load(port, ledger);
  await untilRefused(t, load);
  await load.stop();
  // A disk without room for a group commit may have room for one line.
  while ((await ledger.request(port, `REG ${ledger.freshId()}`)) === 200);
  await assertRefused(t, ledger, port);
  await assertReads();
  await remount(directory, 'size=512k');
  await untilWritten(t, ledger, port);
  await assertDurable(t, ledger, server, directory);
});

test('changes are refused while another file has filled the disk', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const directory = await temporaryDirectory(t);
  await mountMemory(t, directory, 'size=256k');
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  const filler = join(directory, 'filler');
  await t.throwsAsync(writeFile(filler, Buffer.alloc(512 * 1024)), { code: 'ENOSPC' });
  const load = new Load(port, ledger);
  await untilRefused(t, load);
  await load.stop();
  await assertReads();
  await kill(server);
  await assertSound(t, ledger, directory);
  const { code, stderr } = await run(t, '--tcp-port', '0', '--udp-port', '0', '--data', directory);
  t.is(code, 1);
  t.regex(stderr, /^im-server: cannot use the data directory .* \(no space left on device\): .*\n$/);
  await rm(filler);
  const next = await startServerProgram(t, directory);
  await t.throwsAsync(writeFile(filler, Buffer.alloc(512 * 1024)), { code: 'ENOSPC' });
  const another = new Load(next.tcp, ledger);
  await untilRefused(t, another);
  await rm(filler);
  await untilWritten(t, ledger, next.tcp);
  await another.stop();
  await assertDurable(t, ledger, next, directory);
});

test('a change is refused, and nothing of it is kept, if only a part of it was written', async (t) => {
  if (!(await needs(t, 'prlimit'))) return;
  const directory = await temporaryDirectory(t);
  const { ledger, server, pid, port, assertReads } = await startWithUsers(t, directory);
  for (let bytes = 0; bytes < 24; bytes += 5) {
    const [journal = ''] = (await readdir(directory)).filter((name) => name.startsWith('journal'));
    const { size } = await stat(join(directory, journal));
    await limit(pid, `--fsize=${size + bytes}:unlimited`);
    await assertRefused(t, ledger, port);
    await assertReads();
    t.is((await stat(join(directory, journal))).size, size, 'no part of the write is left');
    await limit(pid, '--fsize=unlimited:unlimited');
    await untilWritten(t, ledger, port);
  }
  await assertDurable(t, ledger, server, directory);
});

/** Each row: a failure, the minimum time in which all changes are refused, in ms, and the injected errors. */
const FAILURES: readonly (readonly [title: string, refusedMs: number, ...injections: string[]])[] = [
  ['a sync fails', 0, 'fdatasync:error=EIO:when=1'],
  ['two syncs fail', 0, 'fdatasync:error=EIO:when=1..2'],
  ['all syncs fail', 1_500, 'fdatasync:error=EIO'],
  ['a write fails', 0, 'pwrite64:error=EIO:when=1'],
  ['writes find no room', 300, 'pwrite64:error=ENOSPC'],
  ['a write fails, and cannot be undone', 0, 'pwrite64:error=EIO:when=1', 'ftruncate:error=EIO:when=1'],
  ['everything fails', 1_500, 'pwrite64,ftruncate,fdatasync,fsync,openat:error=EIO'],
  ['a sync fails, and no file can be opened', 1_500, 'fdatasync:error=EIO:when=1', 'openat:error=EMFILE'],
  ['a sync fails, and nothing can be renamed', 1_500, 'fdatasync:error=EIO:when=1', '/^rename:error=EIO'],
  ['a sync fails, and no directory can be synced', 1_500, 'fdatasync:error=EIO:when=1', 'fsync:error=EIO'],
  ['a file sync fails, and then a directory sync', 0, 'fdatasync:error=EIO:when=1', 'fsync:error=EIO:when=2'],
  ['a sync fails, and nothing can be removed', 0, 'fdatasync:error=EIO:when=1', '/^unlink:error=EIO'],
];

for (const [title, refusedMs, ...injections] of FAILURES) {
  test(`when ${title}, the server acknowledges only durable changes, and recovers`, async (t) => {
    if (!(await needs(t, 'strace'))) return;
    // strace counts the calls of each thread separately, so the server gets only one thread for files.
    process.env['UV_THREADPOOL_SIZE'] = '1';
    t.teardown(() => {
      delete process.env['UV_THREADPOOL_SIZE'];
    });
    const directory = await temporaryDirectory(t);
    const { ledger, server, pid, port, assertReads } = await startWithUsers(t, directory);
    const injected = await inject(t, pid, injections);
    await assertRefused(t, ledger, port, refusedMs);
    await assertReads();
    const load = new Load(port, ledger, 4);
    await until(t, () => injected.count() >= injections.length, 'every injected error has occurred');
    await load.stop();
    await injected.end();
    await untilWritten(t, ledger, port);
    await assertReads();
    const isUnknown = /sync|undone|everything/.test(title);
    const isRewritten = () => /database was rewritten/.test(server.program.stderr);
    if (isUnknown) await until(t, isRewritten, 'the database is rewritten in new files');
    else t.false(isRewritten());
    await assertDurable(t, ledger, server, directory);
  });
}

test('changes are refused while the file system, or its replacement, is read-only', async (t) => {
  if (!(await needs(t, 'ext4', 'tmpfs'))) return;
  const disk = await Disk.create(t);
  const { directory } = disk;
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  await t.throwsAsync(remount(directory, 'ro'), { message: /busy/ }, 'a regular remount is refused');
  await disk.makeReadOnly();
  await assertRefused(t, ledger, port, 300);
  await assertReads();
  await unmount(directory);
  await mountMemory(t, directory, 'size=1m,ro');
  await assertRefused(t, ledger, port, 1_500);
  await assertReads();
  await remount(directory, 'rw');
  await untilWritten(t, ledger, port);
  await assertDurable(t, ledger, server, directory);
});

test('on a read-only file system, the server does not start, and prints why in one line', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const directory = await temporaryDirectory(t);
  await mountMemory(t, directory, 'size=1m');
  const { ledger, server } = await startWithUsers(t, directory);
  await kill(server);
  await remount(directory, 'ro');
  const { code, stderr, stdout } = await run(t, '--tcp-port', '0', '--udp-port', '0', '--data', directory);
  t.is(code, 1);
  t.regex(stderr, /^im-server: cannot use the data directory .* \(read-only file system\): .*--data\n$/);
  t.is(stdout, '');
  await assertSound(t, ledger, directory);
  await remount(directory, 'rw');
  await startServerProgram(t, directory);
});

test('the whole database is written to a data directory that was removed and created again', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  const load = new Load(port, ledger);
  await sleep(200);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  await untilRefused(t, load);
  await load.stop();
  await assertRefused(t, ledger, port, 1_200);
  await assertReads();
  await mkdir(directory);
  await untilWritten(t, ledger, port);
  await assertDurable(t, ledger, server, directory);
});

test('the server continues with a data directory that was moved away and back', async (t) => {
  const parent = await temporaryDirectory(t);
  const [directory, elsewhere] = [join(parent, 'data'), join(parent, 'elsewhere')];
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  for (const awayMs of [0, 1_500]) {
    const load = new Load(port, ledger);
    await sleep(200);
    await rename(directory, elsewhere);
    await untilRefused(t, load);
    await load.stop();
    await assertRefused(t, ledger, port, awayMs);
    await assertReads();
    await rename(elsewhere, directory);
    await untilWritten(t, ledger, port);
  }
  await assertDurable(t, ledger, server, directory);
});

test('the removal of the only journal is noticed at the next change', async (t) => {
  const directory = await temporaryDirectory(t);
  const { ledger, server, port, assertReads } = await startWithUsers(t, directory);
  for (const name of await readdir(directory)) {
    if (name.startsWith('journal')) await rm(join(directory, name));
  }
  await assertRefused(t, ledger, port);
  await assertReads();
  await untilWritten(t, ledger, port);
  await assertDurable(t, ledger, server, directory);
});

test('without free descriptors, acknowledged changes are durable, and the server recovers', async (t) => {
  if (!(await needs(t, 'prlimit'))) return;
  const parent = await temporaryDirectory(t);
  const [directory, elsewhere] = [join(parent, 'data'), join(parent, 'elsewhere')];
  const { ledger, server, pid, port, assertReads } = await startWithUsers(t, directory);
  const sockets: Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  await limit(pid, '--nofile=64:64');
  const early = await Promise.all(Array.from({ length: 8 }, () => dial(port)));
  sockets.push(...early);
  // The server has accepted all of these connections before it answers this request.
  t.is(await ledger.request(port, `REG ${ledger.freshId()}`), 200);
  for (let count = 0; count < 150; count++) {
    const socket = await dial(port);
    socket.on('error', () => {});
    sockets.push(socket);
  }
  const overEarly = async (socket: Socket | undefined) => {
    if (socket === undefined) throw new Error('no early connection is left');
    const request = `REG ${ledger.freshId()}`;
    socket.write(`${request}\n`);
    const reply = Number((await readToEnd(socket)).slice(0, 3));
    ledger.record(request, reply);
    return reply;
  };
  // Wait until the server has accepted as many connections as its limit allows.
  while ((await readdir(`/proc/${pid}/fd`)).length < 64) await sleep(10);
  for (const socket of early.slice(0, 4)) t.is(await overEarly(socket), 200);
  await assertReads();
  // Rewriting the database needs descriptors.
  await rename(directory, elsewhere);
  await mkdir(directory);
  for (const socket of early.slice(4)) t.is(await overEarly(socket), 205);
  await assertReads();
  for (const socket of sockets) socket.destroy();
  await untilWritten(t, ledger, port);
  await assertDurable(t, ledger, server, directory);
});

test('acknowledged changes survive power cuts under load', async (t) => {
  if (!(await needs(t, 'ext4', 'perl'))) return;
  const disk = await Disk.create(t);
  const directory = join(disk.directory, 'data');
  const ledger = new Ledger();
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startServerProgram(t, directory);
    if (round === 0) await ledger.begin(server.tcp);
    const load = new Load(server.tcp, ledger);
    await sleep(50 + Math.random() * 250);
    ledger.holdReplies();
    const cutMs = await disk.cutPower();
    await assertRefused(t, ledger, server.tcp);
    await kill(server);
    await load.stop();
    ledger.releaseReplies(cutMs);
    await disk.restorePower();
    await assertSound(t, ledger, directory);
  }
  await assertExported(t, ledger, directory);
  t.log(`${ledger.acknowledged} changes were acknowledged`);
});

test('a second server does not start on a directory in use; a killed server leaves no lock', async (t) => {
  const directory = await temporaryDirectory(t);
  const dump = join(await temporaryDirectory(t), 'dump.txt');
  await writeFile(dump, '');
  const { ledger, server, pid, port } = await startWithUsers(t, directory);
  const free = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
  const { code, stderr, stdout } = await run(t, ...free);
  t.is(code, 1);
  t.regex(
    stderr,
    new RegExp(`^im-server: the data directory .* is in use by process ${pid} on .*--data\\n$`),
  );
  t.is(stdout, '');
  const imported = await run(t, 'import', directory, dump);
  t.is(imported.code, 1);
  t.regex(imported.stderr, new RegExp(`in use by process ${pid} `));
  t.is(await ledger.request(port, `REG ${ledger.freshId()}`), 200, 'the first server still works');
  await assertDurable(t, ledger, server, directory);
});

/** Creates a dump of users with long ids and five buddies each. */
function largeDump(users: number): string {
  const ids = Array.from({ length: users }, (_, user) => `u${user}`.padEnd(60, '_'));
  const lines = ids.map((id, user) =>
    [id, ...[1, 4, 9, 16, 25].map((step) => ids[(user + step) % users])].join(' '),
  );
  return `# im-server dump: ${users} users\n${lines.join('\n')}\n`;
}

/** Waits until a program begins a snapshot or ends, and then for a random time. */
async function newSnapshot(program: Program, directory: string): Promise<void> {
  const snapshots = async () =>
    (await readdir(directory).catch(() => [])).filter((name) => name.startsWith('snapshot')).join(' ');
  const before = await snapshots();
  while (program.process.exitCode === null && [before, ''].includes(await snapshots())) await sleep(1);
  await sleep(Math.random() * 60);
}

/** Interrupts an import of many users several times, and then lets it finish. */
async function interruptImport(
  t: ExecutionContext,
  directory: string,
  { users, rounds }: { readonly users: number; readonly rounds: number },
  interrupt: (program: Program) => Promise<void>,
): Promise<void> {
  const file = join(await temporaryDirectory(t), 'dump');
  const dump = largeDump(users);
  await writeFile(file, dump);
  const lines = new Set(dump.split('\n'));
  for (let round = 0; round < rounds; round++) {
    const program = new Program(t, 'im-server', 'import', directory, file);
    if (round % 2 === 0) await sleep(200 + Math.random() * 600);
    else await newSnapshot(program, directory);
    await interrupt(program);
    // The import may have been interrupted before it created a database.
    await t.notThrowsAsync(
      readDatabase(new DataDirectory(DISK, directory)).catch((error: Error) => {
        if (!/has no database|no such file/.test(error.message)) throw error;
      }),
    );
  }
  const partly = await run(t, 'export', directory);
  const odd = partly.stdout
    .split('\n')
    .slice(1)
    .filter((line) => !lines.has(line) && !isBeginning(line));
  t.deepEqual(odd, [], 'each list is a prefix of its list in the dump');
  const { code, stderr } = await run(t, 'import', directory, file);
  t.is(code, 0, stderr);
  const exported = await run(t, 'export', directory);
  t.true(exported.stdout === dump, 'the export equals the dump');
  // The next change causes the snapshot that the import did not finish.
  const server = await startServerProgram(t, directory);
  t.is(await new Ledger().request(server.tcp, 'REG last'), 200);
  await until(t, async () => /^snapshot/m.test(await readManifest()), 'it is compacted');
  await kill(server);
  t.is((await run(t, 'check', directory)).code, 0);
  const { stdout } = await run(t, 'export', directory);
  t.true(stdout === `${dump.replace(/\d+ users/, `${users + 1} users`)}last\n`, 'the snapshot loses nothing');

  function readManifest(): Promise<string> {
    return readFile(join(directory, 'manifest.txt'), 'utf8');
  }

  /** True if a line is a prefix of a line of the dump. */
  function isBeginning(line: string): boolean {
    const [id = ''] = line.split(' ', 1);
    const at = dump.indexOf(`\n${id} `);
    return at >= 0 && dump.startsWith(`${line} `, at + 1);
  }
}

test('an import that was killed during compaction can be completed', async (t) => {
  const directory = join(await temporaryDirectory(t), 'data');
  await interruptImport(t, directory, { users: 10_000, rounds: ROUNDS }, async (program) => {
    program.process.kill('SIGKILL');
    await program.exited;
  });
});

test('an import whose disk lost power during compaction can be completed', async (t) => {
  if (!(await needs(t, 'ext4', 'perl'))) return;
  const disk = await Disk.create(t, '64M');
  const directory = join(disk.directory, 'data');
  await interruptImport(t, directory, { users: 10_000, rounds: ROUNDS }, async (program) => {
    await disk.cutPower();
    await program.exited;
    await disk.restorePower();
  });
});
