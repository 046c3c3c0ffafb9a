/**
 * The chat's actor: owns one socket to one buddy and runs the chart of machines/client/chat.ts
 * over it.
 */

import { connect, type Socket } from 'node:net';
import type { CallInput, ChatReport } from '../../machines/client/call-events.js';
import { chatMachine } from '../../machines/client/chat.js';
import type { ChatAction, ChatEvent } from '../../machines/client/chat-setup.js';
import { plainAddress } from '../../protocol/address.js';
import {
  encodeAcceptance,
  encodeGreeting,
  isAcceptanceOfB,
  type Opening,
  parseOpening,
  REFUSAL_LINE,
} from '../../protocol/call.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine, encodeMessage, MAX_MESSAGE_BYTES } from '../../protocol/message.js';
import type { BehaviourLogic, BehaviourScope, Timer } from '../../supervision/behaviour.js';
import { fromChart } from '../chart.js';
import { Delivery } from './delivery.js';
import { Reading } from './line-throttle.js';
import { networkReason } from './network-reason.js';

/** Longest wait for the first line of a caller that says first who it is, in milliseconds. */
const GREETING_TIMEOUT_MS = 250;

/** Longest wait for a connection to a buddy, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Longest wait for a buddy to close after us when it has answered all of our lines, in milliseconds. */
const LINGER_MS = 5_000;

/** How long a caller that is refused may take to read so, and to close, in milliseconds. */
const REFUSAL_LINGER_MS = 1_000;

/** Most lines kept of a caller that talks before it is accepted; then it is not read on. */
const MAX_EARLY_LINES = 16;

/** Told to the buddy, as a line of the chat, when one of its lines or ours was cut. */
const YOURS_WAS_CUT = '(your message was longer than 16 KiB: I got its beginning)';
const MINE_WAS_CUT = '(my message was longer than 16 KiB: you got its beginning)';

/** Why a connection is over that the kernel has dropped: as the reason of a socket that was reset. */
const WAS_RESET = toDisplayText('the connection was cut');
/**
 * How soon after it was accepted a caller that never said a word ends the chat when it did not understand, in
 * milliseconds.
 */
const MUTE_MS = 1_000;

/** Why a chat with a caller of dialect E is over. */
const CANNOT_BE_ANSWERED = 'its program cannot be answered here';

type LineReceived = Extract<ChatEvent, { text: string; cut: boolean }>;

export type ChatInput = CallInput<Socket>;

interface Chat {
  readonly input: ChatInput;
  readonly socket: Socket;
  readonly scope: BehaviourScope<ChatEvent>;
  timer: Timer | undefined;
  /** Taken at once: a socket that is closed has none. */
  readonly callerAddress: DisplayText;
  opening: Opening | undefined;
  /** When and how a caller was accepted. */
  acceptance: { readonly atMs: number; readonly inWordsOfB: boolean } | undefined;
  readonly earlyLines: LineReceived[];
  readonly delivery: Delivery;
  readonly reading: Reading;
  readonly patience: ChatPatience;
}

/** How long the end of a chat may take, in milliseconds. */
export interface ChatPatience {
  /** For the buddy's machine to confirm more lines. */
  readonly confirmationMs: number;
  /** For a buddy to close after us when it may have unread lines: it resets the connection then. */
  readonly unreadMs: number;
}

export interface ChatOptions {
  /** Where the user takes calls at present, if anywhere: the buddy who is called hears it. */
  readonly callPort: () => number | undefined;
  readonly patience: () => ChatPatience;
}

