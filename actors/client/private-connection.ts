/**
 * The actions of the states in machines/client/chat-private.ts: the decision whether a chat is private, and
 * the private chat itself. The chat's actor runs these actions.
 */

import { acceptTls, connectTls } from '../../keys/tls.js';
import type { ChatEvent, PrivateAction } from '../../machines/client/chat-setup.js';
import type { Protection } from '../../machines/client/protection.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { decodeLine, encodeMessage } from '../../protocol/message.js';
import {
  encodePrivateAnswer,
  encodePrivateOpening,
  type PrivateAnswer,
  parsePrivateAnswer,
  parsePrivateOpening,
} from '../../protocol/private-chat.js';
import { type Chat, report, startTimer } from './chat-resource.js';
import type { Arrived, Privacy, Screening } from './privacy.js';
import { type OwnLine, PrivateLines } from './private-lines.js';
import { CHAT_PROTOCOL, SecureLine } from './secure-line.js';

/**
 * The time limit for the handshake and the first line of an incoming caller, in milliseconds. In an outgoing
 * call, it is the time limit for the connection and the handshake.
 */
const HANDSHAKE_MS = 10_000;

/** How long unconfirmed lines wait before the user is told that they are late, in milliseconds. */
const LATE_MS = 3_000;

/** The reason given for a connection that ended without BYE. */
const BROKE_OFF = toDisplayText('it ended unexpectedly');

/** Sent to the buddy after a line of the user was cut. */
const MINE_WAS_CUT = '(my message was longer than 16 KiB: you got its beginning)';

type Actions = Readonly<Record<PrivateAction, (chat: Chat, event: ChatEvent) => void>>;

type PrivateReceived = Extract<ChatEvent, { type: 'private.received' }>;

export const privateActions: Actions = {
  // Outgoing calls.
  checkBuddy(chat) {
    const { input, scope } = chat;
    const { privacy, user } = keysOf(chat);
    if (input.kind !== 'outgoing') return;
    const onPlan = scope.guard((plan: Awaited<ReturnType<typeof privacy.planCall>>) => {
      chat.plan = plan;
      if (plan.kind === 'none') return scope.self.send({ type: 'call.barred', why: plan.why });
      if (plan.kind === 'private') return scope.self.send({ type: 'call.secured' });
      keepTrust(chat, input.buddy);
      chat.connect();
      scope.self.send({ type: 'call.dialled' });
    });
    privacy.planCall(user, input.buddy).then(onPlan, (error) => scope.fail(error));
  },
  announceBarred(chat, event) {
    report(chat, { type: 'call.barred', why: (event as Extract<ChatEvent, { type: 'call.barred' }>).why });
  },
  connectTls(chat) {
    const { plan } = chat;
    const { privacy, user } = keysOf(chat);
    const context = privacy.contextOf(user);
    if (plan?.kind !== 'private' || context === undefined) return refuse(chat);
    chat.detach();
    chat.connect();
    chat.secure = new SecureLine({
      ...secureOptions(chat),
      tls: connectTls(chat.socket, context, CHAT_PROTOCOL),
      rules: { floorOf: () => plan.floor },
      isWanted: ({ identity }) => identity === plan.key,
    });
  },
  startProofTimer: (chat) => startTimer(chat, HANDSHAKE_MS),
  sendOpening(chat) {
    const { input, secure } = chat;
    if (input.kind !== 'outgoing' || secure?.device === undefined) return;
    const { privacy, user } = keysOf(chat);
    privacy.learnFloor(user, input.buddy, secure.device).catch((error) => chat.scope.fail(error));
    keepTrust(chat, input.buddy);
    secure.tls.write(encodePrivateOpening({ caller: input.caller, called: input.buddy }));
  },
  announceUnproven(chat, event) {
    if (chat.secure?.isConnected || event.type === 'chat.faulted')
      report(chat, { type: 'call.barred', why: 'unproven' });
    else report(chat, { type: 'call.failed', reason: toDisplayText('no answer') });
  },
  announceAnswer(chat, event) {
    const answer = parsePrivateAnswer((event as PrivateReceived).text);
    if (answer === 'DENIED key') report(chat, { type: 'call.barred', why: 'denied-key' });
    else if (answer === 'DENIED who') report(chat, { type: 'call.barred', why: 'denied-who' });
    else report(chat, { type: 'call.refused' });
  },
  openPrivately(chat) {
    const { input, secure } = chat;
    if (input.kind === 'outgoing' && secure !== undefined) openLines(chat, secure, input.buddy);
  },

  // Incoming calls.
  acceptTls(chat) {
    const { keys, socket, tlsBytes } = chat;
    const context = keys?.privacy.contextOf(keys.user);
    const ownIdentity = keys?.privacy.keyOf(keys.user);
    if (tlsBytes === undefined || context === undefined || ownIdentity === undefined) return refuse(chat);
    chat.detach();
    chat.secure = new SecureLine({
      ...secureOptions(chat),
      tls: acceptTls(socket, tlsBytes, context, CHAT_PROTOCOL),
      rules: { ownIdentity },
      isWanted: () => true,
    });
  },
  startHandshakeTimer(chat) {
    // The time limit runs from the first byte: later bytes do not extend it.
    startTimer(chat, HANDSHAKE_MS);
  },
  announceReplaced: (chat) => report(chat, { type: 'call.replaced' }),
  announceTooLate: (chat) =>
    report(chat, { type: 'chat.closed', reason: toDisplayText('it began TLS late') }),
  checkPrivateCaller(chat, event) {
    const { secure } = chat;
    const { user } = keysOf(chat);
    const opening = parsePrivateOpening((event as PrivateReceived).text);
    if (secure?.device === undefined || opening === undefined) return;
    secure.caller = opening.caller;
    screen(chat, { name: opening.caller, device: secure.device, isForUser: opening.called === user });
  },
  announceDenied(chat, event) {
    const { why: cause } = event as Extract<ChatEvent, { type: 'caller.denied' }>;
    if (cause !== undefined)
      report(chat, { type: 'call.denied', caller: callerOf(chat), address: chat.callerAddress, cause });
  },
  acceptPrivately(chat) {
    const { secure } = chat;
    if (secure?.caller !== undefined) openLines(chat, secure, secure.caller);
  },

  // The chat.
  receivePrivateLine: ({ secure }, event) => secure?.lines?.receive((event as PrivateReceived).text),
  sendPrivateMessage({ secure }, event) {
    const { text: typed } = event as Extract<ChatEvent, { type: 'message.send' }>;
    const { bytes, cut } = encodeMessage(typed);
    secure?.lines?.send({ typed, text: decodeLine({ bytes: bytes.subarray(0, -1), cut }), cut });
  },
  pausePrivateReading: ({ secure }) => secure?.lines?.pause(),
  resumePrivateReading: ({ secure }) => secure?.lines?.resume(),
  leavePrivately(chat) {
    chat.isLeaving = true;
    chat.secure?.lines?.leave();
    onProgress(chat);
  },
  sayBye({ secure }) {
    secure?.write({ verb: 'BYE' }, () => {});
  },
  announcePrivateEnd: (chat) => reportPrivateLines(chat, false),
  announceFault(chat, event) {
    const { reason } = event as Extract<ChatEvent, { type: 'chat.faulted' }>;
    reportPrivateEnd(chat, reason, true);
  },
  announceBrokenOff: (chat) => reportPrivateEnd(chat, BROKE_OFF, true),
};

