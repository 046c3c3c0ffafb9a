/**
 * A program that runs a server with a store in memory, on the sockets with which the program was started. The
 * program prints the TCP port and the UDP port. Then it carries out each command that it reads, and prints
 * that the command is done, with the result if there is one.
 */

import { createInterface } from 'node:readline';
import type { AnyActorRef } from 'xstate';
import { startServer } from '../../actors/server/server-tree.js';
import { inheritSockets } from '../../bin/socket-activation.js';
import { openMemoryStore } from '../../storage/tables/memory-store.js';
import { listChildren, restartChild, terminateChild } from '../../supervision/administration.js';
import { TestLog } from './server.js';

const inherited = inheritSockets(process.env);
const server = startServer({
  host: '127.0.0.1',
  tcpPort: 0,
  udpPort: 0,
  inherited,
  openStore: async () => openMemoryStore(),
  log: new TestLog(),
});
await server.ready;
const print = (text: string) => process.stdout.write(`${text}\n`);
print(`${server.bound.get('tcp')?.port} ${server.bound.get('udp')?.port}`);

const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  'stop udp': () => terminateChild(server.root, 'udp'),
  'start udp': () => restartChild(server.root, 'udp'),
  'stop listener': async () => terminateChild((await childOf(server.root, 'tcp')) as AnyActorRef, 'listener'),
  'start listener': async () => restartChild((await childOf(server.root, 'tcp')) as AnyActorRef, 'listener'),
  // Borrows the socket. This works only while no actor has it: send `stop udp` first.
  'receive buffer': async () => receiveBuffer(),
  shutdown: async () => {
    server.shutdown();
    await server.ended;
  },
};
for await (const line of createInterface(process.stdin)) {
  const result = await COMMANDS[line]?.();
  print(`done: ${line}${typeof result === 'number' ? ` ${result}` : ''}`);
}

/** The size of the receive buffer of the presence socket, in bytes. */
function receiveBuffer(): number | undefined {
  const unused = { onListening() {}, onDatagram() {}, onError() {} };
  const borrowed = inherited.udp?.borrow(unused, { type: 'udp4' });
  borrowed?.release();
  return borrowed?.socket.getRecvBufferSize();
}

async function childOf(supervisor: AnyActorRef, id: string): Promise<AnyActorRef | undefined> {
  const child = (await listChildren(supervisor)).find((one) => one.id === id);
  return typeof child?.actor === 'object' ? child.actor : undefined;
}
