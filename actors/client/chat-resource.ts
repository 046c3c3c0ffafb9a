/**
 * What the actor of a chat owns, and how the actor reports to call control. chat-connection.ts has the
 * actions of chats in clear. private-connection.ts has the actions of private chats.
 */

import type { Socket } from 'node:net';
import type { CallInput, ChatReport } from '../../machines/client/call-events.js';
import type { ChatEvent } from '../../machines/client/chat-setup.js';
import { plainAddress } from '../../protocol/address.js';
import type { Opening } from '../../protocol/call.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import type { Delivery } from './delivery.js';
import type { LineThrottle } from './line-throttle.js';
import type { CallPlan, Privacy, Screening } from './privacy.js';
import type { SecureLine } from './secure-line.js';

export type ChatInput = CallInput<Socket>;

export type LineReceived = Extract<ChatEvent, { text: string; cut: boolean }>;

export interface Chat {
  readonly input: ChatInput;
  readonly socket: Socket;
  readonly scope: BehaviourScope<ChatEvent>;
  timer: Timer | undefined;
  /** The actor reads the address when it starts, because a closed socket has no address. */
  readonly callerAddress: DisplayText;
  opening: Opening | undefined;
  /** When and in which words a caller was accepted. */
  acceptance: { readonly atMs: number; readonly inWordsOfB: boolean } | undefined;
  readonly earlyLines: LineReceived[];
  /** The lines in clear. */
  readonly delivery: Delivery;
  readonly throttle: LineThrottle;
  readonly patience: ChatPatience;
  /**
   * The user who calls or is called, and what private calls need; `undefined` if all calls are in clear: see
   * `Privacy.decidesFor`.
   */
  readonly keys: { readonly user: UserId | undefined; readonly privacy: Privacy } | undefined;
  /** The first bytes from a caller that begins TLS. */
  tlsBytes: Buffer | undefined;
  /** Connects an outgoing call. */
  readonly connect: () => void;
  /** Removes the listeners that read lines in clear, so that TLS can take over the socket. */
  readonly detach: () => void;
  /** The decision about the called buddy. */
  plan: CallPlan | undefined;
  /** The decision about a caller. */
  screening: Screening | undefined;
  /** The connection inside TLS. */
  secure: SecureLine | undefined;
  /** Stops watching the trust in the buddy. */
  stopKeeping: () => void;
  /** True once the user has left a private chat. */
  isLeaving: boolean;
  /** Runs while lines of a private chat are unconfirmed. */
  lateTimer: Timer | undefined;
  /** True after the user was told that lines are late. */
  isLate: boolean;
}

/** How long the end of a chat may take, in milliseconds. */
export interface ChatPatience {
  /** Longest wait for the next confirmation from the buddy's machine. */
  readonly confirmationMs: number;
  /**
   * Longest wait for the buddy to close if it has sent nothing since our last line, and may therefore have
   * unread lines. If the buddy closes with unread lines, its machine resets the connection.
   */
  readonly unreadMs: number;
}

export function startTimer(chat: Chat, delayMs: number): void {
  chat.scope.cancel(chat.timer);
  chat.timer = chat.scope.sendLater({ type: 'timer.passed' }, delayMs);
}

export function report({ input, scope }: Chat, event: ChatReport): void {
  input.control.send({ ...event, chat: scope.self, atMs: Date.now(), uptimeMs: scope.now() });
}

/** The address of the other end of a connection. */
export function remoteAddressOf({ remoteAddress = 'unknown' }: Socket): DisplayText {
  return toDisplayText(plainAddress(remoteAddress));
}
