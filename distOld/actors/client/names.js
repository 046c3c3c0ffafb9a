/**
 * The names of the client's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */
import { nameOf } from '../supervision/mailbox.js';
export const TERMINAL = nameOf('terminal');
export const HEARTBEAT = nameOf('heartbeat');
export const CHATS = nameOf('chats');
export const CLIENT = nameOf('client');
