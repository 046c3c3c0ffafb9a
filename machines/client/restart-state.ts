/**
 * The state with which the client's actors restart. The tree keeps this state, and updates it from the events
 * that the actors emit.
 */

import type { UserId } from '../../protocol/id.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';
import type { Attendance } from './attendance.js';
import type { Speakers, SpeakersChanged } from './dialects.js';

export interface RestartState {
  /** The signed-in user, and whether that user is at the terminal. */
  readonly user: { readonly id: UserId; readonly attendance: Attendance } | undefined;
  /** The port on which buddies call. A restarted listener binds the same port. */
  readonly callPort: number | undefined;
  /** True while the server is lost. The server's next answer is then reported. */
  readonly isServerLost: boolean;
  /**
   * The last session of a user with a key. If a login has failed and no session was ever open, this is a
   * random name. A restarted heartbeat asks the server to replace this session.
   */
  readonly session?: SessionId | undefined;
  /** Peers that are known to speak dialect B. */
  readonly speakers: Speakers;
}

/** Emitted by the client when the user signs in, goes away or comes back. */
export interface UserAnnounced {
  readonly type: 'user.announced';
  readonly id: UserId;
  readonly attendance: Attendance;
}

/** Emitted by the listener for calls when it is bound. */
export interface PortBound {
  readonly type: 'port.bound';
  readonly port: number;
}

/** Emitted by the heartbeat. */
export interface ServerConnectivityChanged {
  readonly type: 'server.lost' | 'server.found';
}

/** Emitted by the client: the user does not want to send the undelivered lines of a private chat again. */
export interface LinesDropped {
  readonly type: 'lines.dropped';
  readonly user: UserId;
  readonly buddy: UserId;
}

/** Emitted by the heartbeat when the server has opened a session for a user with a key. */
export interface SessionOpened {
  readonly type: 'session.opened';
  readonly session: SessionId;
}

/**
 * Emitted by the heartbeat when a login got no answer, or when the server replied that it is busy. After this
 * event, a restarted heartbeat does not end the session of another client.
 */
export interface LoginFailed {
  readonly type: 'login.failed';
  readonly session: SessionId;
}

/** Emitted by the heartbeat when the user is signed out. */
export interface SessionEnded {
  readonly type: 'session.ended';
  readonly id: UserId;
}

type RestartFact =
  | UserAnnounced
  | PortBound
  | ServerConnectivityChanged
  | SessionOpened
  | LoginFailed
  | SessionEnded
  | SpeakersChanged;

/** Returns the state after an event that an actor emitted. Events of other types change nothing. */
export function restartStateAfter(
  state: RestartState,
  event: RestartFact | { readonly type: unknown },
): RestartState {
  if (!isFact(event)) return state;
  switch (event.type) {
    case 'user.announced': {
      const { session: _, ...rest } = state;
      const user = { id: event.id, attendance: event.attendance };
      return event.id === state.user?.id ? { ...state, user } : { ...rest, user };
    }
    case 'session.opened':
    case 'login.failed':
      return { ...state, session: event.session };
    case 'session.ended':
      return event.id === state.user?.id ? { ...state, user: undefined, session: undefined } : state;
    case 'port.bound':
      return { ...state, callPort: event.port };
    case 'server.lost':
      return { ...state, isServerLost: true };
    case 'server.found':
      return { ...state, isServerLost: false };
    case 'speakers.changed':
      return { ...state, speakers: event.speakers };
  }
}

const FACTS: ReadonlySet<unknown> = new Set<RestartFact['type']>([
  'user.announced',
  'port.bound',
  'server.lost',
  'server.found',
  'session.opened',
  'login.failed',
  'session.ended',
  'speakers.changed',
]);

function isFact(event: { readonly type: unknown }): event is RestartFact {
  return FACTS.has(event.type);
}
