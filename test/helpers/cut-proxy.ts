/**
 * A TCP proxy in front of a PostgreSQL server. The proxy cuts a connection at a chosen message.
 */

import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export type Side = 'client' | 'server';

/** The message for the query `commit`: a type, a length, and the text, which ends with a NUL. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');
const COMMITTED = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1');

/** True if a client asks for a commit with this message. */
export function isCommit(from: Side, message: Buffer): boolean {
  return from === 'client' && message.equals(COMMIT);
}

/** True if a server confirms a commit with this message. */
export function isCommitted(from: Side, message: Buffer): boolean {
  return from === 'server' && message.equals(COMMITTED);
}

/** True if this message completes a client's query. */
export function endsQuery(from: Side, message: Buffer): boolean {
  return from === 'client' && /^[QS]/.test(message.toString('latin1', 0, 1));
}

/** True if this message completes a server's answer to a query. */
export function endsAnswer(from: Side, message: Buffer): boolean {
  return from === 'server' && message[0] === 'Z'.charCodeAt(0);
}

export class CutProxy {
  readonly port: number;
  /** Chooses the message at which a connection is cut. The message itself is not forwarded. */
  cutsAt: (from: Side, message: Buffer) => boolean = () => false;
  /** Called when the connection to the server is cut, before the connection to the client is cut. */
  onCut: () => Promise<unknown> = async () => {};

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
        socket.setNoDelay().on('error', () => {});
      }
      proxy.#connect(client, server);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new CutProxy((listener.address() as { port: number }).port);
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      listener.close();
    });
    return proxy;
  }

  /** Cuts one connection, at the first message for which `isHere` is true. */
  cutOnce(isHere: (from: Side, message: Buffer) => boolean): void {
    this.cutsAt = (from, message) => {
      const isCut = isHere(from, message);
      if (isCut) this.cutsAt = () => false;
      return isCut;
    };
  }

  #connect(client: Socket, server: Socket): void {
    let isCut = false;
    const forward = (from: Side, to: Socket) => (message: Buffer) => {
      if (isCut) return;
      isCut = this.cutsAt(from, message);
      if (!isCut) return void to.write(message);
      server.destroy();
      this.onCut().then(() => client.destroy());
    };
    // The first message of a client has no type.
    client.on('data', splitMessages(forward('client', server), 0));
    server.on('data', splitMessages(forward('server', client), 1));
    client.on('close', () => server.destroy());
    server.on('close', () => isCut || client.destroy());
  }
}

/**
 * Splits bytes into messages. A message has a type of one byte, a length of four bytes, and a text. The
 * length counts its own bytes and the text.
 */
function splitMessages(handle: (message: Buffer) => void, firstTypeBytes: 0 | 1): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let typeBytes: number = firstTypeBytes;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= typeBytes + 4 && rest.length >= typeBytes + rest.readInt32BE(typeBytes)) {
      const end = typeBytes + rest.readInt32BE(typeBytes);
      handle(rest.subarray(0, end));
      rest = rest.subarray(end);
      typeBytes = 1;
    }
  };
}