/** Actor logic of a chat. */
export function chatLogic({
  callPort,
  patience: patienceNow,
}: ChatOptions): BehaviourLogic<ChatEvent, ChatInput> {
  return fromChart<ChatEvent, ChatAction, ChatInput, Chat>(chatMachine, {
    open(scope, input) {
      const { self } = scope;
      const patience = patienceNow();
      const socket =
        input.kind === 'incoming'
          ? input.socket
          : connect({
              host: input.endpoint.address,
              port: input.endpoint.port,
              allowHalfOpen: true,
              noDelay: true,
            });
      const lines = new Lines(input.kind === 'incoming');
      const reading = new Reading(
        socket,
        scope.guard((line: Line) => self.send(lines.eventOf('line.received', line))),
      );
      const delivery = new Delivery(socket, scope, patience.confirmationMs, {
        onDead() {
          reading.flush();
          self.send({ type: 'socket.died' });
        },
        onConfirmed: () => self.send({ type: 'delivery.confirmed' }),
        onStalled: () => self.send({ type: 'delivery.stalled' }),
        onReset: () => self.send({ type: 'socket.failed', reason: WAS_RESET, isReset: true }),
        onProgress: () => tell(chat, { type: 'delivery.progressed' }),
      });
      const chat: Chat = {
        input,
        socket,
        scope,
        timer: undefined,
        callerAddress: remoteAddressOf(socket),
        opening: undefined,
        acceptance: undefined,
        earlyLines: [],
        delivery,
        reading,
        patience,
      };
      listen(chat, lines);
      self.send({ type: input.kind === 'incoming' ? 'call.arrived' : 'call.dialled' });
      if (input.kind === 'outgoing') tell(chat, { type: 'call.placed', call: input.call });
      return chat;
    },

    actions: {
      startGreetingTimer: (chat) => startTimer(chat, GREETING_TIMEOUT_MS),
      startConnectTimer: (chat) => startTimer(chat, CONNECT_TIMEOUT_MS),
      startLingerTimer: (chat) =>
        startTimer(chat, chat.delivery.hasUnread ? chat.patience.unreadMs : LINGER_MS),
      startDrainTimer: (chat) => startTimer(chat, chat.patience.confirmationMs),
      startRefusalTimer: (chat) => startTimer(chat, REFUSAL_LINGER_MS),
      stopTimer: ({ scope, timer }) => scope.cancel(timer),

      readOpening: readFirstLine,
      readLateLine(chat, event) {
        if (chat.opening === undefined) readFirstLine(chat, event);
        else keepEarlyLine(chat, event as LineReceived);
      },

      sendGreeting({ input, scope, socket }) {
        if (input.kind === 'incoming' || (input.speaksBUntilMs ?? 0) > scope.now()) return;
        socket.write(encodeGreeting(input.caller, callPort() ?? 0));
      },
      sendAcceptance(chat, event) {
        const { opening, scope, socket } = chat;
        const { speaksB = false } = event as Extract<ChatEvent, { type: 'call.accept' }>;
        chat.acceptance = { atMs: scope.now(), inWordsOfB: speaksB };
        socket.write(encodeAcceptance(opening, speaksB));
      },
      sendRefusal: ({ socket }) => socket.end(REFUSAL_LINE),
      sendMessage(chat, event) {
        const { text } = event as Extract<ChatEvent, { type: 'message.send' }>;
        const { bytes, cut } = encodeMessage(text);
        // Back-pressure: the next line is asked for when this one has gone to the network.
        const sent = toDisplayText(decodeLine({ bytes: bytes.subarray(0, -1), cut }));
        const onSent = chat.scope.guard(() => tell(chat, { type: 'message.sent', text: sent, cut }));
        chat.delivery.write(text, bytes, onSent);
        if (cut) chat.delivery.write(undefined, encodeMessage(MINE_WAS_CUT).bytes, () => {});
      },
      watchDelivery: ({ delivery }) => delivery.watch(),
      awaitDelivery({ delivery, reading }) {
        reading.release(); // else the buddy's own end would never be seen
        delivery.finish();
      },
      pauseReading: ({ reading }) => reading.hold(),
      resumeReading: ({ reading }) => reading.release(),
      hangUp({ socket, reading, delivery }) {
        delivery.flush();
        reading.release(); // as above: a chat may end without being drained
        socket.end();
      },

      announceCall(chat) {
        const { callerAddress: address, opening } = chat;
        const caller = opening !== undefined && 'caller' in opening ? opening.caller : undefined;
        tell(chat, { type: 'call.received', caller, address });
      },
      announceForeign: (chat) => tell(chat, { type: 'call.foreign', address: chat.callerAddress }),
      announceRinging: (chat) => tell(chat, { type: 'call.ringing' }),
      announceAccepted(chat, event) {
        const { input, socket } = chat;
        if (input.kind === 'outgoing' && isAcceptanceOfB((event as LineReceived).text)) {
          const { port } = input.endpoint;
          tell(chat, { type: 'dialect.heard', address: remoteAddressOf(socket), port, speaksB: true });
        }
        tell(chat, { type: 'call.accepted' });
      },
      announceRefused: (chat) => tell(chat, { type: 'call.refused' }),
      announceFailed(chat, event) {
        tell(chat, {
          type: 'call.failed',
          reason: (event as Extract<ChatEvent, { type: 'socket.failed' }>).reason,
        });
      },
      announceUnreachable: (chat) => tell(chat, { type: 'call.failed', reason: toDisplayText('no answer') }),
      announceClosed: (chat) => tellClosed(chat),
      announceLeft: (chat) => tell(chat, { type: 'peer.left' }),
      announceUndelivered(chat, event) {
        const isReset = event.type === 'socket.failed' && event.isReset;
        for (const text of chat.delivery.takeLost({ isReset })) tell(chat, { type: 'message.lost', text });
      },
      announceBroken(chat, event) {
        const { reason, isReset } = event as Extract<ChatEvent, { type: 'socket.failed' }>;
        tellBroken(chat, reason, isReset);
      },
      announceDead: (chat) => tellBroken(chat, toDisplayText('no sign of life'), false),
      announceUnread: (chat) => tellBroken(chat, toDisplayText(CANNOT_BE_ANSWERED), true),
      announceMute(chat) {
        const { acceptance, callerAddress: address } = chat;
        tell(chat, { type: 'dialect.heard', address, speaksB: acceptance?.inWordsOfB !== true });
        // It never read what it was sent.
        for (const text of chat.delivery.takeLost({ isReset: true }))
          tell(chat, { type: 'message.lost', text });
      },
      announceAbandoned: (chat) => tellBroken(chat, toDisplayText('your buddy does not read'), false),

      deliverEarlyLines(chat) {
        for (const line of chat.earlyLines.splice(0)) deliver(chat, line);
        chat.reading.release();
      },
      deliverMessage: (chat, event) => deliver(chat, event as LineReceived),
    },

    release(chat, isFinal) {
      chat.scope.cancel(chat.timer);
      chat.delivery.release();
      chat.socket.destroy();
      // However it ended, and even if it said so before: the client must not wait for it.
      if (isFinal) tellClosed(chat);
      else tellBroken(chat, toDisplayText('the chat crashed'), false);
    },
  });
}

