/** im-server is killed during requests inside TLS, and must not lose an acknowledged key, serial or floor. */

import anyTest from 'ava';
import type { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import type { Device } from '../../protocol/device.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { DataDirectory } from '../../storage/files/data-directory.js';
import { DISK } from '../../storage/files/disk.js';
import type { UserTable } from '../../storage/tables/user-table.js';
import { readDatabase } from '../../storage/text/database-check.js';
import { ask, until } from '../helpers/network.js';
import { startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { askSealed, deviceOf } from '../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** How many times the server is killed; `npm run test:long` kills it more often. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);

const USERS = 6;

/** A user who signs in repeatedly, and sometimes revokes the other devices. Can check a database. */
class KeyedUser {
  readonly id: UserId;
  readonly #identity = Identity.create();
  #device: DeviceCredentials;
  #step = 0;
  /** The device with the acknowledged serial and floor. Those in the database must not be lower. */
  #least: Device | undefined;
  /** The device with the highest requested serial and floor. Those in the database must not be higher. */
  #most: Device;

  constructor(index: number) {
    this.id = parseId(`keyed${index}`) as UserId;
    this.#device = deviceOf(this.#identity);
    this.#most = this.#device.device;
  }

  get isRegistered(): boolean {
    return this.#least !== undefined;
  }

  /** Sends requests until the server is gone. Returns how many were acknowledged. */
  async run(port: number): Promise<number> {
    for (let acknowledged = 0; ; acknowledged++) {
      const line = this.#next();
      const { device } = this.#device;
      this.#most = { ...device, floor: Math.max(device.floor, this.#most.floor) };
      const reply = await askSealed(port, this.#device, line).catch(() => '');
      const isExpected = /^20[03] /.test(reply);
      if (!isExpected) {
        if (reply !== '') throw new Error(`${line} was answered ${reply}`);
        return acknowledged;
      }
      // 203 means that an earlier REG of the same device succeeded, but that its reply was lost.
      this.#least = { ...device, floor: Math.max(device.floor, this.#least?.floor ?? 0) };
    }
  }

  /** Describes what a database has wrong about this user; `undefined` if nothing is wrong. */
  findFault(table: UserTable): string | undefined {
    const found = table.deviceOf(table.numberOf(this.id));
    const [least, most] = [this.#least, this.#most];
    if (found === undefined) return least && `${this.id} has no key`;
    const isSound =
      found.identity === this.#identity.key &&
      found.serial >= (least?.serial ?? 0) &&
      found.floor >= (least?.floor ?? 0) &&
      found.serial <= most.serial &&
      found.floor <= most.floor;
    return isSound ? undefined : `${this.id}: ${JSON.stringify({ found, least, most })}`;
  }

  #next(): string {
    this.#step += 1;
    if (this.#least === undefined) return `REG ${this.id}`;
    const { serial } = this.#device.device;
    const revokesOthers = this.#step % 3 === 0;
    this.#device = deviceOf(this.#identity, { newestSerial: serial, revokesOthers });
    return `LOG ${this.id} ${this.#step % 2 === 0 ? 'new' : 'ask'}`;
  }
}

test('acknowledged keys, serials and floors, and the key of the server, survive kill -9', async (t) => {
  const directory = await temporaryDirectory(t);
  const users = Array.from({ length: USERS }, (_, index) => new KeyedUser(index));
  const serverKeys = new Set<string>();
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { program, tcp } = await startServerProgram(t, directory);
    serverKeys.add(await ask(tcp, 'VER im 1\n'));
    const all = users.map((user) => user.run(tcp));
    if (round === 0) await until(() => users.some(({ isRegistered }) => isRegistered));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
    program.process.kill('SIGKILL');
    await program.exited;
    for (const count of await Promise.all(all)) acknowledged += count;
    const { table } = await readDatabase(new DataDirectory(DISK, directory));
    table.commit();
    t.deepEqual(
      users.map((user) => user.findFault(table)).filter((fault) => fault !== undefined),
      [],
    );
  }
  t.is(serverKeys.size, 1);
  t.true(acknowledged > 0);
  t.log(`${acknowledged} changes were acknowledged`);
});
