/**
 * The names of the server's actors that receive events from other actors. Each name has one address, which
 * stays valid when the actor is restarted.
 */

import type { AdministrationEvent, ChildStart } from '../../supervision/administration.js';
import { nameOf } from '../../supervision/mailbox.js';
import type { AdminConnectionInput } from './admin-connection.js';
import type { BusEvent } from './bus.js';
import type { ConnectionInput } from './connection-actor.js';
import type { PresenceEvent } from './presence.js';
import type { SessionsEvent } from './sessions.js';
import type { StoreEvent } from './store-events.js';

/** The maximum number of events that an address holds while its actor is being restarted. */
export const MAX_STASHED_EVENTS = 10_000;

export const STORE = nameOf<StoreEvent>('store');
export const PRESENCE = nameOf<PresenceEvent>('presence');
export const SESSIONS = nameOf<SessionsEvent>('sessions');
export const CONNECTIONS = nameOf<
  ChildStart<ConnectionInput> | Extract<AdministrationEvent, { readonly type: 'children.count' }>
>('connections');
export const ADMIN_CONNECTIONS = nameOf<ChildStart<AdminConnectionInput>>('admin-connections');
export const BUS = nameOf<BusEvent>('bus');