/** Turns what the socket says into the chart's events: bytes become lines of text here. */
function listen(chat: Chat, lines: Lines): void {
  const { socket, reading, delivery, scope } = chat;
  const { self } = scope;
  const splitter = new LineSplitter(MAX_MESSAGE_BYTES);
  socket.on('connect', () => self.send({ type: 'socket.connected' }));
  socket.on(
    'data',
    scope.guard((chunk: Buffer) => {
      const some = splitter.push(chunk);
      // Now, not when they are taken: what was written meanwhile is no answer to them.
      if (some.length > 0 && !lines.asksForCallback(some)) delivery.heard();
      reading.push(some, chunk.length);
    }),
  );
  socket.on(
    'end',
    scope.guard(() => {
      const line = splitter.end();
      reading.end(() => {
        if (line !== undefined) self.send(lines.eventOf('line.torn', line));
        if (isMute(chat)) self.send({ type: 'caller.muted' });
        self.send({ type: 'socket.ended' });
      });
    }),
  );
  socket.on(
    'close',
    scope.guard(() => {
      reading.finish();
      if (isMute(chat)) self.send({ type: 'caller.muted' });
      self.send({ type: 'socket.closed' });
    }),
  );
  socket.on(
    'error',
    scope.guard((error: NodeJS.ErrnoException) => {
      // The end may have come, and wait: that it broke is the news.
      reading.flush();
      const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (isReset && isMute(chat)) self.send({ type: 'caller.muted' });
      self.send({ type: 'socket.failed', reason: networkReason(error), isReset });
    }),
  );
}

