/**
 * Clients have a list of im-servers that share a directory in a real PostgreSQL. Some of these servers are
 * killed or frozen.
 */

import anyTest, { type ExecutionContext } from 'ava';
import { ask, freePort, PresenceClient } from '../helpers/network.js';
import { Postgres } from '../helpers/postgres.js';
import { Program } from '../helpers/programs.js';
import { idAt } from '../helpers/several-servers.js';
import { teardownOfFile, withPostgres } from '../helpers/with-postgres.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const;
const [FIRST, SECOND, THIRD] = HOSTS;
const LIST = HOSTS.join(',');

/** Ids that make the clients of these users begin at the first server. */
const ALICE = idAt(FIRST, LIST, 'alice');
const BOB = idAt(FIRST, LIST, 'bob');

/** The observer has no key, so the test can send the observer's requests in clear. */
const OBSERVER = 'carl';

interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

function optionsOf({ tcp, udp }: Ports): readonly string[] {
  return ['--tcp-port', String(tcp), '--udp-port', String(udp)];
}

async function start(t: ExecutionContext, url: string, host: string, ports: Ports): Promise<Program> {
  const directory = ['--directory', url, '--directory-alone', '--warm-up', '0'];
  const program = new Program(t, 'im-server', '--host', host, ...optionsOf(ports), ...directory);
  await program.expect(/^im-server ready /);
  return program;
}

async function request(client: Program, choice: string, id: string): Promise<void> {
  await client.answer('Your choice: ', choice);
  await client.answer(/Enter (?:user|buddy) id: /, id);
  await client.expect(/^200 OK$/m);
}

/** Asks for the list until a buddy is online. While a client moves to another server, it may get no list. */
async function untilOnline(client: Program, buddy: string): Promise<void> {
  for (let line = ''; !line.startsWith(`${buddy}\tONLINE\t`); ) {
    await client.answer('Your choice: ', 'S');
    [line] = await client.expect(new RegExp(`^(?:${buddy}\\t|The server ).*$`, 'm'));
  }
}

async function chat(caller: Program, called: Program, buddy: string, text: string): Promise<void> {
  await caller.answer('Your choice: ', 'M');
  await caller.answer('Enter buddy id: ', buddy);
  await called.answer('Do you want to accept an incoming connection (y/n)? ', 'y');
  await caller.answer('> ', `${text} there`);
  await called.expect(`B: ${text} there\n`);
  await called.answer('> ', `${text} back`);
  await caller.expect(`B: ${text} back\n`);
  await caller.answer('> ', 'q');
  await called.expect(/^Buddy connection closed\.$/m);
}

withPostgres(() => {
  const servers = teardownOfFile();
  let postgres: Postgres;
  test.before(async () => {
    postgres = await Postgres.start(servers);
  });

  for (const hasKeys of [false, true]) {
    const kind = hasKeys ? 'with keys' : 'without keys';
    test(`clients ${kind} go on at the next server when theirs is killed or frozen`, async (t) => {
      const url = await postgres.makeDirectory(t);
      const ports = { tcp: await freePort(), udp: await freePort() };
      const [first, second] = await Promise.all([FIRST, SECOND].map((host) => start(t, url, host, ports)));
      for (const id of [OBSERVER, 'dave']) t.is(await ask(ports.tcp, `REG ${id}\n`), '200 OK\r\n');
      const keys = hasKeys ? [] : ['--clear'];
      const startClient = () => new Program(t, 'im-client', '--server', LIST, ...optionsOf(ports), ...keys);
      const [alice, bob] = [startClient(), startClient()];
      await request(alice, 'R', ALICE);
      await request(bob, 'R', BOB);
      await request(alice, 'A', BOB);
      await request(bob, 'A', ALICE);
      for (const id of [ALICE, BOB]) t.is(await ask(ports.tcp, `ADD ${OBSERVER} ${id}\n`), '200 OK\r\n');

      first?.process.kill('SIGKILL');
      await first?.exited;
      await request(alice, 'A', OBSERVER);
      await untilOnline(alice, BOB);
      // The third server knows only users who announce themselves at the second server from now on.
      await start(t, url, THIRD, ports);
      const observer = await PresenceClient.open(t, ports.udp);
      const areOnline = [ALICE, BOB].map((id) => new RegExp(`^${id} 100 ONLINE `, 'm'));
      for (let list = ''; !areOnline.every((online) => online.test(list)); )
        list = await observer.ask(`GET ${OBSERVER}`, THIRD);
      await chat(alice, bob, BOB, 'killed');

      second?.process.kill('SIGSTOP');
      // Without keys, a client sends a request only once. Unanswered datagrams make it try the next server.
      if (hasKeys) await request(alice, 'D', OBSERVER);
      await untilOnline(alice, BOB);
      await untilOnline(bob, ALICE);
      await request(alice, 'A', 'dave');
      await request(bob, 'A', 'dave');
      await chat(bob, alice, ALICE, 'frozen');

      for (const client of [alice, bob]) {
        await client.answer('Your choice: ', 'X');
        t.is(await client.exited, 0);
        t.is(client.stderr, '');
      }
    });
  }
});
