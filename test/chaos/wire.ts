/**
 * A minimal client of the server: requests over TCP, queries over UDP.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { parseBuddyList } from '../../protocol/buddy-list.js';
import { encodeAnnouncement, encodeQuery } from '../../protocol/datagram.js';
import type { UserId } from '../../protocol/id.js';
import type { Random } from '../helpers/random.js';

export const HOST = '127.0.0.1';

/** Longest wait for the reply to a request, in milliseconds. The server's own deadlines are shorter. */
const REPLY_TIMEOUT_MS = 15_000;

/** Longest wait for the answer to a query, in milliseconds. Lost datagrams are not resent. */
const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Ports below the ephemeral range, so that no outgoing connection takes a listener's port while it restarts.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** Finds a port that is free for TCP and UDP. */
export async function freePort(random: Random): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + random.below(LAST_PORT - FIRST_PORT);
    const tcp = createServer();
    const udp = createSocket('udp4');
    try {
      tcp.listen(port);
      await once(tcp, 'listening');
      udp.bind(port);
      await once(udp, 'listening');
      return port;
    } catch {
      // The port is in use: try another.
    } finally {
      tcp.close();
      udp.close();
    }
  }
}

/**
 * Sends one request.
 *
 * @param onSent Called when the request has been written.
 * @returns The reply's code; `undefined` if there was none.
 */
export function request(
  port: number,
  text: string,
  onSent: () => void = () => {},
): Promise<number | undefined> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect({ host: HOST, port, noDelay: true });
    socket.setTimeout(REPLY_TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => {
      socket.write(`${text}\r\n`, 'latin1');
      onSent();
    });
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
    });
    socket.on('error', () => {}); // A 'close' event follows.
    socket.on('close', () => {
      const [, code] = reply.match(/^(\d{3}) .*\r\n$/) ?? [];
      resolve(code === undefined ? undefined : Number(code));
    });
  });
}

/** Announces and queries over UDP. */
export class PresenceClient {
  readonly #port: number;
  #socket: UdpSocket;

  constructor(port: number) {
    this.#port = port;
    this.#socket = createSocket('udp4');
  }

  announce(id: UserId, callPort: number): void {
    this.#socket.send(encodeAnnouncement(id, 100, callPort), this.#port, HOST);
  }

  /** @returns The ids on a user's list; `undefined` if no answer came. */
  ask(id: UserId, onSent: () => void = () => {}): Promise<UserId[] | undefined> {
    return new Promise((resolve) => {
      const socket = this.#socket;
      const timer = setTimeout(() => {
        // A new socket, so that a late answer is not mistaken for the answer to a later query.
        socket.close();
        this.#socket = createSocket('udp4');
        resolve(undefined);
      }, ANSWER_TIMEOUT_MS);
      socket.once('message', (bytes) => {
        clearTimeout(timer);
        resolve(parseBuddyList(bytes.toString('latin1')).map((buddy) => buddy.id));
      });
      socket.send(encodeQuery(id), this.#port, HOST, onSent);
    });
  }

  close(): void {
    this.#socket.close();
  }
}
