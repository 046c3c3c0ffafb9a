/**
 * The chat's actor: owns one socket to one buddy and runs the chart of machines/client/chat.ts
 * over it.
 */
import { type Socket } from 'node:net';
import { type ChatEvent } from '../../machines/client/chat.js';
import type { CallInput } from '../../machines/client/events.js';
import type { BehaviourLogic } from '../supervision/behaviour.js';
export type ChatInput = CallInput<Socket>;
export declare const chatLogic: BehaviourLogic<ChatEvent, ChatInput>;
