/**
 * What every client's tree has, whether a person at a terminal or a program uses it: chats and the client
 * that takes part in them, the heartbeat, and the listener for calls.
 */

import { statusOf } from '../../machines/client/attendance.js';
import { callControlMachine } from '../../machines/client/call-control.js';
import type { CallControlInput } from '../../machines/client/call-control-context.js';
import { type RestartState, restartStateAfter } from '../../machines/client/restart-state.js';
import { networkOf } from '../../protocol/address.js';
import { type ChildSpec, child } from '../../supervision/child-spec.js';
import { dynamicSupervisor } from '../../supervision/dynamic-supervisor.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RestartLimits } from '../../supervision/restart-budget.js';
import { supervisor } from '../../supervision/supervisor.js';
import { RESTART_BACKOFF } from '../run-tree.js';
import { callsLogic } from './calls.js';
import { type ChatInput, chatLogic, remoteAddressOf } from './chat-connection.js';
import { CALL_CONTROL, CHATS, CLIENT, HEARTBEAT } from './client-names.js';
import { heartbeatLogic, type ServerPorts } from './heartbeat.js';

/**
 * Most calls and chats at once: one is live, the others are beginning, being refused, or being closed. When
 * there is no room, the address with most of them makes room for others.
 */
const MAX_CHATS = 32;

/** Most of them that one address may have. */
const MAX_CALLS_PER_ADDRESS = 8;

/** Most events that wait for an actor while it is restarted. */
export const MAX_STASHED_EVENTS = 1_000;

/** How long chats may take to deliver what was written, and to close, in milliseconds. */
const CHATS_GRACE_MS = 2_000;

/** How often children may be restarted before the level gives up; the levels multiply. */
export const CLIENT_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };
export const CONVERSATION_LIMITS: RestartLimits = { intensity: 4, periodMs: 10_000 };

/** So many numbers of calls has each incarnation of call control: none is used twice. */
const CALLS_PER_INCARNATION = 2 ** 32;

/** Holds what restarted actors start with. */
export class RestartStateHolder {
  state: RestartState;

  constructor(user: RestartState['user']) {
    this.state = { user, callPort: undefined, isServerLost: false, speakers: [] };
  }

  /** Takes what the tree emits. */
  take(event: { readonly type: unknown }): void {
    this.state = restartStateAfter(this.state, event);
  }
}

/** What differs between the clients of a person and of a program. */
export type CallLimits = Pick<CallControlInput, 'patienceMs' | 'maxLines' | 'maxHeldLines' | 'blocked'> & {
  /** How long a buddy may take to close after us when it may have unread lines, in milliseconds. */
  readonly unreadMs: number;
};

/** As {@link CallLimits.unreadMs}, unless the user says otherwise. */
export const UNREAD_PATIENCE_MS = 10_000;

/**
 * Chats, one actor per call or chat; call control; and its owner, which is given. They go down together: a
 * chat that call control does not know of would keep a buddy waiting. When the owner ends by itself, so does
 * all of the tree.
 */
export function conversationSpec(
  owner: ChildSpec,
  memory: RestartStateHolder,
  limits: () => CallLimits,
): ChildSpec {
  const address = { stashLimit: MAX_STASHED_EVENTS };
  let incarnations = 0;
  const logic = supervisor({
    strategy: 'one_for_all',
    autoShutdown: 'any',
    limits: CONVERSATION_LIMITS,
    children: [
      child({
        id: CHATS,
        address,
        logic: dynamicSupervisor({
          template: {
            id: 'chat',
            logic: chatLogic({
              callPort: () => memory.state.callPort,
              patience: () => ({
                confirmationMs: limits().patienceMs,
                unreadMs: limits().unreadMs,
              }),
            }),
            restart: 'temporary',
            shutdown: CHATS_GRACE_MS,
          },
          limit: MAX_CHATS,
          quota: { limit: MAX_CALLS_PER_ADDRESS, keyOf: originOf, makesRoom: true },
          refuse: refuseChat,
        }),
      }),
      child({
        id: CALL_CONTROL,
        address,
        logic: callControlMachine,
        input(system) {
          const { unreadMs: _, ...callLimits } = limits();
          return {
            owner: addressOf(system, CLIENT),
            chats: addressOf(system, CHATS),
            control: addressOf(system, CALL_CONTROL),
            ...callLimits,
            speakers: memory.state.speakers,
            lastCall: incarnations++ * CALLS_PER_INCARNATION,
          };
        },
      }),
      owner,
    ],
  });
  return child({ id: 'conversation', logic, restart: 'transient', significant: true });
}

/** The heartbeat. */
export function heartbeatSpec(server: ServerPorts, memory: RestartStateHolder): ChildSpec {
  return child({
    id: HEARTBEAT,
    address: { stashLimit: MAX_STASHED_EVENTS },
    logic: heartbeatLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => {
      const { user, callPort, isServerLost } = memory.state;
      return {
        server,
        client: addressOf(system, CLIENT),
        user: user && { id: user.id, status: statusOf(user.attendance) },
        callPort,
        isServerLost,
      };
    },
  });
}

/** The listener for calls. Port 0 picks a free one, which is then kept when the listener is restarted. */
export function callsSpec(port: number, memory: RestartStateHolder): ChildSpec {
  return child({
    id: 'calls',
    logic: callsLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => ({
      port: memory.state.callPort ?? port,
      chats: addressOf(system, CHATS),
      callControl: addressOf(system, CALL_CONTROL),
      heartbeat: addressOf(system, HEARTBEAT),
    }),
  });
}

/** Whose share of the connections a call takes; each call of ours has its own. */
function originOf(input: ChatInput): string {
  if (input.kind === 'outgoing') return `ours ${input.call}`;
  return networkOf(input.socket.remoteAddress ?? 'unknown');
}

/**
 * Cuts off an incoming call for which there is no room, and says so to call control. For a call of ours, call
 * control gets `place.failed`.
 */
function refuseChat(input: ChatInput): void {
  if (input.kind === 'outgoing') return;
  const { socket, control, arrived } = input;
  control.send({ type: 'call.crowded', address: remoteAddressOf(socket), ...arrived });
  socket.destroy();
}
