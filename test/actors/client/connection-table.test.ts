import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test from 'ava';
import { findConnection, lookUp, type Unconfirmed } from '../../../actors/client/connection-table.js';
import { until } from '../../helpers/network.js';

/**
 * A row as in proc(5): the state, the bytes to be sent and read, the timer, retransmissions, the user,
 * unanswered probes.
 */
const row = (from: string, to: string, sending: string, repeats: string, probes: number) =>
  `   1: 0100007F:${from} 0100007F:${to} 01 ${sending}:00000000 01:00000014 ` +
  `${repeats}     0        ${probes} 4711 4 0000000000000000`;
const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

const at = (port: number, address = '127.0.0.1') => ({ address, port });

test('among connections with the same ports, the connection to the given address is found', (t) => {
  // The rows are as Linux writes them on a little-endian machine.
  const rowTo = (to: string, sending: string) =>
    `   1: ${'0'.repeat(32)}:0FA0 ${to}:C350 01 ${sending}:00000000 00:00000000 00000000 0 0 1 1 0`;
  const table = [
    rowTo('0200007F', '00000001'),
    rowTo('0000000000000000FFFF00000300007F', '00000002'),
    rowTo('B80D0120000000000000000001000000', '00000003'),
    rowTo('00000000000000000000000001000000', '00000004'),
  ].join('\n');
  for (const [address, bytes] of [
    ['127.0.0.2', 1],
    ['::ffff:127.0.0.2', 1],
    ['127.0.0.3', 2],
    ['::ffff:127.0.0.3', 2],
    ['2001:db8::1', 3],
    ['::1', 4],
    ['::1%lo', 4],
  ] as const) {
    t.is(findConnection(table, 4_000, at(50_000, address))?.bytes, bytes, address);
  }
  t.is(findConnection(table, 4_000, at(50_000, '127.0.0.4')), undefined);
});

test('a connection is found by its ports, in both directions', (t) => {
  const table = [
    HEADER,
    row('0FA0', 'C350', '0000000A', '00000000', 0),
    row('C350', '0FA0', '00000000', '00000000', 0),
  ];
  t.deepEqual(findConnection(table.join('\n'), 4_000, at(50_000)), { bytes: 10, isRepeated: false });
  t.deepEqual(findConnection(table.join('\n'), 50_000, at(4_000)), { bytes: 0, isRepeated: false });
  t.is(findConnection(table.join('\n'), 4_000, at(50_001)), undefined);
  t.is(findConnection('', 4_000, at(50_000)), undefined);
});

test('a connection with retransmissions or unanswered probes has isRepeated set', (t) => {
  t.like(findConnection(row('0FA0', 'C350', '0000000A', '00000003', 0), 4_000, at(50_000)), {
    isRepeated: true,
  });
  t.like(findConnection(row('0FA0', 'C350', '0000000A', '00000000', 2), 4_000, at(50_000)), {
    isRepeated: true,
  });
});

test('if the other side of a real connection does not read, the unconfirmed bytes are found', async (t) => {
  const server = createServer((socket) => socket.pause()).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  const [other] = await accepted;
  t.teardown(() => other.destroy());
  t.deepEqual(lookUp(socket), { bytes: 0, isRepeated: false });
  const chunk = Buffer.alloc(1 << 20);
  for (let written = 0; written < 16; written++) socket.write(chunk);
  await until(() => (lookUp(socket) as Unconfirmed).bytes > 0);
  socket.destroy();
  await once(socket, 'close');
  t.is(lookUp(socket), 'missing');
});
