import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { monotonicMs, mountMemory, needs } from '../helpers/faults.js';
import { Ledger, Load } from '../helpers/ledger.js';
import { ask } from '../helpers/network.js';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many times the server is killed and then restored from a backup. */
const ROUNDS = 3;

/** Runs im-server to its end. */
async function run(t: ExecutionContext, ...args: readonly string[]) {
  const program = new Program(t, 'im-server', ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

test('a restored backup has every change that was acknowledged before the backup', async (t) => {
  const parent = await temporaryDirectory(t);
  const data = join(parent, 'data');
  const ledger = new Ledger();
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startServerProgram(t, data);
    if (round === 0) await ledger.begin(server.tcp);
    ledger.holdReplies();
    const load = new Load(server.tcp, ledger);
    for (const target of ['early', 'late']) {
      const begunMs = monotonicMs();
      const { code, stdout, stderr } = await run(t, 'backup', '--data', data, join(parent, target));
      t.is(code, 0, stderr);
      t.regex(stdout, /^users \d+, buddies on their lists \d+$/m);
      if (target === 'late') {
        await load.stop();
        ledger.releaseReplies(begunMs);
      }
    }
    server.program.process.kill('SIGKILL');
    await server.program.exited;
    await rm(data, { recursive: true });
    await cp(join(parent, 'late'), data, { recursive: true, preserveTimestamps: true });
    for (const target of ['early', 'late']) await rm(join(parent, target), { recursive: true });
    const { stdout } = await run(t, 'export', data);
    t.deepEqual(ledger.compare(stdout), []);
  }
  t.deepEqual(await readdir(parent), ['data']);
  t.log(`${ledger.acknowledged} changes were acknowledged before a backup`);
  t.true(ledger.acknowledged > 100);
});

test('a backup can end at a given change, and has the key of the server', async (t) => {
  const parent = await temporaryDirectory(t);
  const [data, target] = [join(parent, 'data'), join(parent, 'backup')];
  const server = await startServerProgram(t, data);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob', 'DEL alice bob']) {
    t.is(await ask(server.tcp, `${request}\n`), '200 OK\r\n');
  }
  const version = await ask(server.tcp, 'VER\n');
  const config = join(parent, 'server.conf');
  await writeFile(config, `data = ${data}\n`);
  const made = await run(t, 'backup', target, '--until-change', '3', '--json', '--config', config);
  t.is(made.stderr, '');
  t.deepEqual(JSON.parse(made.stdout), { target, users: 2, lastChange: 3 });
  const restored = await startServerProgram(t, target);
  t.is(await ask(restored.tcp, 'VER\n'), version);
  t.is(await ask(restored.tcp, 'ADD alice bob\n'), '201 INVALID\r\n', 'bob is on the list');
  const late = await run(t, 'backup', `${target}-2`, '--until-change', '5', '--config', config);
  t.is(late.stderr, 'im-server: there is no change 5: the newest change is 4\n');
});

test('`backup` says why it cannot make a backup, and leaves nothing behind', async (t) => {
  const parent = await temporaryDirectory(t);
  const data = join(parent, 'data');
  const { program } = await startServerProgram(t, data);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  await symlink(data, join(parent, 'link'));
  await mkdir(join(parent, 'there'));
  const rows: readonly (readonly [args: readonly string[], code: number, problem: string])[] = [
    [['--data', data, join(parent, 'there')], 1, `${join(parent, 'there')} exists: choose another name`],
    [['--data', data, join(parent, 'no/b')], 1, `${join(parent, 'no')} does not exist: make it first`],
    [
      ['--data', data, join(parent, 'link/b')],
      1,
      `${join(data, 'b')} is in the data directory: choose another place`,
    ],
    [
      ['--data', join(parent, 'no'), join(parent, 'b')],
      1,
      `the data directory ${join(parent, 'no')} does not exist: set --data`,
    ],
    [['--data', join(parent, 'there'), join(parent, 'b')], 1, `${join(parent, 'there')} has no database`],
    [
      ['--data', data, join(parent, 'b'), '--until-change', '1'],
      1,
      'there is no change 1: the newest change is 0',
    ],
    [['--directory', 'postgres://im@db1/im', join(parent, 'b')], 2, 'use pg_dump'],
    [[], 2, "missing required argument 'target'"],
  ];
  for (const [args, code, problem] of rows) {
    const result = await run(t, 'backup', ...args);
    t.is(result.code, code, result.stderr);
    t.is(result.stdout, '');
    t.true(result.stderr.includes(problem), result.stderr);
    t.is(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
  }
  t.deepEqual((await readdir(parent)).sort(), ['data', 'link', 'there']);
  t.deepEqual(await readdir(join(parent, 'there')), []);
});

test('a backup to a full disk fails with the reason, and leaves nothing behind', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const parent = await temporaryDirectory(t);
  const [data, disk] = [join(parent, 'data'), join(parent, 'disk')];
  const users = join(parent, 'users.txt');
  await writeFile(users, Array.from({ length: 5_000 }, (_, index) => `user${index}\n`).join(''));
  t.is((await run(t, 'import', data, users)).code, 0);
  await mkdir(disk);
  await mountMemory(t, disk, 'size=64k');
  const { code, stderr } = await run(t, 'backup', '--data', data, join(disk, 'backup'));
  t.is(code, 1);
  t.is(stderr, `im-server: cannot make the backup ${join(disk, 'backup')} (no space left on device)\n`);
  t.deepEqual(await readdir(disk), []);
});