/** Reports the lines that did not arrive, then the end of the chat, with its reason. */
export function reportPrivateEnd(chat: Chat, reason: DisplayText | undefined, isBroken: boolean): void {
  reportPrivateLines(chat, isBroken);
  report(chat, { type: 'chat.closed', ...(reason !== undefined && { reason }) });
}

/**
 * Reports the lines that did not arrive.
 *
 * @param isBroken True if the connection broke. In this case, a program that can ask its user keeps the
 * lines, and the next chat sends them again.
 */
function reportPrivateLines(chat: Chat, isBroken: boolean): void {
  const lines = chat.secure?.lines;
  if (lines === undefined) return;
  const { privacy } = keysOf(chat);
  const keeps = isBroken && privacy.keepsLines;
  const { unsent, unconfirmed, closed } = lines.end(keeps);
  privacy.finish(closed);
  const kept = { isKept: true } as const;
  for (const text of unconfirmed) report(chat, { type: 'message.lost', text, ...(keeps && kept) });
  for (const { text, isStored } of unsent)
    report(chat, { type: 'message.failed', text, ...(isStored && kept) });
}

/** Refuses a call. The answer to the caller depends on why the call is refused. */
export function refusePrivately(chat: Chat, event: ChatEvent): void {
  const { screening, secure } = chat;
  const answer: PrivateAnswer =
    event.type === 'caller.denied' && screening?.kind === 'refuse' ? screening.answer : 'REJECT';
  secure?.end(encodePrivateAnswer(answer));
}

/** How a call is protected; `undefined` if the user has no key here. */
export function protectionOf({ keys, plan, screening }: Chat): Protection | undefined {
  if (plan?.kind === 'private') return plan.protection;
  if (screening?.kind === 'ring') return screening.protection;
  return keys && { is: 'clear' };
}

/** Decides whether a call rings, and sends the result to the actor. */
export function screen(chat: Chat, arrived: Pick<Arrived, 'name' | 'device' | 'isForUser'>): void {
  const { keys, scope } = chat;
  if (keys === undefined) return;
  const { privacy, user } = keys;
  const onScreened = scope.guard((screening: Screening) => {
    chat.screening = screening;
    if (screening.kind === 'refuse') return scope.self.send({ type: 'caller.denied', why: screening.report });
    if (arrived.name !== undefined && arrived.name !== user) keepTrust(chat, arrived.name);
    scope.self.send({ type: 'caller.allowed' });
  });
  const { callerAddress: address } = chat;
  privacy
    .screen({ user, address, uptimeMs: scope.now(), ...arrived })
    .then(onScreened, (error) => scope.fail(error));
}

