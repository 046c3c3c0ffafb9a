/**
 * A server without keys, like the servers by other authors. It records every byte that clients send.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** What such servers do when they receive a request that they do not know. */
export const AT_UNKNOWN_REQUESTS = {
  '201': (socket: Socket) => socket.end('201 INVALID\r\n'),
  '201 with LF': (socket: Socket) => socket.end('201 INVALID\n'),
  '201 without a line end': (socket: Socket) => socket.end('201 INVALID'),
  '201, and the connection stays open': (socket: Socket) => socket.write('201 INVALID\r\n'),
  '200': (socket: Socket) => socket.end('200 OK\r\n'),
  '206': (socket: Socket) => socket.end('206 BUSY\r\n'),
  'a line of no protocol': (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'a close': (socket: Socket) => socket.end(),
  'a reset': (socket: Socket) => socket.resetAndDestroy(),
  // A server that waits for the end of the input is silent, too: the client never ends its side first.
  silence: () => {},
} as const satisfies Readonly<Record<string, (socket: Socket) => unknown>>;

export type AtUnknownRequests = keyof typeof AT_UNKNOWN_REQUESTS;

export class ForeignServer {
  /** What each connection has sent, in the order of the connections. */
  readonly requests: string[] = [];
  readonly datagrams: string[] = [];
  /** The reply to every GET. */
  buddies = '';
  tcp = 0;
  udp = 0;

  static async start(
    t: ExecutionContext,
    atUnknown: AtUnknownRequests,
    { lineEnd = '\r\n', port = 0 } = {},
  ): Promise<ForeignServer> {
    const server = new ForeignServer();
    const sockets = new Set<Socket>();
    const tcp = createServer({ allowHalfOpen: true }, (socket) => {
      const at = server.requests.push('') - 1;
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.on('data', (chunk) => {
        const isFirst = server.requests[at] === '';
        server.requests[at] += chunk.toString('latin1');
        if (!isFirst) return;
        const isKnown = /^(?:REG|ADD|DEL) /.test(chunk.toString('latin1'));
        if (isKnown) socket.end(`200 OK${lineEnd}`);
        else AT_UNKNOWN_REQUESTS[atUnknown](socket);
      });
    }).listen(port, '127.0.0.1');
    const udp = createSocket('udp4', (datagram, from) => {
      const text = datagram.toString('latin1');
      server.datagrams.push(text);
      if (text.startsWith('GET ')) udp.send(server.buddies, from.port, from.address);
    }).bind(0, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      tcp.close();
      udp.close();
    });
    server.tcp = (tcp.address() as AddressInfo).port;
    server.udp = udp.address().port;
    return server;
  }

  /** The options that connect a client to this server. */
  get options(): readonly string[] {
    return ['--server', '127.0.0.1', '--tcp-port', String(this.tcp), '--udp-port', String(this.udp)];
  }
}
