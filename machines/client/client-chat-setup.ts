/**
 * The guards and actions of the client's statechart, second part: calls, chats, and undelivered lines.
 */

import { assertEvent, assign, enqueueActions, sendTo } from 'xstate';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { CallCommand, CallId, Peer } from './call-events.js';
import { isBusyCallShown, withBusyCall, withMissedCall } from './call-log.js';
import { type Caller, withHint } from './callers.js';
import type { ClientContext, PendingLine } from './client-context.js';
import { keySetup } from './client-key-setup.js';
import { archive, readTyped, say, terminal } from './client-setup.js';
import type { ArchiveCommand, TerminalCommand } from './events.js';

/**
 * The maximum number of undelivered lines that are kept to be sent again. All undelivered lines are reported
 * to the user, even lines that are not kept.
 */
const MAX_UNDELIVERED_LINES = 1_000;

interface Scope {
  readonly context: ClientContext;
}

const callControl = ({ context }: Scope) => context.callControl;

/** Returns the current call or chat. Throws if there is none. */
function requireCall({ context: { call } }: Scope): number {
  if (call === undefined) throw new Error('there is no call');
  return call;
}

/** The message for a typed line: `\q` sends a `q`. */
function unescapeMessage(text: string): string {
  return text === '\\q' ? 'q' : text;
}

/** The buddy whose chat broke. */
function interrupted({ undelivered, peer }: ClientContext): UserId | undefined {
  return undelivered?.buddy ?? peer?.id;
}

/** The name of the peer on the screen. All characters of an id are safe to show. */
function peerName(peer: Peer | undefined): DisplayText {
  return (peer?.id ?? peer?.address ?? 'buddy') as DisplayText;
}

/** Prepares a peer for display: removes the id of a peer that claims the user's own id. */
function shownPeer(own: UserId | undefined, peer: Peer | undefined): Peer | undefined {
  return peer?.id !== undefined && peer.id === own ? { ...peer, id: undefined } : peer;
}

/** Returns the call that the user is asked about. Throws if there is none. */
function requireOffer({ context: { offer } }: Scope): CallId {
  if (offer === undefined) throw new Error('no call is offered');
  return offer.call;
}

/** The parts of a caller that are shown. */
function shownCaller({
  caller,
  address,
  hint,
  protection,
  standing,
}: Caller): Pick<Caller, 'caller' | 'address' | 'hint' | 'protection' | 'standing'> {
  return {
    caller,
    address,
    ...(hint && { hint }),
    ...(protection && { protection }),
    ...(standing && { standing }),
  };
}

/** The commands that show and record a message. */
function messageFor(
  own: UserId | undefined,
  claimed: Peer | undefined,
  { isOwn, text, atMs }: { readonly isOwn: boolean; readonly text: DisplayText; readonly atMs: number },
): { readonly show: TerminalCommand; readonly record: ArchiveCommand } {
  const peer = shownPeer(own, claimed);
  const name = isOwn ? ((own ?? 'you') as DisplayText) : peerName(peer);
  const address = peer?.id === undefined ? peer?.address : undefined;
  return {
    show: { type: 'message.show', message: { name, isOwn, text, atMs } },
    record: { type: 'message.record', own, buddy: peer?.id, address, isOwn, text, atMs },
  };
}

/** Keeps an undelivered line, to send it in the next call to the buddy. */
function withUndelivered(
  { peer, undelivered }: ClientContext,
  text: string,
  isKept: boolean,
): Partial<ClientContext> {
  if (peer?.id === undefined) return {};
  // Keep the lines for one buddy only. The user is first asked about the lines that are already kept.
  if (undelivered !== undefined && undelivered.buddy !== peer.id) return {};
  const { lines: before = [], kept = 0 } = undelivered ?? {};
  const lines = isKept ? before : [...before, text].slice(-MAX_UNDELIVERED_LINES);
  return { undelivered: { buddy: peer.id, lines, kept: isKept ? kept + 1 : kept } };
}

/** Removes the first line with this text from the outbox or, if `isLast` is set, the last line with it. */
function withoutPending(
  outbox: readonly PendingLine[],
  text: string,
  isLast: boolean,
): readonly PendingLine[] {
  const has = (line: PendingLine) => line.text === text;
  const index = isLast ? outbox.findLastIndex(has) : outbox.findIndex(has);
  return index < 0 ? outbox : outbox.toSpliced(index, 1);
}

