/**
 * Wires that record every byte: TCP connections, which a test can also cut, and datagrams.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** The ends of a wire. */
export interface WireEnds {
  /** The address and port on which the wire listens. */
  readonly address?: string;
  readonly port?: number;
  /** The address from which the wire connects to the port behind it. */
  readonly from?: string;
}

/** What one connection carried, each way. */
export interface TappedConnection {
  readonly sent: Buffer[];
  readonly received: Buffer[];
}

export class TappedWire {
  readonly port: number;
  /** All connections so far. */
  readonly connections: TappedConnection[] = [];
  /** All bytes of both directions. */
  readonly #chunks: Buffer[] = [];
  readonly #sockets = new Set<Socket>();
  /** While this is true, bytes to the port behind the wire are held back until {@link release}. */
  isHeld = false;
  #held: (() => void)[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** Listens until the test ends, and passes connections on to a port of 127.0.0.1. */
  static async open(
    t: ExecutionContext,
    to: () => number,
    { address = '127.0.0.1', port = 0, from = '127.0.0.1' }: WireEnds = {},
  ): Promise<TappedWire> {
    // Either side may end its direction first, as on a real wire.
    const server = createServer({ allowHalfOpen: true }, (incoming) => {
      const outgoing = connect({
        port: to(),
        host: '127.0.0.1',
        localAddress: from,
        allowHalfOpen: true,
      });
      const tapped: TappedConnection = { sent: [], received: [] };
      wire.connections.push(tapped);
      wire.#join(incoming, outgoing, tapped.sent, () => wire.isHeld);
      wire.#join(outgoing, incoming, tapped.received, () => false);
    });
    server.listen(port, address);
    await once(server, 'listening');
    const wire = new TappedWire((server.address() as AddressInfo).port);
    t.teardown(() => {
      server.close();
      wire.cut();
    });
    return wire;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Passes on what was held. */
  release(): void {
    this.isHeld = false;
    for (const pass of this.#held.splice(0)) pass();
  }

  /** Resets all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  /** Ends all connections in both directions without a TLS alert, as a machine on the path can. */
  end(): void {
    for (const socket of this.#sockets) socket.end();
  }

  #join(from: Socket, to: Socket, tapped: Buffer[], isHeld: () => boolean): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      this.#chunks.push(chunk);
      tapped.push(chunk);
      if (isHeld()) this.#held.push(() => to.write(chunk));
      else to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}

/** A wire for datagrams. The wire sends the datagrams of each client from a separate port. */
export class TappedDatagrams {
  readonly port: number;
  readonly sent: Buffer[] = [];
  readonly received: Buffer[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  /** Passes datagrams on to a port of 127.0.0.1, and passes the answers back, until the test ends. */
  static async open(t: ExecutionContext, to: number, from: string): Promise<TappedDatagrams> {
    const outer = createSocket('udp4').bind(0, '127.0.0.1');
    const inner = new Map<number, UdpSocket>();
    await once(outer, 'listening');
    const wire = new TappedDatagrams(outer.address().port);
    outer.on('message', (datagram, { port }) => {
      wire.sent.push(datagram);
      let socket = inner.get(port);
      if (socket === undefined) {
        socket = createSocket('udp4').bind(0, from);
        socket.on('message', (answer) => {
          wire.received.push(answer);
          outer.send(answer, port, '127.0.0.1');
        });
        inner.set(port, socket);
      }
      socket.send(datagram, to, '127.0.0.1');
    });
    t.teardown(() => {
      outer.close();
      for (const socket of inner.values()) socket.close();
    });
    return wire;
  }

  /** Forgets what was recorded. */
  forget(): void {
    this.sent.length = 0;
    this.received.length = 0;
  }
}
