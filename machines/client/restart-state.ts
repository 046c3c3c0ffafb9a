/**
 * What the client's actors start with when they are restarted: the tree keeps it for them, and hears of it by the
 * events that they emit.
 */

import type { UserId } from '../../protocol/id.js';
import type { Status } from '../../protocol/status.js';

export interface RestartState {
  /** Who is signed in, and as what. */
  readonly user: { readonly id: UserId; readonly status: Status } | undefined;
  /** Where buddies call: a port that was picked is kept. */
  readonly callPort: number | undefined;
}

/** Emitted by the client when its user signs in, goes away or comes back. */
export interface UserAnnounced {
  readonly type: 'user.announced';
  readonly id: UserId;
  readonly status: Status;
}

/** Emitted by the listener for calls when it is bound. */
export interface PortBound {
  readonly type: 'port.bound';
  readonly port: number;
}

type RestartFact = UserAnnounced | PortBound;

/** The state after an event that the tree emitted. */
export function restartStateAfter(
  state: RestartState,
  event: RestartFact | { readonly type: unknown },
): RestartState {
  if (!isFact(event)) return state;
  switch (event.type) {
    case 'user.announced':
      return { ...state, user: { id: event.id, status: event.status } };
    case 'port.bound':
      return { ...state, callPort: event.port };
  }
}

function isFact(event: { readonly type: unknown }): event is RestartFact {
  return event.type === 'user.announced' || event.type === 'port.bound';
}
