/**
 * The guards, actions and delays of call control (machines/client/call-control.ts), under the names that the
 * chart uses.
 */

import { type AnyActorRef, assertEvent, assign, cancel, enqueueActions, raise, sendTo, setup } from 'xstate';
import { toDisplayText } from '../../protocol/display-text.js';
import type { Neighbour } from '../neighbour.js';
import {
  type CallControlContext,
  type CallControlEvent,
  type CallControlInput,
  countCutCall,
  cutCallEvent,
  findReportedCall,
  hasRoom,
  isCurrentCall,
  isCurrentChat,
  isLate,
  lineOf,
  requireCall,
  type Scope,
  STALL_MS,
  unconfirmedEvent,
  without,
  withoutReportedLine,
} from './call-control-context.js';
import {
  type CallFailure,
  type ChatCommand,
  type ConnectionReport,
  NO_CALL,
  type Peer,
  type UnconfirmedCause,
} from './call-events.js';
import { type Caller, isNuisance, withUnansweredCall } from './callers.js';
import {
  listenerAt,
  type SpeakersChanged,
  speaksB,
  withoutAddress,
  withoutListener,
  withSpeaker,
} from './dialects.js';

const owner = ({ context }: Scope) => context.owner;
const sender = ({ event }: Scope): Neighbour<ChatCommand> => (event as ConnectionReport).chat;
const connection = ({ context }: Scope): Neighbour<ChatCommand> => requireCall(context).chat as AnyActorRef;

