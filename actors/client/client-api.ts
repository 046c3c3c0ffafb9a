/**
 * The public API of the client library: the exports of the package `buddyline`.
 *
 * docs/scripting.md is its manual. Code in this repository does not import this file; it imports each name
 * from the file that defines it.
 */

export type { CallerHint } from '../../machines/client/callers.js';
export type { Buddy, BuddyList, Endpoint } from '../../protocol/buddy-list.js';
export type { DisplayText } from '../../protocol/display-text.js';
export type { UserId } from '../../protocol/id.js';
export type { Status } from '../../protocol/status.js';
export type { Log } from '../log.js';
export type { ClientNotice, RefusalCause } from './agent.js';
export type { Call, CallProgress } from './call-handles.js';
export type { ClientErrorCode } from './client-error.js';
export { ClientError } from './client-error.js';
export type { CallOptions, Client, CreateClientOptions, ServerAnswer } from './create-client.js';
export { createClient } from './create-client.js';
export type { Chat, ChatEnd, Message } from './open-chat.js';
