import { once } from 'node:events';
import { resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Activated, activate, type InheritedKind, nextLine } from '../../helpers/activation.js';
import { ask, dial, PresenceClient, readToEnd } from '../../helpers/network.js';

async function startActivated(t: ExecutionContext, datagrams: InheritedKind = 'udp') {
  const sockets = [
    ['im-tcp', 'tcp'],
    ['im-udp', datagrams],
  ] as const;
  const server = activate(t, sockets, resolve('dist/test/helpers/activated-server.js'));
  const [tcp = 0, udp = 0] = (await nextLine(server)).split(' ').map(Number);
  return { server, tcp, udp };
}

/** Runs a command of the server, waits until it is done, and returns its result. */
async function run(server: Activated, command: string): Promise<string> {
  server.write(command);
  const line = await nextLine(server);
  if (!line.startsWith(`done: ${command}`)) throw new Error(server.stderr());
  return line.slice(`done: ${command} `.length);
}

test('connections that arrive while the listener is down wait until it is up again', async (t) => {
  const { server, tcp } = await startActivated(t);
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  for (const id of ['bob', 'carol']) {
    await run(server, 'stop listener');
    const reply = ask(tcp, `REG ${id}\n`);
    const gone = await dial(tcp);
    gone.resetAndDestroy();
    await once(gone, 'close');
    await run(server, 'start listener');
    t.is(await reply, '200 OK\r\n', id);
    t.is(await ask(tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
  }
});

test('the presence socket answers again after its actor was restarted', async (t) => {
  const { server, tcp, udp } = await startActivated(t);
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  t.is(await client.ask('GET alice'), '');
  for (let count = 0; count < 2; count++) {
    await run(server, 'stop udp');
    await run(server, 'start udp');
    t.is(await client.ask('GET alice'), '');
  }
});

test('the receive buffer of the presence socket keeps the size that its owner has set', async (t) => {
  const { server, tcp, udp } = await startActivated(t, 'small-udp');
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  t.is(await client.ask('GET alice'), '');
  await run(server, 'stop udp');
  // Linux shows twice the size that was set.
  t.true(Number(await run(server, 'receive buffer')) <= 2 * 16_384);
});

test('if the server accepts a connection just before its shutdown, it still sends the reply', async (t) => {
  const { server, tcp } = await startActivated(t);
  const socket = await dial(tcp);
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n', 'the first connection is accepted');
  const ended = run(server, 'shutdown');
  const reply = readToEnd(socket);
  socket.write('REG bob\n');
  t.is(await reply, '200 OK\r\n');
  await ended;
});
