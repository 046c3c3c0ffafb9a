import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import anyTest, { type ExecutionContext } from 'ava';
import type { DeviceCredentials } from '../../../keys/device-credentials.js';
import { Identity } from '../../../keys/identity.js';
import { deviceIn } from '../../../user-files/stored-credentials.js';
import { KeyedHome, type ServerAt, serveWithKey } from '../../helpers/keyed-home.js';
import { until } from '../../helpers/network.js';
import type { Program } from '../../helpers/programs.js';
import { Random } from '../../helpers/random.js';
import { askSealed, deviceOf } from '../../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const REVOKE = ['key', 'revoke', '--user', 'alice'];
const SESSION = /^200 OK [0-9a-f]{16}\r\n$/;

async function credentialsIn(home: KeyedHome): Promise<DeviceCredentials> {
  const stored = await home.stored('alice');
  const device = stored && deviceIn(stored);
  if (device === undefined) throw new Error('no device');
  return device;
}

/** Makes two machines of alice's: the first has the seed, the second was restored with the words. */
async function twoMachines(t: ExecutionContext, server: ServerAt, through = server) {
  const first = await KeyedHome.create(t, through);
  // Alice registers at the server itself, because `through` may be a proxy.
  const direct = await KeyedHome.create(t, server);
  const identity = await direct.register('alice');
  const stored = await direct.stored('alice');
  const device = stored && deviceIn(stored);
  if (device === undefined) throw new Error('no device');
  await first.store('alice', identity, device);
  const second = await KeyedHome.create(t, server);
  const restored = await second.run(['key', 'restore', '--user', 'alice'], identity.toWords().join(' '));
  t.is(restored.code, 0);
  return { first, second, identity };
}

async function floorAtServer({ tcp }: ServerAt): Promise<number> {
  const reply = await askSealed(tcp, deviceOf(), 'WHO alice');
  return Number(reply.trim().split(' ')[3]);
}

test('the seed shuts out all other devices, and the server confirms the change', async (t) => {
  const server = await serveWithKey(t);
  const { first, second, identity } = await twoMachines(t, server);
  const others = [await credentialsIn(first), await credentialsIn(second)];
  const { code, stdout, stderr } = await first.run(REVOKE);
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  t.true(
    stdout.startsWith('All other devices of alice are shut out: only this machine can sign in as alice now.'),
  );
  const device = await credentialsIn(first);
  t.is(device.device.serial, device.device.floor);
  t.is(await floorAtServer(server), device.device.serial);
  t.regex(await askSealed(server.tcp, device, 'LOG alice new'), SESSION);
  for (const other of others) t.is(await askSealed(server.tcp, other, 'LOG alice new'), '');
  t.truthy((await first.stored('alice'))?.seed);
  // The words bring the second machine back.
  t.is((await second.run(['key', 'restore', '--user', 'alice'], identity.toWords().join(' '))).code, 0);
  t.regex(await askSealed(server.tcp, await credentialsIn(second), 'LOG alice new'), SESSION);
});

test('without the seed, `key revoke` asks for the words, even on a machine that has no key', async (t) => {
  const server = await serveWithKey(t);
  const { first, second, identity } = await twoMachines(t, server);
  const words = identity.toWords().join(' ');
  const lost = await second.run([...REVOKE, '--json'], Identity.create().toWords().join(' '));
  t.is(lost.code, 22);
  t.is(await floorAtServer(server), 0);
  const one = await second.run([...REVOKE, '--json'], words);
  t.is(one.code, 0);
  t.deepEqual(Object.keys(JSON.parse(one.stdout)), ['id', 'server', 'key', 'serial', 'floor']);
  t.is(await floorAtServer(server), (await credentialsIn(second)).device.serial);
  t.is(await askSealed(server.tcp, await credentialsIn(first), 'LOG alice new'), '');

  const third = await KeyedHome.create(t, server);
  const two = await third.run(REVOKE, words);
  t.is(two.code, 0);
  t.is(two.stderr, 'The key of alice is not on this machine.\n');
  t.is(await floorAtServer(server), (await credentialsIn(third)).device.serial);
  t.is((await third.stored('alice'))?.seed, undefined);
  t.is(await askSealed(server.tcp, await credentialsIn(second), 'LOG alice new'), '');
  // With the words, a machine that was shut out can revoke the others.
  const four = await second.run(REVOKE, words);
  t.is(four.code, 0, four.stderr);
  t.is(await floorAtServer(server), (await credentialsIn(second)).device.serial);
});

test('a second `key revoke` has nothing left to do, and asks for no words', async (t) => {
  const server = await serveWithKey(t);
  const { second, identity } = await twoMachines(t, server);
  await second.run(REVOKE, identity.toWords().join(' '));
  const before = await second.stored('alice');
  const again = await second.run(REVOKE);
  t.is(again.code, 0);
  t.true(again.stdout.startsWith('All other devices of alice are shut out already.'));
  t.deepEqual(await second.stored('alice'), before);
});

test('an id whose key was replaced at the server is not changed', async (t) => {
  const server = await serveWithKey(t);
  const home = await KeyedHome.create(t, server);
  await home.register('alice');
  const other = Identity.create();
  await home.store('alice', other, deviceOf(other));
  const { code, stderr } = await home.run(REVOKE);
  t.is(code, 19);
  t.regex(stderr, /the server names another key of alice than the one on this machine/);
});

/** A proxy in front of the server. It can hold back what one side sends on a chosen connection. */
class Gate {
  readonly port: number;
  /** All connections since the start, closed ones included. */
  readonly connections: Socket[] = [];
  /** On this connection, counted from 0, all bytes of one side after the first `bytes` are held back. */
  held:
    | { readonly connection: number; readonly from: 'client' | 'server'; readonly bytes: number }
    | undefined;
  /** True when bytes were held back. */
  isHolding = false;

