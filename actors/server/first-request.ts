/**
 * Passes the headers of the first request of a connection to an HTTP server, and nothing else. If several
 * requests arrive together, the parser of Node.js would otherwise handle all of them, although the server
 * closes the connection after the first.
 */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Matches the end of the headers. The CR is optional, because some parsers accept lines without it. */
const END_OF_HEADERS = /\n\r?\n/;

/** The length of the longest match of {@link END_OF_HEADERS}, without its last character. */
const TAIL_CHARACTERS = 2;

/**
 * Lets a server see only the first request of each connection. Call it after all listeners for connections
 * are added.
 *
 * @param idleMs How long a connection may be idle before it is cut, in milliseconds.
 */
export function onlyFirstRequests(server: Server, idleMs: number): void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.setTimeout(idleMs, () => socket.destroy());
    const connection = new FirstRequest(socket);
    for (const listener of listeners) listener.call(server, connection);
  });
}

/** The connection as the HTTP server sees it. It is cut if the client sends more than the headers. */
class FirstRequest extends Duplex {
  readonly #socket: Socket;
  /** The last characters that have arrived. The end of the headers may arrive in parts. */
  #tail = '';
  #isComplete = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', () => {}); // a broken connection is not a fault of the server
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
  }

  #receive(bytes: Buffer): void {
    const text = this.#tail + bytes.toString('latin1');
    const end = END_OF_HEADERS.exec(text);
    const isMore = end !== null && end.index + end[0].length < text.length;
    if (this.#isComplete || isMore) return void this.destroy();
    this.#isComplete = end !== null;
    this.#tail = text.slice(-TAIL_CHARACTERS);
    this.push(bytes);
  }

  override _read(): void {}

  override _write(bytes: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
