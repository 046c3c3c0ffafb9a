/** im-server is killed with kill -9 while clients are signed in with keys. */

import anyTest from 'ava';
import { KeyedHome, startKeyedServer } from '../helpers/keyed-home.js';
import { freePort } from '../helpers/network.js';
import { startServerProgram, temporaryDirectory } from '../helpers/programs.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many times the server is killed; `npm run test:long` kills it more often. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 1);

test('after kill -9 of the server, clients log in again by themselves, and can be called', async (t) => {
  const directory = await temporaryDirectory(t);
  const ports = ['--tcp-port', String(await freePort()), '--udp-port', String(await freePort())];
  let server = await startKeyedServer(t, directory, ...ports);
  const udp = ['--udp-port', String(server.udp)];
  const [alice, bob] = [await KeyedHome.create(t, server), await KeyedHome.create(t, server)];
  for (const [home, args] of [
    [alice, ['register', 'alice']],
    [bob, ['register', 'bob']],
    [alice, ['add', 'alice', 'bob']],
    [bob, ['add', 'bob', 'alice']],
  ] as const) {
    t.is((await home.run(args)).code, 0);
  }
  const listener = bob.start(...udp, 'listen', 'bob', '--json');
  // Alice only watches: her session asks for the list, and announces nothing.
  const watcher = alice.start(...udp, 'buddies', 'alice', '--watch', '--json');
  await listener.expect('"event":"listening"');
  await watcher.expect('"status":"ONLINE"');
  for (let round = 0; round < ROUNDS; round++) {
    server.program.process.kill('SIGKILL');
    await server.program.exited;
    const next = await startServerProgram(t, directory, ...ports);
    server = { ...server, ...next };
    // The new server knows no session and no presence: bob is online when his client has logged in again.
    const isOnline = async () => {
      const { code, stdout, stderr } = await alice.run([...udp, 'buddies', 'alice']);
      t.is(code, 0, stderr);
      return stdout.startsWith('bob\tONLINE');
    };
    while (!(await isOnline()));
    const sent = await alice.run([...udp, 'send', 'alice', 'bob', `line ${round}`]);
    t.is(sent.code, 0, sent.stderr);
    await listener.expect(`line ${round}`);
  }
  t.is(listener.process.exitCode, null, listener.stderr);
  t.is(watcher.process.exitCode, null, watcher.stderr);
});
