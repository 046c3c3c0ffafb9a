import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import anyTest, { type ExecutionContext } from 'ava';
import { withPostgres } from '../helpers/with-postgres.js';

const run = promisify(execFile);

// The tests run one at a time, because each starts two dozen processes.
const test = anyTest.serial;

const CHAOS = resolve('dist/test/chaos/chaos.js');

/** Time between two checks of a condition, in milliseconds. */
const LOOK_MS = 100;

/** The number that a pattern finds in the output: in a row of the table or the line of a control run. */
function counted(stdout: string, pattern: RegExp): number {
  const [, number] = stdout.match(pattern) ?? [];
  return Number(number?.replaceAll(',', ''));
}

/** A temporary directory in which the user of PostgreSQL can reach its own directories. */
async function passableDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'im-test-'));
  await chmod(directory, 0o711);
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function processesIn(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => places[index]?.startsWith(`${directory}/`));
}

/** The shared memory segments of the databases in a directory. */
async function sharedMemoryIn(directory: string): Promise<string[]> {
  const places = (await readdir(directory)).filter((name) => name.startsWith('im-postgres-'));
  const files = places.map((place) => readFile(join(directory, place, 'data/postmaster.pid'), 'utf8'));
  const texts = await Promise.all(files.map((file) => file.catch(() => '')));
  return texts.flatMap((text) => text.split('\n')[6]?.trim().split(/\s+/)[1] ?? []);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, LOOK_MS));
}

withPostgres(() => {
  test('a minute of faults in servers and databases loses no change; a control run loses some', async (t) => {
    // chaos.js exits with 1 after any fault. Its output, which names the seed, is then in the error.
    const { stdout } = await run(process.execPath, [CHAOS, '--cluster', '--seconds', '60']);
    t.log(stdout);
    t.is(counted(stdout, /^changes lost +(\S+)$/m), 0);
    for (const row of ['changes acknowledged', 'commits in doubt', 'failovers with a commit in doubt']) {
      t.true(counted(stdout, new RegExp(`^${row} +(\\S+)$`, 'm')) > 0, row);
    }
    for (const control of ['asynchronous replication', 'ANY 1 of two standbys']) {
      t.true(counted(stdout, new RegExp(`^control, ${control}: (\\S+) losses`, 'm')) > 0, control);
    }
  });

  for (const [what, signal] of [
    ['killed', 'SIGKILL'],
    ['interrupted', 'SIGINT'],
  ] as const) {
    test(`a ${what} run of chaos.js --cluster leaves no file, process or shared memory behind`, async (t) => {
      const directory = await passableDirectory(t);
      const chaos = spawn(process.execPath, [CHAOS, '--cluster', '--seconds', '600'], {
        env: { ...process.env, TMPDIR: directory },
        stdio: 'ignore',
      });
      t.teardown(() => chaos.kill('SIGKILL'));
      const ended = new Promise((done) => chaos.once('exit', done));
      // Waits for three databases, each with a segment of shared memory, and for a server.
      await until(async () => (await sharedMemoryIn(directory)).length === 3);
      await until(async () => {
        // A process may end before its command line is read.
        const commands = (await processesIn(directory)).map((pid) =>
          readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        );
        return (await Promise.all(commands)).some((command) => command.includes('im-server'));
      });
      const segments = await sharedMemoryIn(directory);
      chaos.kill(signal);
      await ended;
      await until(async () => (await readdir(directory)).length === 0);
      t.deepEqual(await processesIn(directory), []);
      const { stdout } = await run('ipcs', ['-m']);
      const left = stdout.split('\n').map((line) => line.split(/\s+/)[1]);
      t.deepEqual(
        segments.filter((segment) => left.includes(segment)),
        [],
      );
    });
  }
});
