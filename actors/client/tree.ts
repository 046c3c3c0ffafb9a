/**
 * The client's tree: the one place where its actors are wired to each other.
 *
 *     client (one_for_one)
 *     ├─ conversation (one_for_all)
 *     │  ├─ chats   one actor per call or chat, dynamic, temporary
 *     │  └─ client  the statechart
 *     ├─ archive    history and block list, in local files
 *     ├─ terminal   keys in, lines out
 *     ├─ heartbeat  SET and GET every 10 s
 *     └─ calls      listens for buddies
 *
 * The order is the order of start: whoever speaks to the statechart comes after it. Chats and the
 * statechart go down together: a chat that nobody knows of would keep a buddy waiting.
 */

import { clientMachine } from '../../machines/client/client.js';
import type { ClientEmitted } from '../../machines/client/events.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';
import type { Log } from '../log.js';
import { RESTART_BACKOFF, type RunTreeOptions, runTree } from '../run-tree.js';
import { child } from '../supervision/child-spec.js';
import { dynamicSupervisor } from '../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../supervision/lifecycle.js';
import { addressOf } from '../supervision/mailbox.js';
import type { RestartLimits } from '../supervision/restart-budget.js';
import type { RunningTree } from '../supervision/run.js';
import { supervisor } from '../supervision/supervisor.js';
import { type ArchiveFiles, archiveLogic } from './archive.js';
import { askServerLogic } from './ask-server.js';
import { callsLogic, MAX_INCOMING_CALLS } from './calls.js';
import { type ChatInput, chatLogic } from './chat.js';
import type { Console, ConsoleListener } from './console.js';
import { heartbeatLogic, type PortBound } from './heartbeat.js';
import { ARCHIVE, CHATS, CLIENT, HEARTBEAT, TERMINAL } from './names.js';
import { terminalLogic } from './terminal.js';

/** Most calls and chats at once: one is live, the others are being refused or closed. */
const MAX_CHATS = MAX_INCOMING_CALLS + 16;

/** Most events that wait for an actor while it is restarted. */
const MAX_STASHED_EVENTS = 1_000;

/** How long chats may take to deliver what was written, and to close, in milliseconds. */
const CHATS_GRACE_MS = 2_000;

/** How often children may be restarted before the level gives up; the levels multiply. */
export const CLIENT_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };
export const CONVERSATION_LIMITS: RestartLimits = { intensity: 4, periodMs: 10_000 };

export interface ClientOptions {
  readonly server: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** 0 picks a free port, which is then kept when the listener is restarted. */
  readonly messagePort: number;
  readonly user: UserId | undefined;
  readonly openConsole: (listener: ConsoleListener) => Console;
  /** True where the console has a user at a terminal. */
  readonly isInteractive: boolean;
  /** Opens the local files: history and the block list. */
  readonly openArchive: () => ArchiveFiles;
  /** How long no key is pressed before the user counts as away, in milliseconds; never without it. */
  readonly autoAwayMs?: number;
  readonly log: Log;
  /** Told of everything that the tree emits: see `LifecycleEvent`. */
  readonly onEmitted?: (event: LifecycleEvent) => void;
  readonly inspect?: RunTreeOptions['inspect'];
}

/** Starts a client. It ends when its user leaves, or when asked to. */
export function startClient(options: ClientOptions): RunningTree {
  const { server: host, tcpPort, udpPort, openConsole, openArchive, log, onEmitted, inspect } = options;
  // What a restarted actor must know of the time before: the tree remembers it for them.
  let { user } = options;
  let status: Status = 100;
  let callPort: number | undefined;

  const address = { stashLimit: MAX_STASHED_EVENTS };
  const statechart = clientMachine.provide({
    actors: { askServer: askServerLogic({ host, port: tcpPort }) },
  });

  // When its user leaves, the statechart ends, and with it the program.
  const conversation = supervisor({
    strategy: 'one_for_all',
    autoShutdown: 'any',
    limits: CONVERSATION_LIMITS,
    children: [
      child({
        id: CHATS,
        address,
        logic: dynamicSupervisor({
          template: { id: 'chat', logic: chatLogic, restart: 'temporary', shutdown: CHATS_GRACE_MS },
          limit: MAX_CHATS,
          refuse: refuseChat,
        }),
      }),
      child({
        id: CLIENT,
        address,
        logic: statechart,
        restart: 'transient',
        significant: true,
        input: (system) => ({
          terminal: addressOf(system, TERMINAL),
          heartbeat: addressOf(system, HEARTBEAT),
          chats: addressOf(system, CHATS),
          archive: addressOf(system, ARCHIVE),
          isInteractive: options.isInteractive,
          user,
          status,
        }),
      }),
    ],
  });

  const client = supervisor({
    strategy: 'one_for_one',
    autoShutdown: 'any',
    limits: CLIENT_LIMITS,
    children: [
      child({ id: 'conversation', logic: conversation, restart: 'transient', significant: true }),
      child({
        id: ARCHIVE,
        address,
        logic: archiveLogic,
        input: (system) => ({ openArchive, client: addressOf(system, CLIENT) }),
      }),
      child({
        id: TERMINAL,
        address,
        logic: terminalLogic,
        input: (system) => ({
          openConsole,
          client: addressOf(system, CLIENT),
          autoAwayMs: options.autoAwayMs,
        }),
      }),
      child({
        id: HEARTBEAT,
        address,
        logic: heartbeatLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          server: { host, port: udpPort },
          client: addressOf(system, CLIENT),
          user: user && { id: user, status },
          callPort,
        }),
      }),
      child({
        id: 'calls',
        logic: callsLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          port: callPort ?? options.messagePort,
          chats: addressOf(system, CHATS),
          heartbeat: addressOf(system, HEARTBEAT),
        }),
      }),
    ],
  });

  return runTree(client, {
    log,
    onEmitted(event) {
      if (event.type === 'user.announced') ({ id: user, status } = event as unknown as ClientEmitted);
      if (event.type === 'port.bound') callPort = (event as PortBound).port;
      onEmitted?.(event as LifecycleEvent);
    },
    ...(inspect && { inspect }),
  });
}

/** A call beyond the limit is cut off; one of ours counts as unanswered. */
function refuseChat(input: ChatInput): void {
  if (input.kind === 'incoming') input.socket.destroy();
}
