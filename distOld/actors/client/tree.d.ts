/**
 * The client's tree: the one place where its actors are wired to each other.
 *
 *     client (one_for_one)
 *     ├─ conversation (one_for_all)
 *     │  ├─ chats   one actor per call or chat, dynamic, temporary
 *     │  └─ client  the statechart
 *     ├─ terminal   keys in, lines out
 *     ├─ heartbeat  SET and GET every 10 s
 *     └─ calls      listens for buddies
 *
 * The order is the order of start: whoever speaks to the statechart comes after it. Chats and the
 * statechart go down together: a chat that nobody knows of would keep a buddy waiting.
 */
import type { UserId } from '../../protocol/id.js';
import type { Log } from '../log.js';
import { type RunTreeOptions } from '../run-tree.js';
import type { LifecycleEvent } from '../supervision/lifecycle.js';
import type { RestartLimits } from '../supervision/restart-budget.js';
import type { RunningTree } from '../supervision/run.js';
import type { Console, ConsoleListener } from './console.js';
/** How often children may be restarted before the level gives up; the levels multiply. */
export declare const CLIENT_LIMITS: RestartLimits;
export declare const CONVERSATION_LIMITS: RestartLimits;
export interface ClientOptions {
    readonly server: string;
    readonly tcpPort: number;
    readonly udpPort: number;
    /** 0 picks a free port, which is then kept when the listener is restarted. */
    readonly messagePort: number;
    readonly user: UserId | undefined;
    readonly openConsole: (listener: ConsoleListener) => Console;
    readonly log: Log;
    /** Told of everything that the tree emits: see `LifecycleEvent`. */
    readonly onEmitted?: (event: LifecycleEvent) => void;
    readonly inspect?: RunTreeOptions['inspect'];
}
/** Starts a client. It ends when its user leaves, or when asked to. */
export declare function startClient(options: ClientOptions): RunningTree;
