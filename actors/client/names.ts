/**
 * The names of the client's actors that others write to. Each has one address, however often the actor
 * behind it is restarted.
 */

import type { Socket } from 'node:net';
import type { ClientEvent } from '../../machines/client/client-setup.js';
import type {
  ArchiveCommand,
  CallInput,
  HeartbeatCommand,
  TerminalCommand,
} from '../../machines/client/events.js';
import type { ChildStart } from '../../supervision/administration.js';
import { nameOf } from '../../supervision/mailbox.js';
import type { PortBound } from './heartbeat.js';

export const TERMINAL = nameOf<TerminalCommand>('terminal');
export const HEARTBEAT = nameOf<HeartbeatCommand | PortBound>('heartbeat');
export const ARCHIVE = nameOf<ArchiveCommand>('archive');
export const CHATS = nameOf<ChildStart<CallInput<Socket>>>('chats');
export const CLIENT = nameOf<ClientEvent>('client');
