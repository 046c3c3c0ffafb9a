/**
 * The names of the server's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */
import { nameOf } from '../supervision/mailbox.js';
export const STORE = nameOf('store');
export const PRESENCE = nameOf('presence');
export const CONNECTIONS = nameOf('connections');
