/**
 * Sockets that the process inherits when it is started, for example from systemd. If such a socket were
 * closed, this process could never open its descriptor again. The process therefore owns the sockets, and an
 * actor only borrows a socket, which stays open while the actor restarts.
 */

import { createSocket, type Socket as DatagramSocket, type RemoteInfo, type SocketOptions } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createRefuseClient } from './busy-replies.js';

/**
 * The maximum number of connections that wait while the listener restarts. Further connections are answered
 * 206.
 */
const MAX_WAITING_CONNECTIONS = 1_024;

/** What a listening socket reports to the actor that uses it. */
export interface ListenerEvents {
  onListening(address: AddressInfo): void;
  onConnection(socket: Socket): void;
  onError(error: Error): void;
}

/** What a datagram socket reports to the actor that uses it. */
export interface DatagramEvents {
  onListening(address: AddressInfo): void;
  onDatagram(bytes: Buffer, remote: RemoteInfo): void;
  onError(error: Error): void;
}

/** The sockets of the server that were inherited. */
export interface InheritedSockets {
  /** For requests. */
  readonly tcp?: InheritedListener | undefined;
  /** For presence. */
  readonly udp?: InheritedDatagrams | undefined;
}

/** A listening socket. It accepts nothing before it is borrowed for the first time. */
export class InheritedListener {
  readonly #fd: number;
  readonly #refuse = createRefuseClient();
  #server: Server | undefined;
  #borrower: ListenerEvents | undefined;
  /** The connections that were accepted while no actor used the socket. */
  #waiting: Socket[] = [];
  #closed = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Passes connections to an actor until the returned function is called. Waiting connections come first.
   *
   * @param backlog The maximum number of connections that the kernel queues until they are accepted.
   */
  borrow(events: ListenerEvents, backlog: number): () => void {
    this.#borrower = events;
    if (this.#server?.listening) this.#reportListening(this.#server);
    else if (!this.#closed) this.#open(backlog);
    const waiting = this.#waiting.splice(0).filter(({ destroyed }) => !destroyed);
    for (const socket of waiting) events.onConnection(socket);
    return () => {
      if (this.#borrower === events) this.#borrower = undefined;
    };
  }

  /**
   * Stops accepting connections, for good, and refuses those that wait. Connections that this process has not
   * accepted wait for the next process that inherits the socket.
   */
  close(): void {
    this.#closed = true;
    this.#server?.close();
    for (const socket of this.#waiting.splice(0)) this.#refuse(socket);
  }

  #open(backlog: number): void {
    // A client may half-close the connection after its line, and still expects the reply.
    const server = createServer({ allowHalfOpen: true });
    server.on('connection', (socket) => this.#accept(socket));
    server.on('error', (error) => this.#borrower?.onError(error));
    server.once('listening', () => this.#reportListening(server));
    server.listen({ fd: this.#fd, backlog });
    this.#server = server;
  }

  #reportListening(server: Server): void {
    this.#borrower?.onListening(server.address() as AddressInfo);
  }

  #accept(socket: Socket): void {
    if (this.#borrower !== undefined) return this.#borrower.onConnection(socket);
    if (this.#waiting.length >= MAX_WAITING_CONNECTIONS) return this.#refuse(socket);
    socket.on('error', () => {}); // a broken connection is not a fault of the server
    this.#waiting.push(socket);
  }
}

/** A datagram socket. It receives nothing before it is borrowed for the first time. */
export class InheritedDatagrams {
  readonly family: 4 | 6;
  readonly #fd: number;
  #socket: DatagramSocket | undefined;
  #borrower: DatagramEvents | undefined;

  constructor(fd: number, family: 4 | 6) {
    this.#fd = fd;
    this.family = family;
  }

  /**
   * Passes datagrams to an actor until `release` is called. Datagrams that arrive while no actor uses the
   * socket are dropped.
   *
   * @param options The options with which the first call opens the socket. Later calls ignore them.
   */
  borrow(
    events: DatagramEvents,
    options: SocketOptions,
  ): { readonly socket: DatagramSocket; readonly release: () => void } {
    this.#borrower = events;
    this.#socket ??= this.#open(options);
    events.onListening(this.#socket.address());
    const release = () => {
      if (this.#borrower === events) this.#borrower = undefined;
    };
    return { socket: this.#socket, release };
  }

  #open(options: SocketOptions): DatagramSocket {
    const socket = createSocket(options);
    socket.on('message', (bytes, remote) => this.#borrower?.onDatagram(bytes, remote));
    socket.on('error', (error) => this.#borrower?.onError(error));
    return socket.bind({ fd: this.#fd });
  }
}
