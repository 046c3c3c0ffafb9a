/**
 * The public face of the client library: what a program that imports `buddyline` is given.
 *
 * docs/scripting.md is its manual. Within this house, nobody imports this file: each takes what it needs from
 * where it is.
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
