/**
 * A scripted buddy: one end of a chat. The test decides the dialect.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** One connection, read line by line. */
export class Peer {
  readonly socket: Socket;
  #text = '';
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#text += chunk;
      this.#wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Calls a client. */
  static async call(t: ExecutionContext, port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1' });
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return new Peer(socket);
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Waits until the connection ends, and discards the lines until then. */
  async ended(): Promise<void> {
    while ((await this.line()) !== undefined);
  }

  /** Reads the next line, without its LF. @returns `undefined` if the connection has ended. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A buddy's listener for calls. */
export interface CalledPeer {
  readonly port: number;
  /** Waits for the next caller. */
  called(): Promise<Peer>;
}

/** Listens for calls until the test ends. */
export async function listenForCalls(t: ExecutionContext): Promise<CalledPeer> {
  const server = createServer();
  const waiting: Peer[] = [];
  let wake = () => {};
  server.on('connection', (socket) => {
    t.teardown(() => socket.destroy());
    waiting.push(new Peer(socket));
    wake();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async called() {
      for (;;) {
        const peer = waiting.shift();
        if (peer !== undefined) return peer;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