export const clientSetup = keySetup.extend({
  guards: {
    isQuit: ({ event }) => readTyped(event) === 'q',
    isCallableAgain: ({ context }) => context.isInteractive && context.peer?.id !== undefined,
    isLate: ({ event }) => {
      assertEvent(event, ['message.sent', 'message.unconfirmed']);
      return event.isLate;
    },
    isLastLineOfChat: ({ context, event }) => {
      assertEvent(event, 'message.sent');
      return !event.isLate && context.outbox.length === 1;
    },
    isRefusedAsFull: ({ event }) => {
      assertEvent(event, 'message.unconfirmed');
      return event.cause === 'full';
    },
    hasPeerId: ({ context }) => context.peer?.id !== undefined,
    hasOffer: ({ context }) => context.offer !== undefined,
    hasUndelivered: ({ context: { isInteractive, undelivered, user } }) =>
      isInteractive && undelivered !== undefined && user !== undefined,
  },
  actions: {
    // A buddy calls.
    keepOffer: assign({
      offer: ({ context: { user, buddies, trust }, event }) => {
        assertEvent(event, 'call.offered');
        const { type: _type, ...offer } = event;
        return withHint(offer, user, buddies, trust);
      },
    }),
    dropOffer: assign({ offer: undefined }),
    sayCaller: enqueueActions(({ context: { offer }, enqueue }) => {
      if (offer !== undefined) enqueue.sendTo(terminal, say({ say: 'caller', ...shownCaller(offer) }));
    }),
    askAboutCall: enqueueActions(({ context: { offer }, enqueue }) => {
      if (offer === undefined) return;
      const question = { ask: 'call', ...shownCaller(offer) } as const;
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    alertCall: enqueueActions(({ context: { offer }, enqueue }) => {
      if (offer === undefined) return;
      const alert = { alert: 'call', ...shownCaller(offer) } as const;
      enqueue.sendTo(terminal, { type: 'alert.raise', alert });
    }),
    acceptCall: sendTo(
      callControl,
      (scope): CallCommand => ({ type: 'call.accept', call: requireOffer(scope) }),
    ),
    rejectCall: sendTo(
      callControl,
      (scope): CallCommand => ({ type: 'call.reject', call: requireOffer(scope) }),
    ),
    recordWithdrawnCall: enqueueActions(({ context: { log, user, buddies, trust }, event, enqueue }) => {
      assertEvent(event, 'call.withdrawn');
      if (event.isReplaced) return;
      if (!event.isCut) enqueue.sendTo(terminal, say({ say: 'callGone' }));
      if (event.isNuisance) enqueue.sendTo(terminal, say({ say: 'nuisance', address: event.address }));
      enqueue.assign({ log: withMissedCall(log, withHint(event, user, buddies, trust)) });
    }),
    recordMissedCall: assign({
      log: ({ context: { log, user, buddies, trust }, event }) => {
        assertEvent(event, 'call.missed');
        return withMissedCall(log, withHint(event, user, buddies, trust));
      },
    }),
    recordBusyCall: enqueueActions(({ context: { log, user, buddies, trust }, event, enqueue }) => {
      assertEvent(event, 'call.busy');
      const caller = shownCaller(withHint(event, user, buddies, trust));
      if (isBusyCallShown(log, event))
        enqueue.sendTo(terminal, say({ say: 'busy', ...caller, untold: log.untoldCalls }));
      enqueue.assign({ log: withBusyCall(log, event) });
    }),
    sayMisunderstood: sendTo(terminal, ({ context: { user, buddies, trust }, event }) => {
      assertEvent(event, 'call.misunderstood');
      return say({ say: 'misunderstood', ...shownCaller(withHint(event, user, buddies, trust)) });
    }),
    sayCutCall: sendTo(terminal, ({ context: { user, buddies, trust }, event }) => {
      assertEvent(event, 'call.cut');
      const { cause, untold } = event;
      return say({ say: 'cut', cause, untold, ...shownCaller(withHint(event, user, buddies, trust)) });
    }),
    rememberBlocked: enqueueActions(({ event, enqueue }) => {
      assertEvent(event, 'blocked.changed');
      enqueue.assign({ blocked: event.names });
      enqueue.sendTo(callControl, { type: 'callers.block', names: event.names });
    }),

    // The user calls.
    placeCall: enqueueActions(({ context: { user, buddy, buddies }, enqueue }) => {
      const endpoint = buddies.find(({ id }) => id === buddy)?.endpoint;
      if (user === undefined || buddy === undefined || endpoint === undefined) return;
      enqueue.sendTo(callControl, { type: 'call.place', buddy, endpoint, caller: user });
    }),
    askToGiveUp: enqueueActions(({ context: { buddy }, enqueue }) => {
      const question = { ask: 'calling', buddy } as const;
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    rememberCall: assign(({ event }) => {
      assertEvent(event, 'call.dialling');
      return { call: event.call };
    }),
    rememberInterrupted: assign({ buddy: ({ context }) => interrupted(context), isResending: true }),
    sayCallFailed: enqueueActions(({ context: { buddy }, event, enqueue }) => {
      assertEvent(event, 'chat.failed');
      enqueue.sendTo(terminal, say({ say: 'callFailed', buddy, failure: event }));
    }),

    // The chat.
    rememberPeer: assign(({ context, event }) => {
      assertEvent(event, 'chat.opened');
      return { call: event.call, peer: shownPeer(context.user, event.peer), offer: undefined };
    }),
    sayProtection: enqueueActions(({ context: { peer }, enqueue }) => {
      if (peer?.protection === undefined) return;
      const { protection } = peer;
      enqueue.sendTo(terminal, say({ say: 'protection', name: peerName(peer), protection }));
    }),
    sayResumed: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'lines.resumed');
      return say({ say: 'resumed', count: event.count });
    }),
    sayLate: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'delivery.late');
      return say({ say: 'late', count: event.count });
    }),
    askForMessage: enqueueActions(({ context: { peer }, enqueue }) => {
      const question = { ask: 'message', name: peerName(peer) } as const;
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    forgetChat: assign({ call: undefined, isResending: false, outbox: [] }),
    leaveChat: enqueueActions(({ context: { call }, enqueue }) => {
      if (call !== undefined) enqueue.sendTo(callControl, { type: 'chat.leave', call });
    }),
    endCalls: sendTo(callControl, { type: 'calls.end' }),
    abandonCalls: sendTo(callControl, { type: 'calls.abandon' }),
    sendMessage: sendTo(
      callControl,
      ({ context, event }): CallCommand => ({
        type: 'message.send',
        call: requireCall({ context }),
        text: unescapeMessage(readTyped(event)),
      }),
    ),
    rememberPending: assign({
      outbox: ({ context: { outbox }, event }, { isHeld }: { isHeld: boolean }) => [
        ...outbox,
        { text: unescapeMessage(readTyped(event)), isHeld },
      ],
    }),
    showReceivedMessage: enqueueActions(({ context: { user, peer }, event, enqueue }) => {
      assertEvent(event, 'message.received');
      const { text, cut, atMs } = event;
      const { show, record } = messageFor(user, peer, { isOwn: false, text, atMs });
      enqueue.sendTo(terminal, show);
      if (cut) enqueue.sendTo(terminal, say({ say: 'buddysMessageCut' }));
      enqueue.sendTo(archive, record);
      enqueue.sendTo(terminal, {
        type: 'alert.raise',
        alert: { alert: 'message', from: peerName(peer), text },
      });
    }),
    showSentMessage: enqueueActions(({ context: { user }, event, enqueue }) => {
      assertEvent(event, 'message.sent');
      const { peer, text, cut, atMs } = event;
      const { show, record } = messageFor(user, peer, { isOwn: true, text, atMs });
      enqueue.sendTo(terminal, show);
      if (cut) enqueue.sendTo(terminal, say({ say: 'ownMessageCut' }));
      enqueue.sendTo(archive, record);
    }),
    // The buddy reads, so call control is sending the held lines.
    removeFromOutbox: assign({
      outbox: ({ context }) => context.outbox.slice(1).map(({ text }) => ({ text, isHeld: false })),
    }),
    sayBuddyLeft: sendTo(terminal, ({ context: { peer } }) =>
      say({ say: 'buddyLeft', name: peerName(peer) }),
    ),
    sayChatBroken: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'chat.ended');
      return say({ say: 'broken', reason: event.reason });
    }),

    // Undelivered lines.
    sayUnconfirmed: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'message.unconfirmed');
      return say({ say: event.cause === 'lost' ? 'notConfirmed' : 'notSent', text: event.text });
    }),
    keepUndelivered: assign(({ context, event }) => {
      assertEvent(event, 'message.unconfirmed');
      const { text, cause, isKept = false } = event;
      const outbox = cause === 'lost' ? context.outbox : withoutPending(context.outbox, text, false);
      return { outbox, ...withUndelivered(context, text, isKept) };
    }),
    dropRefusedLine: assign({
      outbox: ({ context, event }) => {
        assertEvent(event, 'message.unconfirmed');
        return withoutPending(context.outbox, event.text, true);
      },
    }),
    dropUndelivered: enqueueActions(({ context: { undelivered, user }, enqueue }) => {
      if (undelivered !== undefined && undelivered.kept > 0 && user !== undefined)
        enqueue.emit({ type: 'lines.dropped', user, buddy: undelivered.buddy });
      enqueue.assign({ undelivered: undefined });
    }),
    dropPeersUndelivered: assign({
      undelivered: ({ context: { undelivered, peer } }) =>
        undelivered?.buddy === peer?.id ? undefined : undelivered,
    }),
    askToCallAgain: enqueueActions(({ context, enqueue }) => {
      const buddy = interrupted(context);
      if (buddy === undefined) return;
      const { lines: texts = [], kept = 0 } = context.undelivered ?? {};
      const lines = texts.length + kept;
      const question = { ask: 'callAgain', buddy, lines } as const;
      enqueue.assign({ question });
      enqueue.sendTo(terminal, { type: 'prompt.open', question });
    }),
    // Send the lines only in an outgoing call: the id that a caller claims proves nothing.
    sendUndelivered: enqueueActions(({ context, enqueue }) => {
      const { undelivered, isResending, peer } = context;
      if (!isResending || undelivered === undefined || undelivered.buddy !== peer?.id) return;
      const call = requireCall({ context });
      for (const text of undelivered.lines) enqueue.sendTo(callControl, { type: 'message.send', call, text });
      enqueue.assign({
        undelivered: undefined,
        isResending: false,
        outbox: undelivered.lines.map((text) => ({ text, isHeld: false })),
      });
    }),
    sayUnfinished: enqueueActions(({ context: { outbox }, enqueue }) => {
      for (const { text, isHeld } of outbox)
        enqueue.sendTo(terminal, say({ say: isHeld ? 'notSent' : 'notConfirmed', text }));
    }),
  },
});
