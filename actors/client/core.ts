/**
 * What every client's tree has, whether a person at a terminal or a program uses it: chats and the client
 * that takes part in them, the heartbeat, and the listener for calls.
 */

import type { ClientEmitted } from '../../machines/client/events.js';
import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';
import { type ChildSpec, child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../../supervision/lifecycle.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { supervisor } from '../../supervision/supervisor.js';
import { RESTART_BACKOFF } from '../run-tree.js';
import type { ServerEndpoint } from './ask-server.js';
import { callsLogic, MAX_INCOMING_CALLS } from './calls.js';
import { type ChatInput, chatLogic } from './chat.js';
import { heartbeatLogic, type PortBound } from './heartbeat.js';
import { CHATS, CLIENT, HEARTBEAT } from './names.js';

/** Most calls and chats at once: one is live, the others are being refused or closed. */
const MAX_CHATS = MAX_INCOMING_CALLS + 16;

/** Most events that wait for an actor while it is restarted. */
export const MAX_STASHED_EVENTS = 1_000;

/** How long chats may take to deliver what was written, and to close, in milliseconds. */
const CHATS_GRACE_MS = 2_000;

/** How often children may be restarted before the level gives up; the levels multiply. */
export const CLIENT_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };
export const CONVERSATION_LIMITS: RestartLimits = { intensity: 4, periodMs: 10_000 };

/** What a restarted actor must know of the time before: the tree remembers it for them. */
export interface ClientMemory {
  user: { readonly id: UserId; readonly status: Status } | undefined;
  callPort: number | undefined;
}

/** Takes from what the tree emits what is to be remembered. */
export function remember(memory: ClientMemory, event: LifecycleEvent | { readonly type: string }): void {
  if (event.type === 'user.announced') {
    const { id, status } = event as ClientEmitted;
    memory.user = { id, status };
  }
  if (event.type === 'port.bound') memory.callPort = (event as PortBound).port;
}

/**
 * Chats, one actor per call or chat, and the client, which is given. They go down together: a chat that nobody
 * knows of would keep a buddy waiting. When the client ends by itself, so does all of the tree.
 */
export function conversationSpec(client: ChildSpec): ChildSpec {
  const logic = supervisor({
    strategy: 'one_for_all',
    autoShutdown: 'any',
    limits: CONVERSATION_LIMITS,
    children: [
      child({
        id: CHATS,
        address: { stashLimit: MAX_STASHED_EVENTS },
        logic: dynamicSupervisor({
          template: { id: 'chat', logic: chatLogic, restart: 'temporary', shutdown: CHATS_GRACE_MS },
          limit: MAX_CHATS,
          refuse: refuseChat,
        }),
      }),
      client,
    ],
  });
  return child({ id: 'conversation', logic, restart: 'transient', significant: true });
}

/** The heartbeat; `server` is where it takes SET and GET. */
export function heartbeatSpec(server: ServerEndpoint, memory: ClientMemory): ChildSpec {
  return child({
    id: HEARTBEAT,
    address: { stashLimit: MAX_STASHED_EVENTS },
    logic: heartbeatLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => ({ server, client: addressOf(system, CLIENT), ...memory }),
  });
}

/** The listener for calls. Port 0 picks a free one, which is then kept when the listener is restarted. */
export function callsSpec(port: number, memory: ClientMemory): ChildSpec {
  return child({
    id: 'calls',
    logic: callsLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => ({
      port: memory.callPort ?? port,
      chats: addressOf(system, CHATS),
      heartbeat: addressOf(system, HEARTBEAT),
    }),
  });
}

/** A call beyond the limit is cut off; one of ours counts as unanswered. */
function refuseChat(input: ChatInput): void {
  if (input.kind === 'incoming') input.socket.destroy();
}
