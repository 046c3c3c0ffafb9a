/**
 * The chat's actor: owns the socket to one buddy, and runs the chart of machines/client/chat.ts over it. The
 * actions of private chats are in private-connection.ts.
 */

import { Socket, type SocketConstructorOpts } from 'node:net';
import { TLS_FIRST_BYTE } from '../../keys/tls.js';
import { chatMachine } from '../../machines/client/chat.js';
import type { ChatAction, ChatEvent } from '../../machines/client/chat-setup.js';
import type { Protection } from '../../machines/client/protection.js';
import {
  encodeAcceptance,
  encodeGreeting,
  isAcceptanceOfB,
  parseOpening,
  REFUSAL_LINE,
} from '../../protocol/call.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';
import { decodeLine, encodeMessage, MAX_MESSAGE_BYTES } from '../../protocol/message.js';
import type { BehaviourLogic } from '../../supervision/behaviour.js';
import { fromChart } from '../chart.js';
import {
  type Chat,
  type ChatInput,
  type ChatPatience,
  type LineReceived,
  remoteAddressOf,
  report,
  startTimer,
} from './chat-resource.js';
import { Delivery } from './delivery.js';
import { LineThrottle } from './line-throttle.js';
import { networkReason } from './network-reason.js';
import type { Privacy } from './privacy.js';
import {
  callerOf,
  privateActions,
  protectionOf,
  refusePrivately,
  reportPrivateEnd,
  screen,
} from './private-connection.js';

/** Longest wait for a caller's greeting, in milliseconds. Callers of some dialects send none. */
const GREETING_TIMEOUT_MS = 250;

/** Longest wait for a connection to a buddy, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Longest wait for the buddy to close its side after this client has closed its own side, in milliseconds.
 * Applies if the buddy has sent something since our last line. Otherwise, `ChatPatience.unreadMs` applies.
 */
const LINGER_MS = 5_000;

/** How long a refused caller may take to read the refusal and to close, in milliseconds. */
const REFUSAL_LINGER_MS = 1_000;

/**
 * The maximum number of lines kept from a caller that sends lines before it is accepted. At the limit,
 * reading pauses.
 */
const MAX_EARLY_LINES = 16;

/** Sent to the buddy, as lines of the chat, when a line of the buddy or of the user was cut. */
const YOURS_WAS_CUT = '(your message was longer than 16 KiB: I got its beginning)';
const MINE_WAS_CUT = '(my message was longer than 16 KiB: you got its beginning)';

/** The reason given for a connection that the kernel no longer has. It is the same as for ECONNRESET. */
const WAS_RESET = toDisplayText('the connection was cut');

/**
 * A caller that has sent nothing, and ends the chat within this time after its call was accepted, did not
 * understand the acceptance. In milliseconds.
 */
const MUTE_MS = 1_000;

/** The options of an outgoing socket. The types of Node.js lack `noDelay`. */
const HALF_OPEN = { allowHalfOpen: true, noDelay: true } as SocketConstructorOpts;

/** The reason given when a chat with a caller of dialect E ends. */
const CANNOT_BE_ANSWERED = 'its program cannot be answered here';

export interface ChatOptions {
  /** The port on which the user takes calls at present, if there is one. The greeting names this port. */
  readonly callPort: () => number | undefined;
  readonly patience: () => ChatPatience;
  /** The signed-in user. */
  readonly user: () => UserId | undefined;
  readonly privacy: Privacy;
}

