/**
 * The names of the client's actors to which other actors send events. Each name has one address, which stays
 * the same when the actor behind it is restarted.
 */

import type { Socket } from 'node:net';
import type { CallControlEvent } from '../../machines/client/call-control-context.js';
import type { CallInput } from '../../machines/client/call-events.js';
import type { ClientEvent } from '../../machines/client/client-context.js';
import type { ArchiveCommand, HeartbeatCommand, TerminalCommand } from '../../machines/client/events.js';
import type { PortBound } from '../../machines/client/restart-state.js';
import type { ChildStart } from '../../supervision/administration.js';
import { nameOf } from '../../supervision/mailbox.js';

export const TERMINAL = nameOf<TerminalCommand>('terminal');
export const HEARTBEAT = nameOf<HeartbeatCommand | PortBound>('heartbeat');
export const ARCHIVE = nameOf<ArchiveCommand>('archive');
export const CHATS = nameOf<ChildStart<CallInput<Socket>>>('chats');
export const CALL_CONTROL = nameOf<CallControlEvent>('call-control');
export const CLIENT = nameOf<ClientEvent>('client');