  private constructor(port: number) {
    this.port = port;
  }

  static async open(t: ExecutionContext, { tcp }: ServerAt): Promise<Gate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate = new Gate((server.address() as AddressInfo).port);
    server.on('connection', (client) => {
      const number = gate.connections.push(client) - 1;
      const inner = connect(tcp, '127.0.0.1');
      gate.#forward(client, inner, number, 'client');
      gate.#forward(inner, client, number, 'server');
    });
    t.teardown(() => {
      for (const client of gate.connections) client.destroy();
      server.close();
    });
    return gate;
  }

  #forward(source: Socket, sink: Socket, number: number, from: 'client' | 'server'): void {
    let sent = 0;
    source.on('error', () => {});
    source.on('close', () => sink.destroy());
    source.on('data', (chunk: Buffer) => {
      const { held } = this;
      const isHeld = held?.connection === number && held.from === from;
      const passed = isHeld ? chunk.subarray(0, Math.max(held.bytes - sent, 0)) : chunk;
      sent += chunk.length;
      if (passed.length < chunk.length) this.isHolding = true;
      if (passed.length > 0) sink.write(passed);
    });
  }
}

async function kill(program: Program): Promise<void> {
  program.process.kill('SIGKILL');
  await program.exited;
}

test('if `key revoke` is killed at any moment, its next run completes the change', async (t) => {
  const server = await serveWithKey(t);
  const random = new Random(19);
  // A run opens connections for VER (only the first time), WHO and LOG. A handshake has about 1,100 bytes.
  for (const from of ['client', 'server'] as const) {
    for (const connection of [0, 1, 2]) {
      for (const bytes of [0, 1 + random.below(1_000), 1_000 + random.below(1_500)]) {
        const gate = await Gate.open(t, server);
        const machines = await twoMachinesOf(t, server, { tcp: gate.port, key: server.key });
        gate.held = { connection, from, bytes };
        const program = machines.first.start('key', 'revoke', '--user', machines.id);
        await until(() => gate.isHolding || program.process.exitCode !== null);
        await kill(program);
        gate.held = undefined;
        const message = `${from} ${connection} ${bytes}`;
        const again = await machines.first.run(['key', 'revoke', '--user', machines.id]);
        t.is(again.code, 0, `${message}: ${again.stderr}`);
        const stored = await machines.first.stored(machines.id);
        const device = (stored && deviceIn(stored)) as DeviceCredentials;
        t.regex(await askSealed(server.tcp, device, `LOG ${machines.id} new`), SESSION, message);
        t.is(await askSealed(server.tcp, machines.other, `LOG ${machines.id} new`), '', message);
      }
    }
  }
});

let ids = 0;

/** Registers an id with two devices. `first` connects through a gate. The test itself uses `other`. */
async function twoMachinesOf(t: ExecutionContext, server: ServerAt, through: ServerAt) {
  const id = `user${ids++}`;
  const identity = Identity.create();
  const device = deviceOf(identity);
  t.is(await askSealed(server.tcp, device, `REG ${id}`), '200 OK\r\n');
  const first = await KeyedHome.create(t, through);
  await first.store(id, identity, device);
  const other = deviceOf(identity, { newestSerial: device.device.serial + 1 });
  t.regex(await askSealed(server.tcp, other, `LOG ${id} new`), SESSION);
  return { id, first, other };
}

test('if `key revoke` is killed after the words were typed, its next run needs no words', async (t) => {
  const server = await serveWithKey(t);
  const gate = await Gate.open(t, server);
  const { first, second, identity } = await twoMachines(t, server, { tcp: gate.port, key: server.key });
  t.is(await first.keys.dropSeed(first.nameOf('alice'), identity.key), undefined);
  gate.held = { connection: 2, from: 'client', bytes: 0 };
  const program = first.start(...REVOKE);
  program.process.stdin?.end(identity.toWords().join(' '));
  await until(() => gate.isHolding);
  await kill(program);
  t.is(await floorAtServer(server), 0);
  gate.held = undefined;
  const again = await first.run(REVOKE);
  t.is(again.code, 0, again.stderr);
  t.is(await floorAtServer(server), (await credentialsIn(first)).device.serial);
  t.is(await askSealed(server.tcp, await credentialsIn(second), 'LOG alice new'), '');
});

test('a server that does not answer is asked again, until a signal stops the command', async (t) => {
  const server = await serveWithKey(t);
  const gate = await Gate.open(t, server);
  const { first } = await twoMachines(t, server, { tcp: gate.port, key: server.key });
  gate.held = { connection: 2, from: 'client', bytes: 0 };
  const program = first.start(...REVOKE);
  await until(() => gate.isHolding);
  gate.connections[2]?.destroy();
  await until(() => program.stderr.includes('The client asks again in 1 s.'));
  await until(() => program.process.exitCode !== null);
  t.is(await program.exited, 0);
  t.is(await floorAtServer(server), (await credentialsIn(first)).device.serial);

  const next = await Gate.open(t, server);
  const { first: third, other, id } = await twoMachinesOf(t, server, { tcp: next.port, key: server.key });
  next.held = { connection: 2, from: 'client', bytes: 0 };
  const stopped = third.start('key', 'revoke', '--user', id);
  await until(() => next.isHolding);
  stopped.process.kill('SIGTERM');
  t.is(await stopped.exited, 1);
  t.regex(stopped.stderr, /not shut out yet\. Run the command again\.\n$/);
  t.regex(await askSealed(server.tcp, other, `LOG ${id} new`), SESSION);
});
