/**
 * The least that Node.js can do: a TCP server whose handler answers a constant, or a UDP socket that answers,
 * to each datagram, one of constant size. `bare.js tcp`, `bare.js udp BYTES`; with 0 bytes nothing is
 * answered.
 */

import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';

const HOST = '127.0.0.1';
const [, , protocol, bytes] = process.argv;

function tell({ port }: AddressInfo): void {
  process.stdout.write(`bare ready port=${port}\n`);
}

if (protocol === 'tcp') {
  const server = createServer((socket) => {
    socket.on('data', () => socket.end('200 OK\r\n'));
    socket.on('error', () => {});
  });
  server.listen({ port: 0, host: HOST, backlog: 4_096 }, () => tell(server.address() as AddressInfo));
} else {
  const answer = Buffer.alloc(Number(bytes), 'x');
  const socket = createSocket('udp4');
  socket.on('message', (_, { port, address }) => {
    if (answer.length > 0) socket.send(answer, port, address);
  });
  socket.bind(0, HOST, () => tell(socket.address()));
}