/** Actor logic of a chat. */
export function chatLogic({
  callPort,
  patience: patienceNow,
  privacy,
  user: userNow,
}: ChatOptions): BehaviourLogic<ChatEvent, ChatInput> {
  return fromChart<ChatEvent, ChatAction, ChatInput, Chat>(chatMachine, {
    open(scope, input) {
      const { self } = scope;
      const patience = patienceNow();
      const socket = input.kind === 'incoming' ? input.socket : new Socket(HALF_OPEN);
      const user = input.kind === 'incoming' ? userNow() : input.caller;
      const keys = privacy.decidesFor(user) ? { user, privacy } : undefined;
      const lines = new Lines(input.kind === 'incoming');
      const throttle = new LineThrottle(
        socket,
        scope.guard((line: Line) => self.send(lines.toEvent('line.received', line))),
      );
      const delivery = new Delivery(socket, scope, patience.confirmationMs, {
        onDead() {
          throttle.drain();
          self.send({ type: 'socket.died' });
        },
        onConfirmed: () => self.send({ type: 'delivery.confirmed' }),
        onStalled: () => self.send({ type: 'delivery.stalled' }),
        onReset: () => self.send({ type: 'socket.failed', reason: WAS_RESET, isReset: true }),
        onProgress: () => report(chat, { type: 'delivery.progressed' }),
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
        throttle,
        patience,
        keys,
        tlsBytes: undefined,
        connect() {
          if (input.kind === 'incoming') return;
          const { address: host, port } = input.endpoint;
          socket.connect({ host, port });
        },
        detach: () => detach(),
        plan: undefined,
        screening: undefined,
        secure: undefined,
        stopKeeping: () => {},
        isLeaving: false,
        lateTimer: undefined,
        isLate: false,
      };
      const detach = listen(chat, lines);
      if (input.kind === 'outgoing' && keys === undefined) chat.connect();
      const isChecked = input.kind === 'outgoing' && keys !== undefined;
      if (isChecked) self.send({ type: 'buddy.check' });
      else self.send({ type: input.kind === 'incoming' ? 'call.arrived' : 'call.dialled' });
      if (input.kind === 'outgoing') report(chat, { type: 'call.placed', call: input.call });
      return chat;
    },

    actions: {
      startGreetingTimer: (chat) => startTimer(chat, GREETING_TIMEOUT_MS),
      startConnectTimer: (chat) => startTimer(chat, CONNECT_TIMEOUT_MS),
      ...privateActions,

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
      sendRefusal(chat, event) {
        if (chat.secure !== undefined) refusePrivately(chat, event);
        else chat.socket.end(REFUSAL_LINE);
      },
      sendMessage(chat, event) {
        const { text } = event as Extract<ChatEvent, { type: 'message.send' }>;
        const { bytes, cut } = encodeMessage(text);
        // Back-pressure: the user is asked for the next line when the network has taken this one.
        const sent = toDisplayText(decodeLine({ bytes: bytes.subarray(0, -1), cut }));
        const onSent = chat.scope.guard(() => report(chat, { type: 'message.sent', text: sent, cut }));
        chat.delivery.write(text, bytes, onSent);
        if (cut) chat.delivery.write(undefined, encodeMessage(MINE_WAS_CUT).bytes, () => {});
      },
      watchDelivery: ({ delivery }) => delivery.watch(),
      awaitDelivery({ delivery, throttle }) {
        throttle.resume(); // a paused socket never reports that the buddy closed
        delivery.finish();
      },
      pauseReading: ({ throttle }) => throttle.pause(),
      resumeReading: ({ throttle }) => throttle.resume(),
      hangUp({ secure, socket, throttle, delivery }) {
        if (secure !== undefined) return secure.end();
        delivery.flush();
        throttle.resume(); // needed here too, because not every chat has run `awaitDelivery`
        socket.end();
      },

      checkCaller(chat) {
        const { keys, scope } = chat;
        if (keys === undefined) return scope.self.send({ type: 'caller.allowed' });
        screen(chat, { name: callerOf(chat), device: undefined, isForUser: false });
      },
      announceCall(chat) {
        const { callerAddress: address } = chat;
        report(chat, { type: 'call.received', caller: callerOf(chat), address, ...protectionField(chat) });
      },
      announceForeign: (chat) => report(chat, { type: 'call.foreign', address: chat.callerAddress }),
      announceRinging: (chat) => report(chat, { type: 'call.ringing' }),
      announceAccepted(chat, event) {
        const { input, socket } = chat;
        if (
          chat.secure === undefined &&
          input.kind === 'outgoing' &&
          isAcceptanceOfB((event as LineReceived).text)
        ) {
          const { port } = input.endpoint;
          report(chat, { type: 'dialect.heard', address: remoteAddressOf(socket), port, speaksB: true });
        }
        report(chat, { type: 'call.accepted', ...protectionField(chat) });
      },
      announceRefused: (chat) => report(chat, { type: 'call.refused' }),
      announceFailed(chat, event) {
        report(chat, {
          type: 'call.failed',
          reason: (event as Extract<ChatEvent, { type: 'socket.failed' }>).reason,
        });
      },
      announceUnreachable: (chat) =>
        report(chat, { type: 'call.failed', reason: toDisplayText('no answer') }),
      announceClosed: (chat) => reportClosed(chat),
      announceLeft: (chat) => report(chat, { type: 'peer.left' }),
      announceUndelivered(chat, event) {
        reportLost(chat, event.type === 'socket.failed' && event.isReset);
      },
      announceBroken(chat, event) {
        const { reason } = event as Extract<ChatEvent, { type: 'socket.failed' | 'chat.faulted' }>;
        reportBroken(chat, reason, event.type === 'socket.failed' && event.isReset);
      },
      announceDead: (chat) => reportBroken(chat, toDisplayText('no sign of life'), false),
      announceUnread: (chat) => reportBroken(chat, toDisplayText(CANNOT_BE_ANSWERED), true),
      announceMute(chat) {
        const { acceptance, callerAddress: address } = chat;
        report(chat, { type: 'dialect.heard', address, speaksB: acceptance?.inWordsOfB !== true });
        // The caller has read no line: report all lines as lost, as after a reset.
        reportLost(chat, true);
      },
      announceAbandoned(chat) {
        const reason = toDisplayText('your buddy does not read');
        if (chat.secure !== undefined) reportPrivateEnd(chat, reason, false);
        else reportBroken(chat, reason, false);
      },

      deliverEarlyLines(chat) {
        for (const line of chat.earlyLines.splice(0)) deliver(chat, line);
        chat.throttle.resume();
      },
      deliverMessage: (chat, event) => deliver(chat, event as LineReceived),
    },

    release(chat, isFinal) {
      chat.scope.cancel(chat.timer);
      chat.scope.cancel(chat.lateTimer);
      chat.delivery.release();
      chat.stopKeeping();
      // Destroy the socket before the report. The bytes that were confirmed at the last look at the kernel's
      // table then decide which lines are reported as lost. A socket under TLS is destroyed at the end:
      // Node.js crashes if it is destroyed before the TLS socket.
      if (chat.secure === undefined) chat.socket.destroy();
      // Always report the end, even if it was reported before: call control must not wait for this chat.
      if (isFinal) reportClosed(chat);
      else reportBroken(chat, toDisplayText('the chat crashed'), false);
      chat.secure?.release();
      chat.socket.destroy();
    },
  });
}

/**
 * Turns the socket's events into the chart's events. Bytes become lines of text here.
 *
 * @returns A function that removes the listeners, so that TLS can take over the socket.
 */
function listen(chat: Chat, lines: Lines): () => void {
  const { input, socket, throttle, delivery, scope } = chat;
  const { self } = scope;
  const splitter = new LineSplitter(MAX_MESSAGE_BYTES);
  let mayBeTls = input.kind === 'incoming';
  const listeners = {
    connect: () => self.send({ type: 'socket.connected' }),
    data: scope.guard((chunk: Buffer) => {
      if (mayBeTls && chunk[0] === TLS_FIRST_BYTE) {
        chat.tlsBytes = chunk;
        return self.send({ type: 'tls.asked' });
      }
      mayBeTls = false;
      const some = splitter.push(chunk);
      // Record the answer before the lines are handled: the buddy sent them before it could read anything
      // that this client writes in the meantime.
      if (some.length > 0 && !lines.asksForCallback(some)) delivery.recordAnswer();
      throttle.push(some, chunk.length);
    }),
    end: scope.guard(() => {
      const line = splitter.end();
      throttle.end(() => {
        if (line !== undefined) self.send(lines.toEvent('line.torn', line));
        if (isMute(chat)) self.send({ type: 'caller.muted' });
        self.send({ type: 'socket.ended' });
      });
    }),
    close: scope.guard(() => {
      throttle.finish();
      if (isMute(chat)) self.send({ type: 'caller.muted' });
      self.send({ type: 'socket.closed' });
    }),
    error: scope.guard((error: NodeJS.ErrnoException) => {
      // `drain` hands over the lines, but not an end of input behind them: this failure is reported instead.
      throttle.drain();
      const isReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (isReset && isMute(chat)) self.send({ type: 'caller.muted' });
      self.send({ type: 'socket.failed', reason: networkReason(error), isReset });
    }),
  };
  for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener);
  };
}

