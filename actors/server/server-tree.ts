/**
 * The server's tree: starts the actors of the server, and connects them to each other.
 *
 *     server (one_for_one)
 *     ├─ monitor        metrics and health over HTTP (optional)
 *     ├─ store          keeps users and lists
 *     ├─ presence       records who is online
 *     ├─ sessions       opens and seals datagrams
 *     ├─ bus            shares presence with other servers (only for a shared directory)
 *     ├─ udp            owns the presence socket
 *     ├─ tcp            the listener and the connections (tcp-tree.ts)
 *     └─ admin          the operator's commands (admin-tree.ts; optional)
 *
 * Actors start in this order. Except for the monitor, each actor starts after the actors that it asks.
 */

import { Identity } from '../../keys/identity.js';
import { isStoreError, type Store, type StoreErrorCode } from '../../storage/store.js';
import { nowOf } from '../../supervision/behaviour.js';
import { child } from '../../supervision/child-spec.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import type { Log } from '../log.js';
import { RESTART_BACKOFF, type RunTreeOptions, runTree } from '../run-tree.js';
import { type AdminOptions, adminChild } from './admin-tree.js';
import { Bans } from './bans.js';
import { type BusOptions, busLogic } from './bus.js';
import type { InheritedSockets } from './inherited-sockets.js';
import { isSocketBound, type SocketBound } from './listener.js';
import { type MonitorPages, monitorLogic } from './monitor.js';
import { presenceLogic } from './presence.js';
import { Readiness } from './readiness.js';
import { countRefusals } from './refusal-counts.js';
import { createServerIdentity, type ServerIdentity } from './server-identity.js';
import { type LimitSettings, ServerLimits } from './server-limits.js';
import { type LimitName, NO_METER, type ServerMeter } from './server-meter.js';
import { BUS, MAX_STASHED_EVENTS, PRESENCE, SESSIONS, STORE } from './server-names.js';
import { sessionsLogic } from './sessions.js';
import { storeLogic } from './store-actor.js';
import { refuseChange } from './store-events.js';
import { tcpChild } from './tcp-tree.js';
import { udpLogic } from './udp.js';

/**
 * How many restarts the root allows before it gives up. The restarts inside `tcp` and `admin` do not count
 * here: `tcp` or `admin` counts once when it has exceeded its own limit.
 */
export const SERVER_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };

/**
 * The errors after which the store must not be opened again, with messages for the log. For example, if the
 * directory has diverged, its users may have other numbers than in the tables of this server's actors.
 */
const FATAL: readonly (readonly [code: StoreErrorCode, message: string])[] = [
  ['store.diverged', 'the directory is not the one that this server knows: the server ends'],
  ['store.outdated', 'the directory has a format that this server does not know: the server ends'],
];

export interface MonitorOptions extends MonitorPages {
  readonly host: string;
  /** 0 picks a free port. The monitor uses the same port after a restart. */
  readonly port: number;
  /** Why the storage cannot make changes durable at present; `undefined` if no problem is found. */
  findProblem(): Promise<string | undefined>;
}

