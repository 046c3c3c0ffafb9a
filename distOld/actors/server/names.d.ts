/**
 * The names of the server's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */
import type { ChildStart } from '../supervision/administration.js';
import type { ConnectionInput } from './connection.js';
import type { PresenceEvent } from './presence.js';
import type { StoreEvent } from './store.js';
export declare const STORE: import("../supervision/mailbox.js").Name<StoreEvent>;
export declare const PRESENCE: import("../supervision/mailbox.js").Name<PresenceEvent>;
export declare const CONNECTIONS: import("../supervision/mailbox.js").Name<ChildStart<ConnectionInput>>;
