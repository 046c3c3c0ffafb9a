import { resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { inheritSockets } from '../../bin/socket-activation.js';
import { type Activated, activate, type InheritedKind, nextLine } from '../helpers/activation.js';
import { ask, PresenceClient } from '../helpers/network.js';
import { temporaryDirectory } from '../helpers/programs.js';

const SERVER = resolve('bin/im-server');

async function startServer(
  t: ExecutionContext,
  sockets: readonly (readonly [name: string, kind: InheritedKind])[],
  ...args: readonly string[]
): Promise<Activated> {
  return activate(t, sockets, SERVER, '--data', await temporaryDirectory(t), ...args);
}

const READY = /^im-server ready tcp=127\.0\.0\.1:(\d+) udp=127\.0\.0\.1:(\d+) /;

test('the server recognises an inherited socket by its name, or else by its type', async (t) => {
  const orders: readonly (readonly (readonly [string, InheritedKind])[])[] = [
    [
      ['im-server.socket', 'tcp'],
      ['im-server.socket', 'udp'],
    ],
    [
      ['im-udp', 'udp'],
      ['im-tcp', 'tcp'],
    ],
  ];
  for (const sockets of orders) {
    const server = await startServer(t, sockets);
    const [, tcp, udp] = READY.exec(await nextLine(server)) ?? [];
    t.is(await ask(Number(tcp), 'REG alice\n'), '200 OK\r\n');
    t.is(await (await PresenceClient.open(t, Number(udp))).ask('GET alice'), '');
    server.kill('SIGTERM');
    t.is(await server.exited, 0, server.stderr());
    t.notRegex(server.stderr(), /come from systemd/);
  }
});

test('a server with one socket from systemd opens the other socket, and names unused options', async (t) => {
  const server = await startServer(
    t,
    [['x', 'tcp']],
    '--host',
    '127.0.0.1',
    '--tcp-port',
    '7',
    '--udp-port',
    '0',
  );
  const [, tcp, udp] = READY.exec(await nextLine(server)) ?? [];
  t.is(await ask(Number(tcp), 'REG alice\n'), '200 OK\r\n');
  t.is(await (await PresenceClient.open(t, Number(udp))).ask('GET alice'), '');
  server.kill('SIGTERM');
  await server.exited;
  t.regex(server.stderr(), /come from systemd, so tcp-port is not used/);
});

test('the server refuses a socket that does not fit, and says what to do', async (t) => {
  const cases: readonly (readonly [InheritedKind, string, RegExp])[] = [
    ['udp', 'im-tcp', /descriptor 3 \(im-tcp\) is a UDP socket, .* check ListenStream=/],
    ['tcp', 'im-udp', /descriptor 3 \(im-udp\) is a listening TCP socket, .* check ListenDatagram=/],
    ['idle', 'web', /descriptor 3 \(web\) is not a listening or datagram socket/],
    ['unix', 'web', /descriptor 3 \(web\) is a Unix socket/],
  ];
  for (const [kind, name, message] of cases) {
    const server = await startServer(t, [[name, kind]]);
    t.is(await server.exited, 1);
    t.regex(server.stderr(), message);
  }
  const twice = await startServer(t, [
    ['a', 'tcp'],
    ['b', 'tcp'],
  ]);
  t.is(await twice.exited, 1);
  t.regex(twice.stderr(), /descriptor 4 \(b\) is one too many: set ListenStream= only once/);
});

test('the variables of systemd are ignored and removed if they are for another process', (t) => {
  const environment = { LISTEN_PID: '1', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b', HOME: '/root' };
  t.deepEqual(
    inheritSockets(environment, () => 'tcp'),
    {},
  );
  t.deepEqual(environment as object, { HOME: '/root' });
  const wrong = { LISTEN_PID: String(process.pid), LISTEN_FDS: 'two' };
  t.throws(() => inheritSockets(wrong), { message: /LISTEN_FDS is 'two'/ });
});