export interface ServerOptions extends LimitSettings {
  readonly host: string;
  /** 0 picks a free port. The listener uses the same port after a restart. */
  readonly tcpPort: number;
  /** The port of the presence socket. 0 picks a free port. The actor uses the same port after a restart. */
  readonly udpPort: number;
  /** Sockets that are used in place of new ones. Default: none. */
  readonly inherited?: InheritedSockets;
  /** True to apply the limits per source to programs on this machine too. For tests. */
  readonly limitsLoopback?: boolean;
  /**
   * Returns the server's identity. Called after the store is open. Default: an identity that exists only in
   * this run.
   */
  readonly identity?: () => ServerIdentity;
  /**
   * Opens the store. If it rejects with `store.diverged` or `store.outdated`, or the open store fails with
   * one of these errors, the tree ends.
   */
  readonly openStore: () => Promise<Store>;
  /**
   * Pause before the store catches up with other servers again, in milliseconds. Default: the store never
   * catches up.
   */
  readonly catchUpMs?: number | undefined;
  /** Opens the bus to the other servers of the directory. Default: there are no other servers. */
  readonly openBus?: BusOptions['openBus'] | undefined;
  /** How long to listen to the bus before the server is ready, in milliseconds; default 0. */
  readonly warmUpMs?: number;
  /** The socket for the operator's commands. Default: there is no socket. */
  readonly admin?: AdminOptions | undefined;
  /** The wall clock, in milliseconds since 1970: bans and reservations end at a date. Default: `Date.now`. */
  readonly wallClock?: () => number;
  readonly log: Log;
  /**
   * Whether requests are logged at `info`; called for each request. Otherwise they are logged at `debug`.
   * Default: false.
   */
  readonly logsRequests?: () => boolean;
  /** Counts what the server does. Default: nothing is counted. */
  readonly meter?: ServerMeter;
  /** Shows metrics and health over HTTP. Default: there is no monitor. */
  readonly monitor?: MonitorOptions | undefined;
  /** Receives every event that the tree emits: see `LifecycleEvent`. */
  readonly onEmitted?: (event: LifecycleEvent) => void;
  readonly inspect?: RunTreeOptions['inspect'];
}

export interface RunningServer extends RunningTree {
  /** The bound sockets, by protocol; complete when `ready` is true. */
  readonly bound: ReadonlyMap<SocketBound['protocol'], SocketBound>;
  /** The limits, which can be changed while the server runs. */
  readonly limits: ServerLimits;
  /** Why the server cannot serve clients; `undefined` if it can. */
  findProblem(): Promise<string | undefined>;
}

