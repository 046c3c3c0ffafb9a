/**
 * A minimal client: sends bytes to a server and reads the reply.
 */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** Connects to a port of this machine. @param from The local address to connect from. */
export async function dial(port: number, from?: string): Promise<Socket> {
  const local = from === undefined ? {} : { localAddress: from };
  const socket = connect({ port, host: '127.0.0.1', ...local, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Reads everything until the other side closes. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  await once(socket, 'end');
  return text;
}

/** Sends bytes on a new connection, and returns everything received until the server closes. */
export async function ask(port: number, bytes: string | Uint8Array, from?: string): Promise<string> {
  const socket = await dial(port, from);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  const reply = await readToEnd(socket);
  socket.destroy();
  return reply;
}

/** A client of the presence protocol. */
export class PresenceClient {
  readonly #socket: UdpSocket;
  readonly #port: number;

  private constructor(socket: UdpSocket, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  /** Opens a socket for a port of this machine until the test ends. */
  static async open(t: ExecutionContext, port: number, from = '127.0.0.1'): Promise<PresenceClient> {
    const socket = createSocket('udp4');
    socket.bind(0, from);
    await once(socket, 'listening');
    t.teardown(() => socket.close());
    return new PresenceClient(socket, port);
  }

  send(datagram: string | Uint8Array, host = '127.0.0.1'): void {
    this.#socket.send(datagram, this.#port, host);
  }

  /** Calls a listener with every datagram received. */
  onMessage(listener: (bytes: Buffer) => void): void {
    this.#socket.on('message', listener);
  }

  /** Sends a datagram and returns the next one received. */
  async ask(datagram: string | Uint8Array, host?: string): Promise<string> {
    const received = once(this.#socket, 'message');
    this.send(datagram, host);
    const [bytes] = (await received) as [Buffer];
    return bytes.toString('latin1');
  }
}

/** Resolves when the connection ends, with or without an error. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'error', 'close']) socket.on(event, () => resolve());
  });
}

/** Waits until a condition holds. Checks it in every event-loop iteration. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Finds a free TCP port, for a program that cannot report which port it listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    // Below the ephemeral ports, so that no connection gets the port while the program restarts.
    const port = randomInt(10_000, 30_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
