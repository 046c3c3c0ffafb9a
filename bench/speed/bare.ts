/**
 * Minimal servers for comparison. `bare.js tcp` runs a TCP server that replies with a constant.
 * `bare.js udp BYTES` runs a UDP socket that answers each datagram with a datagram of constant size; with 0
 * bytes, it sends no answers.
 */

import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';

const HOST = '127.0.0.1';
const [, , protocol, bytes] = process.argv;

function printReady({ port }: AddressInfo): void {
  process.stdout.write(`bare ready port=${port}\n`);
}

if (protocol === 'tcp') {
  const server = createServer((socket) => {
    socket.on('data', () => socket.end('200 OK\r\n'));
    socket.on('error', () => {});
  });
  server.listen({ port: 0, host: HOST, backlog: 4_096 }, () => printReady(server.address() as AddressInfo));
} else {
  const answer = Buffer.alloc(Number(bytes), 'x');
  const socket = createSocket('udp4');
  socket.on('message', (_, { port, address }) => {
    if (answer.length > 0) socket.send(answer, port, address);
  });
  socket.bind(0, HOST, () => printReady(socket.address()));
}