/** Whether a caller never said a word, and was accepted only a moment ago. */
function isMute({ acceptance, scope, socket }: Chat): boolean {
  if (acceptance === undefined || socket.bytesRead > 0) return false;
  return scope.now() - acceptance.atMs < MUTE_MS;
}

/** Turns lines into events. A caller's first line may be no line of a chat. */
class Lines {
  readonly #isCalled: boolean;
  #isFirst = true;

  constructor(isCalled: boolean) {
    this.#isCalled = isCalled;
  }

  eventOf(type: LineReceived['type'], line: Line): ChatEvent {
    const asksForCallback = this.asksForCallback([line]);
    this.#isFirst = false;
    if (asksForCallback) return { type: 'callback.asked' };
    return { type, text: decodeLine(line), cut: line.cut };
  }

  /** Whether the next lines begin with the opening of dialect E. */
  asksForCallback([line]: readonly Line[]): boolean {
    if (!this.#isCalled || !this.#isFirst || line === undefined) return false;
    return parseOpening(decodeLine(line)).kind === 'callback';
  }
}

/** The other end of a connection. */
export function remoteAddressOf({ remoteAddress = 'unknown' }: Socket): DisplayText {
  return toDisplayText(plainAddress(remoteAddress));
}

function startTimer(chat: Chat, delayMs: number): void {
  chat.scope.cancel(chat.timer);
  chat.timer = chat.scope.sendLater({ type: 'timer.passed' }, delayMs);
}

function tell(chat: Chat, report: ChatReport): void {
  const { input, scope } = chat;
  input.control.send({ ...report, chat: scope.self, atMs: Date.now(), uptimeMs: scope.now() });
}

/** Line by line, what may not have arrived of what was sent; then the rest, as when it is closed. */
function tellBroken(chat: Chat, reason: DisplayText, isReset: boolean): void {
  for (const text of chat.delivery.takeLost({ isReset })) tell(chat, { type: 'message.lost', text });
  tellClosed(chat, reason);
}

/** Line by line, what was not sent; then that it is over, and the reason where nobody closed it. */
function tellClosed(chat: Chat, reason?: DisplayText): void {
  for (const text of chat.delivery.takeWaiting()) tell(chat, { type: 'message.failed', text });
  tell(chat, { type: 'chat.closed', ...(reason !== undefined && { reason }) });
}

/** The first line says who calls and how; where it says neither, it is the first message. */
function readFirstLine(chat: Chat, event: ChatEvent): void {
  const line = event as LineReceived;
  chat.opening = parseOpening(line.text);
  if (chat.opening.kind === 'message') keepEarlyLine(chat, line);
}

function keepEarlyLine(chat: Chat, line: LineReceived): void {
  chat.earlyLines.push(line);
  if (chat.earlyLines.length >= MAX_EARLY_LINES) chat.reading.hold();
}

function deliver(chat: Chat, { text, cut }: LineReceived): void {
  tell(chat, { type: 'message.received', text: toDisplayText(text), cut });
  if (cut) chat.socket.write(encodeMessage(YOURS_WAS_CUT).bytes);
}
