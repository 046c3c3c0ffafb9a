/**
 * The names of the server's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */

import type { ChildStart } from '../../supervision/administration.js';
import { nameOf } from '../../supervision/mailbox.js';
import type { ConnectionInput } from './connection-actor.js';
import type { PresenceEvent } from './presence.js';
import type { StoreEvent } from './store-actor.js';

export const STORE = nameOf<StoreEvent>('store');
export const PRESENCE = nameOf<PresenceEvent>('presence');
export const CONNECTIONS = nameOf<ChildStart<ConnectionInput>>('connections');