/** True for a caller that sent nothing and was accepted less than {@link MUTE_MS} ago. */
function isMute({ acceptance, scope, socket }: Chat): boolean {
  if (acceptance === undefined || socket.bytesRead > 0) return false;
  return scope.now() - acceptance.atMs < MUTE_MS;
}

/** Turns lines into events. A caller's first line may be an opening of dialect E instead of a chat line. */
class Lines {
  readonly #isCalled: boolean;
  #isFirst = true;

  constructor(isCalled: boolean) {
    this.#isCalled = isCalled;
  }

  toEvent(type: LineReceived['type'], line: Line): ChatEvent {
    const asksForCallback = this.asksForCallback([line]);
    this.#isFirst = false;
    if (asksForCallback) return { type: 'callback.asked' };
    return { type, text: decodeLine(line), cut: line.cut };
  }

  /** True if the next lines begin with the opening of dialect E. */
  asksForCallback([line]: readonly Line[]): boolean {
    if (!this.#isCalled || !this.#isFirst || line === undefined) return false;
    return parseOpening(decodeLine(line)).kind === 'callback';
  }
}

/** Reports the sent lines that may not have arrived. */
function reportLost(chat: Chat, isReset: boolean): void {
  for (const text of chat.delivery.drainLostLines({ isReset })) report(chat, { type: 'message.lost', text });
}

/** Reports the lines that may not have arrived, then the unsent lines, then the end with its reason. */
function reportBroken(chat: Chat, reason: DisplayText, isReset: boolean): void {
  if (chat.secure !== undefined) return reportPrivateEnd(chat, reason, true);
  reportLost(chat, isReset);
  reportClosed(chat, reason);
}

/** Reports the unsent lines, then the end. Without a `reason`, one side has closed the chat. */
function reportClosed(chat: Chat, reason?: DisplayText): void {
  if (chat.secure !== undefined) return reportPrivateEnd(chat, reason, true);
  for (const text of chat.delivery.drainUnsentLines()) report(chat, { type: 'message.failed', text });
  report(chat, { type: 'chat.closed', ...(reason !== undefined && { reason }) });
}

function protectionField(chat: Chat): { readonly protection?: Protection } {
  const protection = protectionOf(chat);
  return protection === undefined ? {} : { protection };
}

/** Parses a caller's first line: the opening of a dialect, or else the first message. */
function readFirstLine(chat: Chat, event: ChatEvent): void {
  const line = event as LineReceived;
  chat.opening = parseOpening(line.text);
  if (chat.opening.kind === 'message') keepEarlyLine(chat, line);
}

function keepEarlyLine(chat: Chat, line: LineReceived): void {
  chat.earlyLines.push(line);
  if (chat.earlyLines.length >= MAX_EARLY_LINES) chat.throttle.pause();
}

function deliver(chat: Chat, { text, cut }: LineReceived): void {
  report(chat, { type: 'message.received', text: toDisplayText(text), cut });
  if (cut) chat.socket.write(encodeMessage(YOURS_WAS_CUT).bytes);
}