/** The id that a caller names. */
export function callerOf({ opening, secure }: Chat) {
  if (secure !== undefined) return secure.caller;
  return opening !== undefined && 'caller' in opening ? opening.caller : undefined;
}

function keysOf({ keys }: Chat): { readonly privacy: Privacy; readonly user: UserId } {
  const { privacy, user } = keys ?? {};
  if (privacy === undefined || user === undefined) throw new Error('the user has no key here');
  return { privacy, user };
}

/** Ends a call that begins TLS or must be private, because the user's key is not here. */
function refuse({ scope }: Chat): void {
  scope.self.send({ type: 'peer.refused' });
}

function secureOptions(chat: Chat) {
  const { patience, scope, socket } = chat;
  const onProgress = () => report(chat, { type: 'delivery.progressed' });
  return { scope, socket, confirmationMs: patience.confirmationMs, onProgress };
}

/**
 * Ends a private call or chat when the key or the device of the buddy is no longer trusted. Ends a call or
 * chat in clear when a key of the buddy becomes known.
 */
function keepTrust(chat: Chat, buddy: NonNullable<SecureLine['caller']>): void {
  const { scope, secure } = chat;
  const { privacy, user } = keysOf(chat);
  const device = secure?.device;
  const reason = toDisplayText(
    device === undefined ? 'the buddy has a key now' : 'its key is no longer trusted',
  );
  const onDistrusted = () => scope.self.send({ type: 'chat.faulted', reason });
  chat.stopKeeping();
  chat.stopKeeping = privacy.keeper.keep({ user, buddy, device, onDistrusted });
}

/** Opens the record of the lines to a buddy. First stores what must be durable before the chat. */
function openLines(chat: Chat, secure: SecureLine, buddy: NonNullable<SecureLine['caller']>): void {
  const { input, scope, screening } = chat;
  const { privacy, user } = keysOf(chat);
  const { device } = secure;
  if (device === undefined) return;
  const lines = new PrivateLines(device.identity, {
    async open() {
      const failed = screening?.kind === 'ring' ? await screening.beforeAccept() : undefined;
      if (failed !== undefined) return failed;
      if (input.kind === 'incoming') await privacy.learnFloor(user, buddy, device);
      return privacy.undeliveredOf(user).open(buddy);
    },
    onOpened: scope.guard(() => {
      if (input.kind === 'incoming') secure.tls.write(encodePrivateAnswer('OK'));
      secure.watch();
    }),
    write: (line, onWritten) => secure.write(line, scope.guard(onWritten)),
    onShown: scope.guard((text) =>
      report(chat, { type: 'message.received', text: toDisplayText(text), cut: false }),
    ),
    onSent: scope.guard(({ text, cut }: OwnLine) => {
      report(chat, { type: 'message.sent', text: toDisplayText(text), cut });
      if (cut) secure.write({ verb: 'N', text: MINE_WAS_CUT }, () => {});
      chat.lateTimer ??= scope.callLater(() => reportLate(chat), LATE_MS);
    }),
    onConfirmed: scope.guard(() => onProgress(chat)),
    onResumed: scope.guard((count) => report(chat, { type: 'lines.resumed', count })),
    onLost: scope.guard((texts) => {
      for (const text of texts) report(chat, { type: 'message.lost', text });
    }),
    onBye: scope.guard(() => scope.self.send({ type: 'bye.received' })),
    onFault: scope.guard((reason) =>
      scope.self.send({ type: 'chat.faulted', reason: toDisplayText(reason) }),
    ),
  });
  secure.lines = lines;
  privacy.finish(lines.start().catch((error) => scope.fail(error)));
}

/** Handles new confirmations, and the moment when the user leaves. */
function onProgress(chat: Chat): void {
  const { isLeaving, patience, scope, secure } = chat;
  const left = secure?.lines?.left ?? 0;
  if (isLeaving) {
    scope.cancel(chat.timer);
    if (left === 0) return scope.self.send({ type: 'delivery.confirmed' });
    chat.timer = scope.sendLater({ type: 'delivery.stalled' }, patience.confirmationMs);
    return;
  }
  report(chat, { type: 'delivery.progressed' });
  if (chat.isLate && left === 0) {
    chat.isLate = false;
    report(chat, { type: 'delivery.late', count: 0 });
  }
  scope.cancel(chat.lateTimer);
  chat.lateTimer = left === 0 ? undefined : scope.callLater(() => reportLate(chat), LATE_MS);
}

function reportLate(chat: Chat): void {
  const count = chat.secure?.lines?.left ?? 0;
  chat.lateTimer = undefined;
  if (count === 0 || chat.isLate) return;
  chat.isLate = true;
  report(chat, { type: 'delivery.late', count });
}
