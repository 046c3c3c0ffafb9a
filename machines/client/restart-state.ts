/**
 * What the client's actors start with when they are restarted: the tree keeps it for them, and hears of it by
 * the events that they emit.
 */

import type { UserId } from '../../protocol/id.js';
import type { Attendance } from './attendance.js';
import type { Speakers, SpeakersChanged } from './dialects.js';

export interface RestartState {
  /** Who is signed in, and whether they are there. */
  readonly user: { readonly id: UserId; readonly attendance: Attendance } | undefined;
  /** Where buddies call: a port that was picked is kept. */
  readonly callPort: number | undefined;
  /** True while the server is lost: that it answers again is then news. */
  readonly isServerLost: boolean;
  /** Who speaks dialect B, as far as call control knows. */
  readonly speakers: Speakers;
}

/** Emitted by the client when its user signs in, goes away or comes back. */
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

type RestartFact = UserAnnounced | PortBound | ServerConnectivityChanged | SpeakersChanged;

/** The state after an event that the tree emitted. */
export function restartStateAfter(
  state: RestartState,
  event: RestartFact | { readonly type: unknown },
): RestartState {
  if (!isFact(event)) return state;
  switch (event.type) {
    case 'user.announced':
      return { ...state, user: { id: event.id, attendance: event.attendance } };
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
  'speakers.changed',
]);

function isFact(event: { readonly type: unknown }): event is RestartFact {
  return FACTS.has(event.type);
}
