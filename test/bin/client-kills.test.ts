/** im-client is killed with kill -9 during the commands that make, restore and revoke keys. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import type { IdentityKey } from '../../protocol/key.js';
import { deviceIn } from '../../user-files/stored-credentials.js';
import { needs } from '../helpers/faults.js';
import { KeyedHome, type ServerAt, startKeyedServer } from '../helpers/keyed-home.js';
import { type Command, countSteps, killAt, STEPS, type Step } from '../helpers/killed-steps.js';
import { askSealed, deviceOf } from '../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** The system calls at which the client is killed. `npm run test:long` uses all in `STEPS`. */
const KILLS_AT: readonly Step[] =
  process.env['ROUNDS'] === undefined ? ['fdatasync', 'rename', 'connect'] : STEPS;

const SESSION = /^200 OK [0-9a-f]{16}\r\n$/;

/** Kills a command at each step, each time with new ids and homes. Returns the number of kills. */
async function killEverywhere<TUser extends { readonly home: KeyedHome; readonly command: Command }>(
  makeUser: (n: number) => Promise<TUser>,
  check: (user: TUser, at: string) => Promise<void>,
): Promise<number> {
  const first = await makeUser(0);
  const counts = await countSteps(first.home, first.command);
  let [users, kills] = [0, 0];
  for (const step of KILLS_AT) {
    for (let nth = 1; nth <= (counts.get(step) ?? 0); nth++) {
      const user = await makeUser(++users);
      if (await killAt(user.home, user.command, step, nth)) kills += 1;
      await check(user, `${step} ${nth}`);
    }
  }
  return kills;
}

/** The key that the server names; `undefined` if the id is not registered. An open id has the key "-". */
async function keyAtServer({ tcp }: ServerAt, id: string): Promise<IdentityKey | undefined> {
  const reply = (await askSealed(tcp, deviceOf(), `WHO ${id}`)).trim();
  return reply.startsWith('202') ? undefined : (reply.split(' ')[2] as IdentityKey);
}

/** The device of an id in a home. Fails if the key cannot be read, or differs from the key at the server. */
async function usableDevice(t: ExecutionContext, server: ServerAt, home: KeyedHome, id: string, at: string) {
  const stored = await home.stored(id);
  const device = stored && deviceIn(stored);
  t.is(await keyAtServer(server, id), stored?.identity, at);
  t.false(stored?.isTentative, at);
  t.regex(await askSealed(server.tcp, device as DeviceCredentials, `LOG ${id} ask`), SESSION, at);
  const left = (await readdir(join(home.root, 'keys'))).filter((name) => !/\.json(?:\.lock)?$/.test(name));
  t.deepEqual(left, [], `${at}: the killed client left other files, which may contain a secret`);
  return stored;
}

test('a client killed at any step of `register` never loses a key that the server knows', async (t) => {
  if (!(await needs(t, 'strace'))) return;
  const server = await startKeyedServer(t);
  let registered = 0;
  const kills = await killEverywhere(
    async (n) => {
      const id = `new${n}`;
      return { id, home: await KeyedHome.create(t, server), command: { args: ['register', id] } };
    },
    async ({ id, home, command }, at) => {
      const known = await keyAtServer(server, id);
      if (known !== undefined) {
        t.is((await home.stored(id))?.identity, known, `${at}: the server knows this key`);
        registered += 1;
      }
      const { code, stdout, stderr } = await home.run(command.args);
      // A client that was killed after the last step has registered the id.
      const isDone = code === 0 ? stdout === '200 OK\n' : code === 6 && known !== undefined;
      t.true(isDone, `${at}: ${code} ${stdout} ${stderr}`);
      const stored = await usableDevice(t, server, home, id, at);
      if (known !== undefined) t.is(stored?.identity, known, at);
    },
  );
  t.log(`killed ${kills} times, and the id was registered ${registered} times`);
  t.true(registered > 0 && registered < kills);
});

/** Registers an id with a key, as another machine would. The key is not in the returned home. */
async function registered(t: ExecutionContext, server: ServerAt, n: number) {
  const id = `old${n}`;
  const identity = Identity.create();
  const device = deviceOf(identity);
  t.is(await askSealed(server.tcp, device, `REG ${id}`), '200 OK\r\n');
  return { id, identity, device, home: await KeyedHome.create(t, server) };
}

test('a client killed at any step of `key restore` restores the key in the next run', async (t) => {
  if (!(await needs(t, 'strace'))) return;
  const server = await startKeyedServer(t);
  const kills = await killEverywhere(
    async (n) => {
      const user = await registered(t, server, n);
      const args = ['key', 'restore', '--user', user.id];
      return { ...user, command: { args, input: user.identity.toWords().join(' ') } };
    },
    async ({ id, home, command, identity }, at) => {
      const half = await home.stored(id);
      if (half !== undefined) t.is(half.identity, identity.key, at);
      const again = await home.run(command.args, command.input);
      t.is(again.code, 0, `${at}: ${again.stderr}`);
      t.is((await usableDevice(t, server, home, id, at))?.identity, identity.key);
    },
  );
  t.log(`killed ${kills} times`);
});

test('a client killed at any step of `key revoke` keeps its key, and finishes in the next run', async (t) => {
  if (!(await needs(t, 'strace'))) return;
  const server = await startKeyedServer(t);
  const kills = await killEverywhere(
    async (n) => {
      const user = await registered(t, server, n);
      await user.home.store(user.id, user.identity, user.device);
      const other = deviceOf(user.identity, { newestSerial: user.device.device.serial + 1 });
      t.regex(await askSealed(server.tcp, other, `LOG ${user.id} ask`), SESSION);
      return { ...user, other, command: { args: ['key', 'revoke', '--user', user.id] } };
    },
    async ({ id, home, command, other }, at) => {
      t.truthy((await home.stored(id))?.seed, at);
      const again = await home.run(command.args);
      t.is(again.code, 0, `${at}: ${again.stderr}`);
      await usableDevice(t, server, home, id, at);
      t.is(await askSealed(server.tcp, other, `LOG ${id} ask`), '', at);
    },
  );
  t.log(`killed ${kills} times`);
});