export const callControlSetup = setup({
  types: {} as {
    context: CallControlContext;
    input: CallControlInput;
    events: CallControlEvent;
    emitted: SpeakersChanged;
  },
  delays: {
    patience: ({ context }) => context.patienceMs,
    stall: ({ context }) => Math.min(STALL_MS, context.patienceMs),
    // The line that stalled the chat has already waited for the delay `stall`, so it gets only the rest of
    // the time. After any progress, the time begins again in full.
    stallPatience: ({ context: { patienceMs }, event }) =>
      event.type === 'stall.passed' ? Math.max(0, patienceMs - STALL_MS) : patienceMs,
  },

  guards: {
    isUnwelcome({ context: { blocked, unansweredCalls }, event }) {
      assertEvent(event, ['call.received', 'call.foreign', 'call.crowded', 'call.denied']);
      const caller = 'caller' in event ? event.caller : undefined;
      const names: readonly string[] = blocked;
      if (names.includes(event.address) || (caller && names.includes(caller))) return true;
      return isNuisance(unansweredCalls, event);
    },
    isCurrentChat,
    isCurrentCall,
    isNoneClosing: ({ context: { closing } }) => closing.size === 0,
    isCurrentChatWithLines: (scope) => isCurrentChat(scope) && requireCall(scope.context).underWay.length > 0,
    isClosingChat: ({ context: { closing }, event }) => closing.has((event as ConnectionReport).chat),
    isFirstLine: (scope) => isCurrentCall(scope) && scope.context.current?.underWay.length === 0,
    isCurrentCallWithRoom: (scope) => isCurrentCall(scope) && hasRoom(scope.context),
    isCurrentCallWithRoomToHold: (scope) =>
      isCurrentCall(scope) &&
      hasRoom(scope.context) &&
      scope.context.held.length < scope.context.maxHeldLines,
    isLastLineUnderWay: (scope) => isCurrentChat(scope) && requireCall(scope.context).underWay.length === 1,
    hasMoreLinesUnderWay: (scope) => isCurrentChat(scope) && requireCall(scope.context).underWay.length > 1,
    isCurrentChatWithHeldLines: (scope) => isCurrentChat(scope) && scope.context.held.length > 0,
  },

  actions: {
    // Incoming calls.
    offerCall: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'call.received');
      const { chat, caller, address, atMs, uptimeMs, protection } = event;
      const id = context.lastCall + 1;
      const offer: Caller = { caller, address, atMs, uptimeMs, ...(protection && { protection }) };
      const peer: Peer = { id: caller, address, ...(protection && { protection }) };
      enqueue.assign({ lastCall: id, current: { id, chat, peer, underWay: [] }, caller: offer });
      enqueue.sendTo(owner, { type: 'call.offered', call: id, ...offer });
    }),
    rejectCaller: sendTo(sender, { type: 'call.reject' }),
    cutCaller: sendTo(sender, { type: 'call.cut' }),
    reportBusy: sendTo(owner, ({ event }) => {
      assertEvent(event, 'call.received');
      const { caller, address, atMs, uptimeMs } = event;
      return { type: 'call.busy', caller, address, atMs, uptimeMs };
    }),
    reportForeign: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'call.foreign');
      const { cuts, report } = countCutCall(context, 'callback', event);
      enqueue.assign({ cutCalls: cuts });
      if (report !== undefined) enqueue.sendTo(owner, report);
    }),
    reportCrowded: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'call.crowded');
      const { cuts, report } = countCutCall(context, 'crowded', event);
      enqueue.assign({ cutCalls: cuts });
      if (report !== undefined) enqueue.sendTo(owner, report);
    }),
    reportDenied: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'call.denied');
      const { cuts, report } = countCutCall(context, event.cause, event);
      enqueue.assign({ cutCalls: cuts });
      if (report !== undefined) enqueue.sendTo(owner, report);
    }),
    reportReplaced: sendTo(owner, ({ context }) => ({
      type: 'call.withdrawn',
      call: requireCall(context).id,
      isNuisance: false,
      isReplaced: true as const,
      ...(context.caller as Caller),
    })),
    reportForeignCall: sendTo(owner, ({ event }) => {
      assertEvent(event, 'call.foreign');
      return cutCallEvent('callback', event, 0);
    }),
    acceptCall: enqueueActions(({ context, enqueue }) => {
      const { caller, speakers } = context;
      if (caller === undefined || caller.caller !== undefined || !speaksB(speakers, caller))
        return enqueue.sendTo(connection, { type: 'call.accept' });
      enqueue.sendTo(connection, { type: 'call.accept', speaksB: true });
      // Renew the caller's entry. If the caller does not understand `ACCEPTED`, the entry is removed.
      const { address, uptimeMs } = caller;
      const changed = withSpeaker(speakers, { address, listener: undefined, uptimeMs });
      enqueue.assign({ speakers: changed });
      enqueue.emit({ type: 'speakers.changed', speakers: changed });
    }),
    rememberDialect: enqueueActions(({ context: { current, speakers }, event, enqueue }) => {
      assertEvent(event, 'dialect.heard');
      const { address, atMs, chat, port, uptimeMs } = event;
      const id = current?.chat === chat ? current.peer.id : undefined;
      const listener = port === undefined || id === undefined ? undefined : { id, port };
      const changed = event.speaksB
        ? withSpeaker(speakers, { address, listener, uptimeMs })
        : withoutAddress(speakers, address);
      if (port === undefined)
        enqueue.sendTo(owner, { type: 'call.misunderstood', caller: undefined, address, atMs, uptimeMs });
      enqueue.assign({ speakers: changed });
      enqueue.emit({ type: 'speakers.changed', speakers: changed });
    }),
    rejectCall: sendTo(connection, { type: 'call.reject' }),
    countUnansweredCall: assign({
      unansweredCalls: (
        { context: { unansweredCalls, caller, patienceMs } },
        { hasTimedOut }: { hasTimedOut: boolean },
      ) => {
        if (caller === undefined) return unansweredCalls;
        // A delayed transition has no timestamp. The call timed out exactly `patienceMs` after it arrived.
        const uptimeMs = caller.uptimeMs + (hasTimedOut ? patienceMs : 0);
        return withUnansweredCall(unansweredCalls, { ...caller, uptimeMs });
      },
    }),
    reportRejected: sendTo(owner, ({ context }) => ({
      type: 'call.rejected',
      call: requireCall(context).id,
    })),
    reportMissed: sendTo(owner, ({ context }) => ({
      type: 'call.missed',
      call: requireCall(context).id,
      ...(context.caller as Caller),
    })),
    reportWithdrawn: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, ['chat.closed', 'call.foreign']);
      const caller: Caller = { ...(context.caller as Caller), atMs: event.atMs, uptimeMs: event.uptimeMs };
      const unansweredCalls = withUnansweredCall(context.unansweredCalls, caller);
      enqueue.assign({ unansweredCalls });
      enqueue.sendTo(owner, {
        type: 'call.withdrawn',
        call: requireCall(context).id,
        isNuisance: isNuisance(unansweredCalls, caller),
        ...(event.type === 'call.foreign' && { isCut: true }),
        ...caller,
      });
    }),
    blockCallers: assign({
      blocked: ({ event }) => {
        assertEvent(event, 'callers.block');
        return event.names;
      },
    }),

    // Outgoing calls.
    placeCall: enqueueActions(({ context, event, enqueue, self }) => {
      assertEvent(event, 'call.place');
      const { buddy, caller, endpoint } = event;
      const id = context.lastCall + 1;
      const peer: Peer = { id: buddy, address: toDisplayText(endpoint.address) };
      const known = listenerAt(context.speakers, buddy, endpoint);
      enqueue.assign({ lastCall: id, current: { id, peer, chat: undefined, underWay: [] } });
      enqueue.sendTo(owner, { type: 'call.dialling', call: id });
      enqueue.sendTo(context.chats, {
        type: 'child.start',
        input: {
          kind: 'outgoing',
          call: id,
          caller,
          buddy,
          endpoint,
          ...(known && { speaksBUntilMs: known.untilMs }),
          control: context.control,
        },
        reply: ({ ok, code }) => {
          const cause = code === 'limit_reached' ? 'too-many-calls' : 'crashed';
          if (!ok) self.send({ type: 'place.failed', call: id, cause });
        },
      });
      if (known === undefined) return;
      // Forget the dialect until the buddy answers `ACCEPTED` again. If the buddy has switched to another
      // program, that program answers differently or not at all. The next call to the buddy then begins with
      // a greeting.
      const speakers = withoutListener(context.speakers, known);
      enqueue.assign({ speakers });
      enqueue.emit({ type: 'speakers.changed', speakers });
    }),
    refusePlace: sendTo(owner, { type: 'place.refused' }),
    rememberConnection: assign({
      current: ({ context, event }) => {
        assertEvent(event, 'call.placed');
        return { ...requireCall(context), chat: event.chat };
      },
    }),
    rememberProtection: assign({
      current: ({ context, event }) => {
        assertEvent(event, 'call.accepted');
        const { peer, ...call } = requireCall(context);
        const { protection } = event;
        return { ...call, peer: { ...peer, ...(protection && { protection }) } };
      },
    }),
    reportAlerting: sendTo(owner, ({ context }) => ({
      type: 'call.alerting',
      call: requireCall(context).id,
    })),
    reportFailed: sendTo(
      owner,
      ({ context }, { cause }: { cause: Exclude<CallFailure['cause'], 'unreachable' | 'barred'> }) => ({
        type: 'chat.failed',
        call: requireCall(context).id,
        cause,
      }),
    ),
    reportNotPlaced: sendTo(owner, ({ context, event }) => {
      assertEvent(event, 'place.failed');
      return { type: 'chat.failed', call: requireCall(context).id, cause: event.cause };
    }),
    reportBarred: sendTo(owner, ({ context, event }) => {
      assertEvent(event, 'call.barred');
      return { type: 'chat.failed', call: requireCall(context).id, cause: 'barred' as const, why: event.why };
    }),
    reportUnreachable: sendTo(owner, ({ context, event }) => {
      assertEvent(event, 'call.failed');
      const { reason } = event;
      return { type: 'chat.failed', call: requireCall(context).id, cause: 'unreachable' as const, reason };
    }),

    // The chat.
    reportOpened: sendTo(owner, ({ context }) => {
      const { id, peer } = requireCall(context);
      return { type: 'chat.opened', call: id, peer };
    }),
    reportReceived: sendTo(owner, ({ context, event }) => {
      assertEvent(event, 'message.received');
      const { text, cut, atMs } = event;
      return { type: 'message.received', call: requireCall(context).id, text, cut, atMs };
    }),
    // `sendLine` and `addLineUnderWay` run for every line of a chat. One `enqueueActions` for both would be
    // slower.
    sendLine: sendTo(connection, ({ event }) => {
      assertEvent(event, 'message.send');
      return { type: 'message.send', text: event.text };
    }),
    addLineUnderWay: assign(({ context, event }) => {
      const call = requireCall(context);
      return { current: { ...call, underWay: [...call.underWay, lineOf(event)] } };
    }),
    holdLine: assign({ held: ({ context, event }) => [...context.held, lineOf(event)] }),
    sendHeldLines: enqueueActions(({ context, enqueue }) => {
      const { held } = context;
      const call = requireCall(context);
      for (const { text } of held) enqueue.sendTo(connection, { type: 'message.send', text });
      enqueue.assign({ held: [], current: { ...call, underWay: [...call.underWay, ...held] } });
    }),
    refuseLine: sendTo(owner, ({ context, event }, { cause }: { cause: UnconfirmedCause }) => {
      assertEvent(event, 'message.send');
      return unconfirmedEvent(event.call, lineOf(event), cause, event.call !== context.current?.id);
    }),
    reportSent: sendTo(owner, (scope) => {
      const { event } = scope;
      assertEvent(event, 'message.sent');
      const { text, cut, atMs } = event;
      const call = findReportedCall(scope);
      return {
        type: 'message.sent',
        call: call?.id ?? NO_CALL,
        peer: call?.peer,
        key: call?.underWay[0]?.key,
        text,
        cut,
        atMs,
        isLate: isLate(scope),
      };
    }),
    dropReportedLine: assign((scope) => withoutReportedLine(scope)),
    reportUnconfirmed: sendTo(owner, (scope, { cause }: { cause: 'closed' | 'stalled' }) => {
      const { event } = scope;
      assertEvent(event, 'message.failed');
      const call = findReportedCall(scope);
      const line = { text: event.text, key: call?.underWay[0]?.key };
      return unconfirmedEvent(call?.id, line, cause, isLate(scope), event.isKept);
    }),
    reportLost: sendTo(owner, (scope) => {
      const { event } = scope;
      assertEvent(event, 'message.lost');
      const line = { text: event.text, key: undefined };
      return unconfirmedEvent(findReportedCall(scope)?.id, line, 'lost', isLate(scope), event.isKept);
    }),
    passToOwner: sendTo(owner, ({ context, event }) => {
      assertEvent(event, ['lines.resumed', 'delivery.late']);
      return { type: event.type, call: requireCall(context).id, count: event.count };
    }),
    failHeldLines: enqueueActions(({ context, enqueue }, { cause }: { cause: 'closed' | 'stalled' }) => {
      for (const line of context.held)
        enqueue.sendTo(owner, unconfirmedEvent(requireCall(context).id, line, cause));
      enqueue.assign({ held: [] });
    }),
    // The timer is a delayed event. If it were a state with `after` instead, every line of a chat would leave
    // and enter that state, which is too slow.
    startStallTimer: raise({ type: 'stall.passed' }, { delay: 'stall', id: 'stall' }),
    stopStallTimer: cancel('stall'),
    reportStalled: sendTo(owner, ({ context }) => ({ type: 'peer.stalled', call: requireCall(context).id })),
    reportReading: sendTo(owner, ({ context }) => ({ type: 'peer.reading', call: requireCall(context).id })),
    passToConnection: sendTo(connection, ({ event }) => {
      assertEvent(event, ['reading.pause', 'reading.resume']);
      return { type: event.type };
    }),
    abandonChat: sendTo(connection, { type: 'chat.abandon' }),
    reportEnded: sendTo(owner, ({ context, event }) => {
      assertEvent(event, 'chat.closed');
      const { reason = toDisplayText('closed') } = event;
      return { type: 'chat.ended', call: requireCall(context).id, reason };
    }),

    // The end of calls and chats.
    reportLeft: sendTo(owner, ({ context }) => ({ type: 'chat.left', call: requireCall(context).id })),
    reportPeerLeft: sendTo(owner, ({ context }) => ({ type: 'peer.left', call: requireCall(context).id })),
    leaveCall: enqueueActions(({ context, enqueue }) => {
      const { chat } = requireCall(context);
      // If an outgoing call has no connection yet, `hangUpLateCall` leaves it when its connection reports.
      if (chat !== undefined) enqueue.sendTo(chat, { type: 'chat.leave' });
    }),
    rememberClosing: assign({
      closing: ({ context }) => {
        const call = requireCall(context);
        return call.chat === undefined ? context.closing : new Map(context.closing).set(call.chat, call);
      },
    }),
    /** Cuts the connection of one past chat, or the connections of all past chats. */
    abandonClosing: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, ['chat.abandon', 'calls.abandon']);
      for (const [chat, { id }] of context.closing) {
        if (event.type === 'calls.abandon' || event.call === id)
          enqueue.sendTo(chat, { type: 'chat.abandon' });
      }
    }),
    reportAllEnded: sendTo(owner, { type: 'calls.ended' }),
    forgetCall: assign({ current: undefined, caller: undefined }),
    hangUpLateCall: sendTo(sender, { type: 'chat.leave' }),
    reportClosed: enqueueActions(({ context: { closing }, event, enqueue }) => {
      assertEvent(event, 'chat.closed');
      const { chat, reason } = event;
      enqueue.sendTo(owner, { type: 'chat.closed', call: closing.get(chat)?.id ?? NO_CALL, reason });
      enqueue.assign({ closing: without(closing, chat) });
    }),
  },
});
