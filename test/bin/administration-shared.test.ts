/** The operator's commands to servers whose directory is in a real PostgreSQL. */

import { join } from 'node:path';
import anyTest from 'ava';
import { runServer, runServerIn } from '../helpers/admin.js';
import { startOn, startVersion } from '../helpers/directory-servers.js';
import { ask, until } from '../helpers/network.js';
import { Postgres } from '../helpers/postgres.js';
import { emptyEnvironment, temporaryDirectory } from '../helpers/programs.js';
import { teardownOfFile, withPostgres } from '../helpers/with-postgres.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

let postgres: Postgres;

withPostgres(() => {
  const servers = teardownOfFile();
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  test('a command to one server durably changes the shared directory for all servers', async (t) => {
    const url = await postgres.makeDirectory(t);
    const runtime = await temporaryDirectory(t);
    const environment = { ...emptyEnvironment(t), RUNTIME_DIRECTORY: runtime };
    const alone = ['--directory-alone', '--warm-up', '0'];
    const server = await startVersion(t, { name: 'im-server', environment }, url, ...alone);
    const other = await startOn(t, url, ...alone);
    const run = async (...words: readonly string[]) => {
      const shared = ['--directory', url, '--json'];
      const { code, stdout, stderr } = await runServerIn(
        t,
        { RUNTIME_DIRECTORY: runtime },
        ...words,
        ...shared,
      );
      t.deepEqual([code, stderr], [0, ''], words.join(' '));
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    };
    for (const line of ['REG alice', 'REG mallory', 'ADD alice mallory']) {
      t.is(await ask(server.tcp, `${line}\n`), '200 OK\r\n');
    }
    t.like(await run('status'), { directory: url, store: 'ok', users: 2 });
    t.like(await run('delete', 'mallory', '--yes'), { id: 'mallory', deleted: true });
    t.like(await run('show', 'alice'), { buddies: [] });
    t.like(await run('ban', 'alice', '--for', '1d'), { kind: 'id', target: 'alice' });
    const key = await run('key');
    t.regex(String(key['server']), /^[\w-]{43}$/);
    t.is(await ask(other.tcp, 'REG mallory\n'), '203 USER EXISTS\r\n');
    let reply = '';
    // The other server reads the ban within a second.
    while (!reply.startsWith('204')) reply = await ask(other.tcp, 'DEL alice mallory\n');
    server.program.process.kill('SIGKILL');
    await server.program.exited;
    const socket = join(runtime, 'admin.sock');
    const again = await startOn(t, url, ...alone, '--admin-socket', socket);
    const bans = await runServer(t, 'bans', '--admin-socket', socket, '--json');
    t.like(JSON.parse(bans.stdout), { kind: 'id', target: 'alice', inForce: true });
    t.is(await ask(again.tcp, 'REG mallory\n'), '203 USER EXISTS\r\n');
    await run('free', 'mallory');
    t.is(await ask(again.tcp, 'REG mallory\n'), '200 OK\r\n');
    t.like(await run('stop'), { stopped: true, pid: again.program.process.pid });
  });

  test('without $RUNTIME_DIRECTORY there is no admin socket, and the log says what to set', async (t) => {
    const url = await postgres.makeDirectory(t);
    const { program } = await startOn(t, url, '--directory-alone', '--warm-up', '0');
    await until(() => program.stderr.includes('set --admin-socket'));
    const { code, stderr } = await runServer(t, 'status', '--directory', url);
    t.is(code, 1);
    t.regex(stderr, /there is no \/run\/im\/admin\.sock/);
  });
});
