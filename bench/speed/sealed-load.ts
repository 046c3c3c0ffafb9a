/**
 * Load of clients with keys: sealed requests and datagrams, and floods of handshakes that clients never
 * complete.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { SecureContext } from 'node:tls';
import { DatagramSeal } from '../../keys/datagram-seal.js';
import { DeviceCredentials, type StoredDevice } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { connectTls, createContext } from '../../keys/tls.js';
import { parseLoginReply } from '../../protocol/reply-details.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';
import { PREFIX } from './database.js';
import type { Gathered } from './gathered.js';
import { steadily } from './steadily.js';
import { LISTS, listId, loadRequests, type TcpJob } from './tcp-load.js';

/** Like {@link TcpJob}, inside TLS. All ids have the same key. */
export interface SealedTcpJob extends Omit<TcpJob, 'kind' | 'requests'> {
  readonly kind: 'sealed tcp';
  readonly requests: TcpJob['requests'] | 'LOG';
  readonly device: StoredDevice;
}

/** SET or GET of users who are signed in. */
export interface SealedUdpJob {
  readonly kind: 'sealed SET' | 'sealed GET';
  readonly tcp: number;
  readonly udp: number;
  readonly ms: number;
  readonly users: number;
  /** Datagrams in a second. */
  readonly rate: number;
  readonly device: StoredDevice;
}

/** Connections that send the first bytes of TLS, and then nothing. */
export interface FloodJob {
  readonly kind: 'hello flood';
  readonly port: number;
  readonly ms: number;
  /** Connections in a second. */
  readonly rate: number;
}

/** The receive buffer for the answers of all sessions: large enough that no answer is lost. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** How long the generator waits for the last answers, in milliseconds. */
const LAST_ANSWERS_MS = 300;

/** How many users sign in at a time. */
const LOGINS_AT_A_TIME = 16;

/** How long a connection of a flood stays open, in milliseconds. */
const STALL_MS = 1_000;

/** How many local addresses a flood comes from. */
const FLOOD_SOURCES = 200;

let ownContext: SecureContext | undefined;

function contextOf(stored: StoredDevice): SecureContext {
  ownContext ??= createContext(DeviceCredentials.parse(stored) as DeviceCredentials);
  return ownContext;
}

interface Asked {
  readonly reply: string;
  readonly seal: DatagramSeal | undefined;
}

function askSealed(port: number, context: SecureContext, request: string): Promise<Asked> {
  return new Promise((resolve) => {
    const tls = connectTls(connect({ port, host: '127.0.0.1', noDelay: true }), context, 'im-dir/1');
    let reply = '';
    let seal: DatagramSeal | undefined;
    tls.once('secureConnect', () => {
      if (request.startsWith('LOG')) seal = DatagramSeal.fromTls(tls, 'client');
      tls.write(request, 'latin1');
    });
    tls.on('data', (bytes: Buffer) => {
      reply += bytes.toString('latin1');
    });
    tls.on('error', () => {});
    tls.on('close', () => resolve({ reply, seal }));
  });
}

export function loadTcpSealed({ device, requests, ...job }: SealedTcpJob): Promise<Gathered> {
  const context = contextOf(device);
  const ask = async (port: number, request: string) => (await askSealed(port, context, request)).reply;
  if (requests !== 'LOG') return loadRequests({ ...job, requests }, ask);
  return loadRequests({ ...job, requests: (number) => `LOG ${listId(number % LISTS)} new\r\n` }, ask);
}

interface Session {
  readonly name: SessionId;
  readonly seal: DatagramSeal;
}

/** The sessions on each server, which last from one job to the next. */
const sessionsOf = new Map<number, readonly Session[]>();

async function logInAll({ tcp, users, device }: SealedUdpJob): Promise<readonly Session[]> {
  const known = sessionsOf.get(tcp);
  if (known !== undefined) return known;
  const sessions: Session[] = [];
  while (sessions.length < users) {
    const some = Array.from({ length: LOGINS_AT_A_TIME }, async (_, index) => {
      const line = `LOG ${PREFIX}${sessions.length + index} new\r\n`;
      const { reply, seal } = await askSealed(tcp, contextOf(device), line);
      const name = parseLoginReply(reply);
      if (name === undefined || seal === undefined) throw new Error(`${line.trim()} was answered ${reply}`);
      return { name, seal };
    });
    sessions.push(...(await Promise.all(some)));
  }
  sessionsOf.set(tcp, sessions);
  return sessions;
}

export async function loadUdpSealed(job: SealedUdpJob): Promise<Gathered> {
  const { kind, udp, ms, rate, users } = job;
  const sessions = await logInAll(job);
  const byName = new Map(sessions.map(({ name }, user) => [name as string, user]));
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: (address, _options, done) => done(null, address, 4),
  });
  socket.on('error', () => {}); // the server is gone: missing answers are counted
  await new Promise<void>((resolve) => socket.connect(udp, '127.0.0.1', resolve));
  const sentMs = new Float64Array(users);
  const latencies: number[] = [];
  let requests = 0;
  socket.on('message', (bytes: Buffer) => {
    const user = bytes[0] === 0x81 ? byName.get(bytes.toString('hex', 1, 9)) : undefined;
    if (user !== undefined) latencies.push(performance.now() - (sentMs[user] as number));
  });
  await steadily(rate, ms, (number) => {
    const user = number % users;
    const { name, seal } = sessions[user] as Session;
    const id = `${PREFIX}${user}`;
    const text = kind === 'sealed GET' ? `GET ${id} 0` : `SET ${id} 100 ONLINE ${1_024 + (number % 60_000)}`;
    socket.send(seal.seal(name, Buffer.from(text))?.datagram as Buffer);
    sentMs[user] = performance.now();
    requests += 1;
  });
  if (kind === 'sealed GET') await new Promise((resolve) => setTimeout(resolve, LAST_ANSWERS_MS));
  socket.close();
  const errors = kind === 'sealed GET' ? requests - latencies.length : 0;
  return { requests, errors, seconds: ms / 1_000, latencies };
}

/**
 * Opens connections that never complete their handshakes. A connection counts as an error if it closes before
 * the server has sent a byte.
 */
export async function flood({ port, ms, rate }: FloodJob): Promise<Gathered> {
  const hello = await recordHello();
  let errors = 0;
  await steadily(rate, ms, (number) => {
    const localAddress = `127.0.2.${1 + (number % FLOOD_SOURCES)}`;
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    let isAnswered = false;
    socket.write(hello);
    socket.setTimeout(STALL_MS, () => socket.destroy());
    socket.on('data', () => {
      isAnswered = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isAnswered) errors += 1;
    });
  });
  return { requests: Math.floor((rate * ms) / 1_000), errors, seconds: ms / 1_000, latencies: [] };
}

/** The first bytes that a client of TLS sends. */
async function recordHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const context = createContext(DeviceCredentials.issue(Identity.create(), { nowMs: 0 }));
  const { port } = server.address() as { port: number };
  const client = connectTls(connect(port, '127.0.0.1'), context, 'im-dir/1').on('error', () => {});
  const [socket] = await accepted;
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}