/** Starts a server. */
export function startServer({
  host,
  tcpPort,
  udpPort,
  inherited = {},
  limitsLoopback = false,
  identity = identityOfThisRun(),
  openStore,
  catchUpMs,
  openBus,
  warmUpMs = 0,
  admin,
  // biome-ignore lint/style/noRestrictedGlobals: bans and reservations end at a date.
  wallClock = Date.now,
  log,
  logsRequests = () => false,
  meter: givenMeter = NO_METER,
  monitor,
  onEmitted,
  inspect,
  ...settings
}: ServerOptions): RunningServer {
  const bound = new Map<SocketBound['protocol'], SocketBound>();
  const refusals = new Map<LimitName, number>();
  const meter = countRefusals(givenMeter, refusals);
  /** How often each actor was restarted. */
  const restarts = new Map<string, number>();

  const openOrEnd = () =>
    openStore().catch((error: unknown) => {
      endIfFatal(error);
      throw error;
    });

  const limits = new ServerLimits(settings, !limitsLoopback);
  const bans = new Bans(wallClock);
  const address = { stashLimit: MAX_STASHED_EVENTS };

  const tcp = tcpChild({
    limits,
    listener: () => ({ host, port: bound.get('tcp')?.port ?? tcpPort, inherited: inherited.tcp }),
    connection: () => ({
      identity: identity(),
      handshakes: limits.handshakes,
      registrations: limits.registrations,
      changes: limits.changes,
      wallClock,
      bans,
      log,
      logsRequests,
      meter,
    }),
  });

  const readiness = new Readiness(() => nowOf(tree.root));
  const server = supervisor({
    strategy: 'one_for_one',
    limits: SERVER_LIMITS,
    children: [
      // The monitor is the first to start and the last to stop.
      ...(monitor === undefined
        ? []
        : [monitorChild(monitor, { port: () => bound.get('http')?.port, findProblem, log })]),
      child({
        id: STORE,
        logic: storeLogic({
          openStore: openOrEnd,
          log,
          meter,
          maxUsers: () => limits.maxUsers,
          wallClock,
          freesUntilMs: () => wallClock() - limits.reserveMs,
          catchUpMs,
          bans,
        }),
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          bus: openBus && addressOf(system, BUS),
          expels: [addressOf(system, PRESENCE), addressOf(system, SESSIONS)],
        }),
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
        input: (system) => ({
          store: addressOf(system, STORE),
          bus: openBus && addressOf(system, BUS),
          answerBytes: limits.answerBytes,
          bans,
          meter,
        }),
      }),
      child({
        id: SESSIONS,
        address,
        logic: sessionsLogic,
        input: (system) => ({
          presence: addressOf(system, PRESENCE),
          answerBytes: limits.answerBytes,
          bans,
          meter,
        }),
      }),
      ...(openBus === undefined ? [] : [busChild({ openBus, warmUpMs, log })]),
      child({
        id: 'udp',
        logic: udpLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          host,
          port: bound.get('udp')?.port ?? udpPort,
          inherited: inherited.udp,
          presence: addressOf(system, PRESENCE),
          sessions: addressOf(system, SESSIONS),
          bans,
          datagrams: limits.datagrams,
          log,
          meter,
        }),
      }),
      tcp,
      ...(admin === undefined
        ? []
        : [
            adminChild(
              admin,
              { bound, restarts, refusals, limits, wallClock, serverKey: () => identity().key },
              log,
            ),
          ]),
    ],
  });

  let fatal: Error | undefined;
  const tree: RunningTree = runTree(server, {
    log,
    onEmitted: (event) => {
      if (isSocketBound(event)) bound.set(event.protocol, event);
      readiness.record(event);
      countRestart(restarts, event as LifecycleEvent);
      onEmitted?.(event as LifecycleEvent);
      endIfFatal(crashOf(event as LifecycleEvent));
    },
    ...(inspect && { inspect }),
  });
  const ended = tree.ended.then((how) => (fatal === undefined ? how : { error: fatal }));
  return { ...tree, shutdown, ended, bound, limits, findProblem };

  function shutdown(): void {
    readiness.stop();
    // The listener does not close the inherited socket when it stops, because it may stop only to restart.
    inherited.tcp?.close();
    tree.shutdown();
  }

  /** Asks the storage only if `Readiness` has found no problem. */
  async function findProblem(): Promise<string | undefined> {
    return readiness.findProblem() ?? (await monitor?.findProblem());
  }

  /** Ends the tree after an error of {@link FATAL}. */
  function endIfFatal(error: unknown): void {
    const message = FATAL.find(([code]) => isStoreError(error, code))?.[1];
    if (fatal !== undefined || message === undefined) return;
    fatal = error as Error;
    log.error({ err: error }, message);
    shutdown();
  }
}

function countRestart(restarts: Map<string, number>, event: LifecycleEvent): void {
  if (event.type === 'child.restarting') restarts.set(event.id, (restarts.get(event.id) ?? 0) + 1);
}

/** The error with which an actor crashed. */
function crashOf(event: LifecycleEvent): unknown {
  return event.type === 'child.ended' && event.reason.kind === 'crashed' ? event.reason.error : undefined;
}

interface MonitorContext {
  /** The port on which the monitor last listened; `undefined` before it first listens. */
  readonly port: () => number | undefined;
  readonly findProblem: RunningServer['findProblem'];
  readonly log: Log;
}

function monitorChild(monitor: MonitorOptions, { port, findProblem, log }: MonitorContext) {
  return child({
    id: 'monitor',
    logic: monitorLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => ({
      host: monitor.host,
      port: port() ?? monitor.port,
      pages: monitor,
      findProblem,
      presence: addressOf(system, PRESENCE),
      sessions: addressOf(system, SESSIONS),
      log,
    }),
  });
}

function busChild(options: BusOptions) {
  return child({
    id: BUS,
    address: { stashLimit: MAX_STASHED_EVENTS },
    logic: busLogic(options),
    backoff: RESTART_BACKOFF,
    input: (system) => ({ store: addressOf(system, STORE), presence: addressOf(system, PRESENCE) }),
  });
}

function identityOfThisRun(): () => ServerIdentity {
  const identity = createServerIdentity(Identity.create(), 0);
  return () => identity;
}
