/**
 * A server whose replies the test chooses, well-formed or not.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { until } from './network.js';

export class StubServer {
  /** The reply to every TCP request. It is sent one byte at a time, then the connection is closed. */
  reply: Uint8Array = Buffer.from('200 OK\r\n');
  /** The reply to every GET. */
  buddies: Uint8Array = Buffer.from('');
  tcp = 0;
  udp = 0;
  #callPort: number | undefined;

  /** Starts a server that ends with the test. */
  static async start(t: ExecutionContext): Promise<StubServer> {
    const stub = new StubServer();
    const tcp = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => sendByByte(socket, stub.reply).then(() => socket.end()));
    }).listen(0, '127.0.0.1');
    const udp = createSocket('udp4', (datagram, from) => {
      const [op, , , , port] = datagram.toString('latin1').split(' ');
      if (op === 'SET') stub.#callPort = Number(port);
      else udp.send(stub.buddies, from.port, from.address);
    }).bind(0, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    t.teardown(() => {
      tcp.close();
      udp.close();
    });
    stub.tcp = (tcp.address() as AddressInfo).port;
    stub.udp = udp.address().port;
    return stub;
  }

  /** The options that connect a client to this server. */
  get options(): readonly string[] {
    return ['--server', '127.0.0.1', '--tcp-port', String(this.tcp), '--udp-port', String(this.udp)];
  }

  /** Waits for the client's announcement, and returns the port on which it accepts calls. */
  async callPort(): Promise<number> {
    await until(() => this.#callPort !== undefined);
    return this.#callPort as number;
  }
}

/** Sends bytes one by one, so that the receiver probably reads each separately. */
export async function sendByByte(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    await new Promise<void>((resolve) => socket.write(Uint8Array.of(byte), () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
