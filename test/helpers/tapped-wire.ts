/**
 * A wire between two clients that records every byte, and that a test can cut.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export class TappedWire {
  readonly port: number;
  /** All bytes of both directions. */
  readonly #chunks: Buffer[] = [];
  readonly #sockets = new Set<Socket>();
  /** While set, bytes to the called client are not passed on. */
  isHeld = false;

  private constructor(port: number) {
    this.port = port;
  }

  /** Listens until the test ends, and passes connections on to a port. */
  static async open(t: ExecutionContext, to: () => number): Promise<TappedWire> {
    const server = createServer((incoming) => {
      const outgoing = connect(to(), '127.0.0.1');
      wire.#join(incoming, outgoing, () => wire.isHeld);
      wire.#join(outgoing, incoming, () => false);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const wire = new TappedWire((server.address() as { port: number }).port);
    t.teardown(() => {
      server.close();
      wire.cut();
    });
    return wire;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
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

  #join(from: Socket, to: Socket, isHeld: () => boolean): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      this.#chunks.push(chunk);
      if (!isHeld()) to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
