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
import type { Store } from '../../storage/store.js';
import type { Log } from '../log.js';
import { type RunTreeOptions } from '../run-tree.js';
import type { LifecycleEvent } from '../supervision/lifecycle.js';
import type { RestartLimits } from '../supervision/restart-budget.js';
import type { RunningTree } from '../supervision/run.js';
import { type SocketBound } from './listener.js';
/** Most TCP connections at once, unless another number is asked for; beyond it the answer is 206. */
export declare const MAX_CONNECTIONS = 15000;
/** How often children may be restarted before the level gives up; the levels multiply. */
export declare const SERVER_LIMITS: RestartLimits;
export declare const TCP_LIMITS: RestartLimits;
export interface ServerOptions {
    readonly host: string;
    /** 0 picks a free port, which the listener then keeps when it is restarted. */
    readonly tcpPort: number;
    /** Likewise for the presence socket. */
    readonly udpPort: number;
    /** Most TCP connections at once; default {@link MAX_CONNECTIONS}. */
    readonly maxConnections?: number;
    /** Most TCP connections at once from one address; default four in five of all. */
    readonly maxConnectionsPerAddress?: number;
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
export declare function startServer({ host, tcpPort, udpPort, maxConnections, maxConnectionsPerAddress, openStore, log, onEmitted, inspect, }: ServerOptions): RunningServer;
