/**
 * The names of the client's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */
import type { Socket } from 'node:net';
import type { ClientEvent } from '../../machines/client/client-setup.js';
import type { CallInput, HeartbeatCommand, TerminalCommand } from '../../machines/client/events.js';
import type { ChildStart } from '../supervision/administration.js';
import type { PortBound } from './heartbeat.js';
export declare const TERMINAL: import("../supervision/mailbox.js").Name<TerminalCommand>;
export declare const HEARTBEAT: import("../supervision/mailbox.js").Name<HeartbeatCommand | PortBound>;
export declare const CHATS: import("../supervision/mailbox.js").Name<ChildStart<CallInput<Socket>>>;
export declare const CLIENT: import("../supervision/mailbox.js").Name<ClientEvent>;
