/**
 * A TCP proxy in front of a PostgreSQL server that cuts a connection at a chosen moment.
 */

import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** The message of a query `commit`: its type, its length, and the text with a NUL. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');

/**
 * - `before`: the server does not receive the commit.
 * - `unconfirmed`: the server receives the commit, and its answer is lost.
 */
export type Cut = 'before' | 'unconfirmed';

export class CutProxy {
  readonly port: number;
  /** Called when a connection is cut, before the client sees it. */
  onCut: () => Promise<unknown> = async () => {};
  #next: Cut | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** Forwards connections to a port of this machine until the test ends. */
  static async start(t: ExecutionContext, target: number): Promise<CutProxy> {
    const sockets = new Set<Socket>();
    const listener = createServer((client) => {
      const server = dial(target, '127.0.0.1');
      for (const socket of [client, server]) {
        sockets.add(socket);
        socket.on('error', () => {});
      }
      proxy.#forward(client, server);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new CutProxy((listener.address() as { port: number }).port);
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    });
    return proxy;
  }

  /** Cuts the connection of the next commit. */
  cutNext(cut: Cut): void {
    this.#next = cut;
  }

  #forward(client: Socket, server: Socket): void {
    let cut: Cut | undefined;
    let sent = Buffer.alloc(0);
    client.on('data', async (chunk: Buffer) => {
      if (cut !== undefined) return;
      // A message may span two chunks: hold back the beginning of one.
      sent = Buffer.concat([sent, chunk]);
      const at = this.#next === undefined ? -1 : sent.indexOf(COMMIT);
      if (at === -1) {
        server.write(sent);
        sent = Buffer.alloc(0);
        return;
      }
      cut = this.#next;
      this.#next = undefined;
      server.write(sent.subarray(0, cut === 'before' ? at : at + COMMIT.length));
      if (cut === 'before') await this.#end(client, server);
    });
    let answer = '';
    server.on('data', async (chunk: Buffer) => {
      if (cut !== 'unconfirmed') return client.write(chunk);
      answer += chunk.toString('latin1');
      if (answer.includes('COMMIT\0')) await this.#end(client, server);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  async #end(client: Socket, server: Socket): Promise<void> {
    server.removeAllListeners('close').destroy();
    await this.onCut();
    client.destroy();
  }
}
