/** The cluster of `npm run cluster`, with a real PostgreSQL. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import anyTest, { type ExecutionContext } from 'ava';
import { emptyEnvironment, Program } from '../helpers/programs.js';
import { withPostgres } from '../helpers/with-postgres.js';

const run = promisify(execFile);

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** The exit code of a client whose request was answered 205. */
const UNAVAILABLE = 7;

/** Starts a cluster, which is stopped after the test if it has not ended. */
function startCluster(t: ExecutionContext, ...args: readonly string[]): Program {
  const environment = emptyEnvironment(t);
  const cluster = new Program(
    t,
    { name: 'im-server', environment, path: resolve('dist/tools/cluster.js') },
    ...args,
  );
  t.teardown(async () => {
    cluster.process.kill('SIGINT');
    await cluster.exited;
  });
  return cluster;
}

/** The command lines of all processes that name a text. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(text));
}

test('the cluster says what to install if PostgreSQL is missing', async (t) => {
  const cluster = startCluster(t, '--postgres', '/nowhere');
  t.is(await cluster.exited, 1);
  t.is(cluster.stdout, '');
  t.is(
    cluster.stderr,
    'cluster: there is no PostgreSQL 15 or later in /nowhere: on Debian, apt-get install postgresql\n',
  );
});

withPostgres(() => {
  test('the servers share one directory, also after a failover, and leave nothing behind', async (t) => {
    const cluster = startCluster(t);
    // Each wait has its own time limit.
    for (const step of ['# The primary.', '# standby1.', '# standby2.', '# The servers.'])
      await cluster.expect(step);
    const [, directory = ''] = await cluster.expect(/The cluster is ready\. Its logs are (\S+)\/\*\.log\n/);
    const [, hosts, tcp = '', udp = ''] = await cluster.expect(
      /\n {2}bin\/im-client --server (\S+) --tcp-port (\d+) --udp-port (\d+)\n/,
    );
    t.is(hosts, '127.0.0.1,127.0.0.2,127.0.0.3');
    const [, failover = ''] = await cluster.expect(/To see a failover, .*\n\n((?: {2}.*\n)+)\nCtrl-C stops/);

    const client = { name: 'im-client', environment: emptyEnvironment(t) } as const;
    const ask = async (host: string, ...command: readonly string[]) => {
      const ports = ['--tcp-port', tcp, '--udp-port', udp];
      const program = new Program(t, client, '--server', host, ...ports, ...command);
      return { code: await program.exited, stdout: program.stdout, stderr: program.stderr };
    };
    t.like(await ask('127.0.0.1', 'register', 'alice'), { code: 0 });
    t.like(await ask('127.0.0.2', 'register', 'bob'), { code: 0 });
    t.like(await ask('127.0.0.3', 'add', 'alice', 'bob'), { code: 0 });
    const list = await ask('127.0.0.2', 'buddies', 'alice');
    t.regex(list.stdout, /^bob\t/, list.stderr);
    t.is((await ask('127.0.0.3', 'register', 'alice')).code, 6, 'the id exists');

    await run('sh', ['-ec', failover]);
    let { code } = await ask('127.0.0.3', 'register', 'carol');
    while (code === UNAVAILABLE) ({ code } = await ask('127.0.0.3', 'register', 'carol'));
    t.true([0, 6].includes(code ?? -1), 'a request that was answered 205 may have been made');
    t.is((await ask('127.0.0.1', 'register', 'bob')).code, 6, 'no user is lost');

    t.not((await processesWith(directory)).length, 0);
    cluster.process.kill('SIGINT');
    t.is(await cluster.exited, 0, cluster.stderr);
    t.deepEqual(await processesWith(directory), []);
    t.deepEqual(await processesWith(`--tcp-port\0${tcp}`), []);
    t.false(existsSync(directory));
  });

  test('a cluster whose start is interrupted leaves nothing behind', async (t) => {
    const cluster = startCluster(t);
    const [, directory = ''] = await cluster.expect(/-D (\S+)\/primary -p /);
    cluster.process.kill('SIGTERM');
    t.is(await cluster.exited, 0, cluster.stderr);
    t.deepEqual(await processesWith(directory), []);
    t.false(existsSync(directory));
  });

  test('a cluster whose ports are in use says so, and leaves nothing behind', async (t) => {
    const first = startCluster(t, '--postgres', '/usr/lib/postgresql/15/bin');
    const [, tcp = ''] = await first.expect(/im-server ready tcp=127\.0\.0\.1:(\d+)/);
    const second = startCluster(t, '--tcp-port', tcp);
    const [, directory = ''] = await second.expect(/-D (\S+)\/primary -p /);
    t.is(await second.exited, 1);
    t.regex(second.stderr, /^cluster: im1 ended:/);
    t.true(second.stderr.includes(`TCP port ${tcp} is in use`));
    t.deepEqual(await processesWith(directory), []);
    t.false(existsSync(directory));
  });
});
