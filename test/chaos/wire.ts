/**
 * A minimal client of the server: requests over TCP, queries over UDP.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { parseBuddyList } from '../../protocol/buddy-list.js';
import { encodeAnnouncement, encodeQuery } from '../../protocol/datagram.js';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { Random } from '../helpers/random.js';

export const HOST = '127.0.0.1';

/** Longest wait for the reply to a request, in milliseconds. The server's own deadlines are shorter. */
export const REPLY_TIMEOUT_MS = 15_000;

/** Longest wait for the answer to a query, in milliseconds. Lost datagrams are not resent. */
export const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Ports below the ephemeral range, so that no outgoing connection takes the port of a listener that restarts.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** How a worker speaks to the server. */
export interface Wire {
  /**
   * Sends one request.
   *
   * @param onSent Called when the request has been written.
   * @returns The reply's code; `undefined` if there was none.
   */
  request(text: string, onSent?: () => void): Promise<number | undefined>;
  announce(id: UserId, callPort: number): void;
  /** @returns The ids on a user's list; `undefined` if no answer came. */
  ask(id: UserId, onSent?: () => void): Promise<UserId[] | undefined>;
  /** Continues with a new device, which shuts out all other devices. Only a wire with a key has this. */
  revoke?(): void;
  /** The newest device that the server acknowledged: its key, serial and floor must never be lost. */
  readonly acknowledged?: Device | undefined;
  close(): void;
}

/** The code of a whole reply. */
export function codeOf(reply: string): number | undefined {
  const [, code] = reply.match(/^(\d{3}) .*\r\n$/) ?? [];
  return code === undefined ? undefined : Number(code);
}

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
  timeoutMs = REPLY_TIMEOUT_MS,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect({ host: HOST, port, noDelay: true });
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on('connect', () => {
      socket.write(`${text}\r\n`, 'latin1');
      onSent();
    });
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
    });
    socket.on('error', () => {}); // A 'close' event follows.
    socket.on('close', () => {
      resolve(codeOf(reply));
    });
  });
}

/** Requests, announces and queries in clear. */
export class ClearWire implements Wire {
  readonly #port: number;
  readonly #replyTimeoutMs: number;
  #socket: UdpSocket;

  constructor(port: number, replyTimeoutMs = REPLY_TIMEOUT_MS) {
    this.#port = port;
    this.#replyTimeoutMs = replyTimeoutMs;
    this.#socket = createSocket('udp4');
  }

  request(text: string, onSent?: () => void): Promise<number | undefined> {
    return request(this.#port, text, onSent, this.#replyTimeoutMs);
  }

  announce(id: UserId, callPort: number): void {
    this.#socket.send(encodeAnnouncement(id, 100, callPort), this.#port, HOST);
  }

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
