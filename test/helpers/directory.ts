/**
 * For tests of the client's directory: the directory itself, a server that records every byte, files that
 * fail as if the process was killed, and a proxy that loses replies.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { Directory, type DirectoryOptions } from '../../actors/client/directory.js';
import { DISK } from '../../storage/files/disk.js';
import type { Files } from '../../storage/files/files.js';

/** The actor `directory` of a client that registers ids with keys. It is closed when the test ends. */
export function directoryAt(
  t: ExecutionContext,
  ports: { readonly tcp: number; readonly udp?: number },
  dataRoot: string | undefined,
  options: Partial<DirectoryOptions> = {},
): Directory {
  const server = { host: '127.0.0.1', tcpPort: ports.tcp, udpPort: ports.udp ?? 0 };
  const directory = new Directory({ server, dataRoot, keys: true, ...options });
  t.teardown(() => directory.close());
  return directory;
}

/** Stands for no reply: the server leaves the connection open and sends nothing. */
export const SILENCE = Symbol('silence');

/** A server without TLS that records what each connection sends, and replies as the test says. */
export class RecordingServer {
  readonly connections: Buffer[] = [];
  readonly tcp: number;

  private constructor(tcp: number) {
    this.tcp = tcp;
  }

  /** @param replyTo The reply to the first bytes of a connection; `undefined` closes the connection. */
  static async start(
    t: ExecutionContext,
    replyTo: (first: string) => string | undefined | typeof SILENCE,
    port = 0,
    host = '127.0.0.1',
  ): Promise<RecordingServer> {
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      sockets.add(socket);
      const at = server.connections.push(Buffer.alloc(0)) - 1;
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        const isFirst = server.connections[at]?.length === 0;
        server.connections[at] = Buffer.concat([server.connections[at] as Buffer, chunk]);
        if (!isFirst) return;
        const reply = replyTo(chunk.toString('latin1'));
        if (reply === undefined) socket.destroy();
        else if (reply !== SILENCE) socket.end(reply);
      });
    }).listen(port, host);
    await once(listener, 'listening');
    t.teardown(() => {
      listener.close();
      for (const socket of sockets) socket.destroy();
    });
    const server = new RecordingServer((listener.address() as AddressInfo).port);
    return server;
  }

  /** What each connection has sent, as text. */
  get texts(): readonly string[] {
    return this.connections.map((bytes) => bytes.toString('latin1'));
  }
}

/** The error of a process that was killed. */
class Killed extends Error {}

/** Files on the real disk. After `operation` operations, each further one fails, as in a killed process. */
export function filesKilledAt(operation: number): {
  readonly files: Files;
  readonly wasKilled: () => boolean;
} {
  let count = 0;
  const files = new Proxy(DISK, {
    get(target, name) {
      const member = target[name as keyof Files];
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        if (count++ >= operation) throw new Killed('killed');
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { files, wasKilled: () => count > operation };
}

/** A proxy in front of a server. It can refuse connections, or close them before the reply arrives. */
export class LossyProxy {
  /** Whether connections are closed without a byte. */
  refuses = false;
  /** How many of the next connections lose their reply. */
  losesReplies = 0;
  readonly tcp: number;

  private constructor(tcp: number) {
    this.tcp = tcp;
  }

  static async start(t: ExecutionContext, to: number): Promise<LossyProxy> {
    const listener = createServer((client) => {
      client.on('error', () => {});
      if (proxy.refuses) return client.destroy();
      const server = connect(to, '127.0.0.1');
      server.on('error', () => {});
      client.pipe(server);
      const isLossy = proxy.losesReplies-- > 0;
      let received = 0;
      server.on('data', (chunk: Buffer) => {
        received += chunk.length;
        // The first chunk is the server's part of the handshake. The reply comes in a later chunk.
        if (!isLossy || received === chunk.length) client.write(chunk);
        else client.destroy();
      });
      server.on('end', () => client.end());
      client.on('close', () => server.destroy());
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    t.teardown(() => listener.close());
    const proxy = new LossyProxy((listener.address() as AddressInfo).port);
    return proxy;
  }
}
