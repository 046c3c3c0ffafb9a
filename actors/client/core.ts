/**
 * The parts that the trees of a person's client and of a program's client share: the chats with call control
 * and its owner, the heartbeat, and the listener for calls.
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
import { chatLogic } from './chat-connection.js';
import { type ChatInput, remoteAddressOf } from './chat-resource.js';
import type { ServerPorts } from './chosen-server.js';
import { CALL_CONTROL, CHATS, CLIENT, HEARTBEAT } from './client-names.js';
import type { Directory } from './directory.js';
import { heartbeatWith } from './heartbeat.js';
import type { Privacy } from './privacy.js';
import { trustLogic } from './trust-actor.js';

/**
 * The maximum number of chat actors at once. One of them has the current call or chat; the others are
 * starting, being refused, or closing. When the limit is reached, the supervisor asks chats of the address
 * with the most chats to make room. A chat then ends if its call has not rung yet, was refused, or is over.
 */
const MAX_CHATS = 32;

/** The maximum number of chat actors that one address may have. */
const MAX_CALLS_PER_ADDRESS = 8;

/** The maximum number of events that wait in an actor's mailbox while it is restarted. */
export const MAX_STASHED_EVENTS = 1_000;

/** How long chats may take at a shutdown to deliver their lines and to close, in milliseconds. */
const CHATS_GRACE_MS = 2_000;

/**
 * How many restarts a supervisor allows before it gives up. A supervisor that gave up is restarted by the
 * supervisor above it, so the limits of the levels multiply.
 */
export const CLIENT_LIMITS: RestartLimits = { intensity: 10, periodMs: 10_000 };
export const CONVERSATION_LIMITS: RestartLimits = { intensity: 4, periodMs: 10_000 };

/**
 * Each incarnation of call control has a range of this many call numbers, so that no number is used twice.
 */
const CALLS_PER_INCARNATION = 2 ** 32;

/** Holds the state that restarted actors start with. */
export class RestartStateHolder {
  state: RestartState;
  readonly #followers = new Set<() => void>();

  constructor(user: RestartState['user']) {
    this.state = { user, callPort: undefined, isServerLost: false, speakers: [] };
  }

  /** Updates the state after an event that the tree emitted. */
  update(event: { readonly type: unknown }): void {
    this.state = restartStateAfter(this.state, event);
    if (event.type === 'user.announced') for (const follower of this.#followers) follower();
  }

  /**
   * Calls `follower` whenever the user signs in, goes away or comes back. Returns a function that removes
   * `follower`.
   */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** The limits in which a person's client and a program's client differ. */
export type CallLimits = Pick<CallControlInput, 'patienceMs' | 'maxLines' | 'maxHeldLines' | 'blocked'> & {
  /** How long to wait for a buddy to close if it has sent nothing since our last line, in milliseconds. */
  readonly unreadMs: number;
};

/** Default of {@link CallLimits.unreadMs}. */
export const UNREAD_PATIENCE_MS = 10_000;

/**
 * Spec of the conversation supervisor. Its children are the supervisor of the chats, call control, and the
 * owner of call control. When one child crashes, all are restarted, because a chat that call control does not
 * know would keep a buddy waiting. When the owner ends by itself, the whole tree ends.
 */
export function conversationSpec(
  owner: ChildSpec,
  holder: RestartStateHolder,
  limits: () => CallLimits,
  privacy: Privacy,
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
              callPort: () => holder.state.callPort,
              patience: () => ({
                confirmationMs: limits().patienceMs,
                unreadMs: limits().unreadMs,
              }),
              user: () => holder.state.user?.id,
              privacy,
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
            speakers: holder.state.speakers,
            lastCall: incarnations++ * CALLS_PER_INCARNATION,
          };
        },
      }),
      owner,
    ],
  });
  return child({ id: 'conversation', logic, restart: 'transient', significant: true });
}

/** Spec of the actor that reports what is known about the keys of buddies, to the owner of call control. */
export function trustSpec(privacy: Privacy, holder: RestartStateHolder): ChildSpec {
  return child({
    id: 'trust',
    logic: trustLogic(privacy, holder),
    input: (system) => ({ owner: addressOf(system, CLIENT) }),
  });
}

/** Spec of the heartbeat. */
export function heartbeatSpec(
  server: ServerPorts,
  holder: RestartStateHolder,
  directory: Directory,
): ChildSpec {
  return child({
    id: HEARTBEAT,
    address: { stashLimit: MAX_STASHED_EVENTS },
    logic: heartbeatWith(directory),
    backoff: RESTART_BACKOFF,
    input: (system) => {
      const { user, callPort, isServerLost, session } = holder.state;
      return {
        server,
        client: addressOf(system, CLIENT),
        user: user && { id: user.id, status: statusOf(user.attendance) },
        callPort,
        isServerLost,
        session,
      };
    },
  });
}

/** Spec of the listener for calls. Port 0 picks a free port; a restarted listener keeps that port. */
export function callsSpec(port: number, holder: RestartStateHolder): ChildSpec {
  return child({
    id: 'calls',
    logic: callsLogic,
    backoff: RESTART_BACKOFF,
    input: (system) => ({
      port: holder.state.callPort ?? port,
      chats: addressOf(system, CHATS),
      callControl: addressOf(system, CALL_CONTROL),
      heartbeat: addressOf(system, HEARTBEAT),
    }),
  });
}

/** The quota key of a call: the caller's network. Each outgoing call has a key of its own. */
function originOf(input: ChatInput): string {
  if (input.kind === 'outgoing') return `outgoing ${input.call}`;
  return networkOf(input.socket.remoteAddress ?? 'unknown');
}

/**
 * Cuts an incoming call that exceeds the limits, and reports it to call control. Does nothing for an outgoing
 * call: call control learns of this failure from the reply to its request (`place.failed`).
 */
function refuseChat(input: ChatInput): void {
  if (input.kind === 'outgoing') return;
  const { socket, control, arrived } = input;
  control.send({ type: 'call.crowded', address: remoteAddressOf(socket), ...arrived });
  socket.destroy();
}
