/**
 * The server's tree: the one place where its actors are wired to each other.
 *
 *     server (one_for_one)
 *     ├─ store          remembers users and lists
 *     ├─ presence       knows who is online
 *     ├─ udp            owns the presence socket
 *     └─ tcp (rest_for_one)
 *        ├─ connections one actor per connection, dynamic, temporary
 *        └─ listener    accepts
 *
 * The order is the order of start: who is asked comes before who asks, and connections can be
 * taken in before the listener accepts any. When `connections` crashes, the listener follows.
 */

import { ANSWER_BYTES, Quota, type Rate, REGISTRATIONS } from '../../machines/server/quota.js';
import { networkOf } from '../../protocol/address.js';
import type { Store } from '../../storage/store.js';
import { child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { Log } from '../log.js';
import { RESTART_BACKOFF, type RunTreeOptions, runTree } from '../run-tree.js';
import { refusals } from './busy-replies.js';
import { type ConnectionInput, connectionLogic } from './connection-actor.js';
import { isSocketBound, listenerLogic, type SocketBound } from './listener.js';
import { presenceLogic } from './presence.js';
import { CONNECTIONS, PRESENCE, STORE } from './server-names.js';
import { refuseChange, storeLogic } from './store-actor.js';
import { udpLogic } from './udp.js';

/** Most TCP connections at once, unless another number is asked for; beyond it the answer is 206. */
export const MAX_CONNECTIONS = 15_000;

/**
 * The part of all connections that one address may have, unless a number is asked for. Several addresses can
 * take all the room: then the one that has most makes room for others.
 */
const ADDRESS_PART = 0.8;

/** Most events that wait for an actor while it is restarted. */
const MAX_STASHED_EVENTS = 10_000;

/** How long requests in flight may take to finish when the server shuts down, in milliseconds. */
const SHUTDOWN_GRACE_MS = 2_000;

/** How often children may be restarted before the level gives up; the levels multiply. */
export const SERVER_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };
export const TCP_LIMITS: RestartLimits = { intensity: 20, periodMs: 10_000 };

export interface ServerOptions {
  readonly host: string;
  /** 0 picks a free port, which the listener then keeps when it is restarted. */
  readonly tcpPort: number;
  /** Likewise for the presence socket. */
  readonly udpPort: number;
  /** Most TCP connections at once; default {@link MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Most TCP connections at once from one address (of IPv6: from one /64); default four in five of all. */
  readonly maxConnectionsPerAddress?: number;
  /** Bytes of answers to GET that one source may draw; default {@link ANSWER_BYTES}. */
  readonly answerBytes?: Rate;
  /** Most users; a REG of one more is answered 206. Default: as many as a store takes. */
  readonly maxUsers?: number;
  /** Holds programs of this machine to what a source may use, too. For tests. */
  readonly limitsLoopback?: boolean;
  readonly openStore: () => Promise<Store>;
  readonly log: Log;
  /** Told of everything that the tree emits: see `LifecycleEvent`. */
  readonly onEmitted?: (event: LifecycleEvent) => void;
  readonly inspect?: RunTreeOptions['inspect'];
}

export interface RunningServer extends RunningTree {
  /** Where the server listens, by protocol; filled when `ready` is true. */
  readonly bound: ReadonlyMap<SocketBound['protocol'], SocketBound>;
}

/** Starts a server. */
export function startServer({
  host,
  tcpPort,
  udpPort,
  maxConnections = MAX_CONNECTIONS,
  maxConnectionsPerAddress = Math.ceil(maxConnections * ADDRESS_PART),
  answerBytes = ANSWER_BYTES,
  maxUsers,
  limitsLoopback = false,
  openStore,
  log,
  onEmitted,
  inspect,
}: ServerOptions): RunningServer {
  const bound = new Map<SocketBound['protocol'], SocketBound>();

  const refuse = refusals();
  const registrations = new Quota(REGISTRATIONS, !limitsLoopback);
  const answerQuota = new Quota(answerBytes, !limitsLoopback);
  const address = { stashLimit: MAX_STASHED_EVENTS };

  const tcp = supervisor({
    strategy: 'rest_for_one',
    limits: TCP_LIMITS,
    children: [
      child({
        id: CONNECTIONS,
        address: { ...address, refuse: ({ input }) => refuse(input.socket) },
        logic: dynamicSupervisor({
          template: {
            id: 'connection',
            logic: connectionLogic,
            restart: 'temporary',
            shutdown: SHUTDOWN_GRACE_MS,
          },
          limit: maxConnections,
          quota: { limit: maxConnectionsPerAddress, keyOf: networkOfClient, makesRoom: true },
          refuse: ({ socket }) => refuse(socket),
        }),
      }),
      child({
        id: 'listener',
        logic: listenerLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          host,
          port: bound.get('tcp')?.port ?? tcpPort,
          connections: addressOf(system, CONNECTIONS),
          store: addressOf(system, STORE),
          registrations,
          log,
        }),
      }),
    ],
  });

  const server = supervisor({
    strategy: 'one_for_one',
    limits: SERVER_LIMITS,
    children: [
      child({
        id: STORE,
        logic: storeLogic(openStore, log, maxUsers),
        backoff: RESTART_BACKOFF,
        address: {
          ...address,
          refuse: (event) => {
            if (event.type === 'change.commit') refuseChange(event);
          },
        },
      }),
      child({
        id: PRESENCE,
        address,
        logic: presenceLogic,
        input: (system) => ({ store: addressOf(system, STORE), answerBytes: answerQuota }),
      }),
      child({
        id: 'udp',
        logic: udpLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          host,
          port: bound.get('udp')?.port ?? udpPort,
          presence: addressOf(system, PRESENCE),
          log,
        }),
      }),
      child({ id: 'tcp', logic: tcp }),
    ],
  });

  const tree = runTree(server, {
    log,
    onEmitted: (event) => {
      if (isSocketBound(event)) bound.set(event.protocol, event);
      onEmitted?.(event as LifecycleEvent);
    },
    ...(inspect && { inspect }),
  });
  return { ...tree, bound };
}

/** Where a client calls from; of one that is gone already, nobody knows. */
function networkOfClient({ socket }: ConnectionInput): string {
  return networkOf(socket.remoteAddress ?? '');
}
