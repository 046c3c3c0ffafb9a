/**
 * Call control: one peer at a time.
 *
 * Owns: which call or chat is the current one, how long an answer and a buddy's reading may take, whose calls
 * are refused, and the lines that the network has not taken yet. Trusts: the connections, whose texts are
 * gated, and its owner. Talks to: the connections (actors/client/chat-connection.ts) and their supervisor; its owner,
 * which is the statechart of a person's client or the agent of a program's.
 *
 * Only call control asks whether a report is of the current chat. A report of a chat that its owner has left
 * is passed on as late.
 */

import type { CallControlContext, CallControlInput } from './call-control-context.js';
import { callControlSetup } from './call-control-setup.js';
import { talking } from './call-control-talking.js';

/** What call control knows when it starts. */
function firstContext({ input }: { readonly input: CallControlInput }): CallControlContext {
  return {
    ...input,
    current: undefined,
    caller: undefined,
    held: [],
    closing: new Map(),
    unansweredCalls: [],
    cutCalls: [],
  };
}

export const callControlMachine = callControlSetup.createMachine({
  id: 'call-control',
  description: 'One call or chat at a time.',
  context: firstContext,
  initial: 'free',
  on: {
    'call.received': [
      { guard: 'isUnwelcome', actions: 'cutCaller', description: 'A blocked caller, or a nuisance.' },
      { actions: ['rejectCaller', 'reportBusy'], description: 'There is one peer at a time.' },
    ],
    'call.foreign': [
      { guard: 'isUnwelcome', description: 'A blocked caller, or a nuisance.' },
      { actions: 'reportForeign', description: 'It hung up on a caller of dialect E.' },
    ],
    'call.crowded': [
      { guard: 'isUnwelcome', description: 'A blocked caller, or a nuisance.' },
      { actions: 'reportCrowded', description: 'There was no room for a connection.' },
    ],
    'dialect.heard': { actions: 'rememberDialect' },
    'call.place': { actions: 'refusePlace', description: 'There is one peer at a time.' },
    'callers.block': { actions: 'blockCallers' },
    'message.send': {
      actions: { type: 'refuseLine', params: { cause: 'closed' } },
      description: 'There is no such chat.',
    },
    'call.placed': {
      actions: 'hangUpLateCall',
      description: 'The owner gave up the call before its connection reported.',
    },
    'call.accepted': {
      actions: 'hangUpLateCall',
      description: 'The owner gave up the call before its connection reported.',
    },
    'message.sent': {
      actions: ['reportSent', 'dropReportedLine'],
      description: 'Of a chat that the owner has left, or that is older than call control.',
    },
    'message.failed': {
      actions: [{ type: 'reportUnconfirmed', params: { cause: 'closed' } }, 'dropReportedLine'],
      description: 'Of a chat that the owner has left, or that is older than call control.',
    },
    'message.lost': {
      actions: 'reportLost',
      description: 'Of a chat that the owner has left, or that is older than call control.',
    },
    'chat.closed': {
      guard: 'isClosingChat',
      actions: 'reportClosed',
      description: 'A chat that is over.',
    },
    'chat.abandon': { guard: 'isClosingCall', actions: 'abandonLeftChat' },
    'shutdown.requested': { target: '.ended' },
  },
  states: {
    free: {
      description: 'No call and no chat.',
      entry: 'forgetCall',
      on: {
        'call.received': [
          { guard: 'isUnwelcome', actions: 'cutCaller', description: 'A blocked caller, or a nuisance.' },
          { target: 'ringing', actions: 'offerCall' },
        ],
        'call.place': { target: 'calling', actions: 'placeCall' },
        'calls.end': 'ending',
      },
    },

    ringing: {
      description: 'A buddy calls. The owner is asked, for 60 s from the arrival of the call.',
      on: {
        'call.accept': { guard: 'isCurrentCall', target: 'talking', actions: ['acceptCall', 'reportOpened'] },
        'call.reject': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: ['rejectCall', 'countUnansweredCall', 'reportRejected'],
        },
        'call.dismiss': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: ['rejectCall', 'reportRejected'],
          description: 'Refused by a rule of the owner, before a person was asked.',
        },
        'calls.end': { target: 'ending', actions: 'rejectCall' },
        'call.foreign': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: ['reportForeignCall', 'reportWithdrawn'],
          description: 'It turns out to speak dialect E.',
        },
        'chat.closed': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: 'reportWithdrawn',
          description: 'The caller hung up.',
        },
      },
      after: {
        patience: { target: 'free', actions: ['rejectCall', 'countTimedOutCall', 'reportMissed'] },
      },
    },

    calling: {
      description: 'A call of ours, which is answered within 60 s or given up.',
      initial: 'dialling',
      on: {
        'call.placed': {
          guard: 'isCurrentCall',
          actions: 'rememberConnection',
          description: 'The actor of the connection has started.',
        },
        'place.failed': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: 'reportNotPlaced',
          description: 'The supervisor of connections started none.',
        },
        'call.accepted': { guard: 'isCurrentChat', target: 'talking', actions: 'reportOpened' },
        'call.refused': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: { type: 'reportFailed', params: { cause: 'refused' } },
        },
        'call.failed': { guard: 'isCurrentChat', target: 'free', actions: 'reportUnreachable' },
        'chat.closed': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: { type: 'reportFailed', params: { cause: 'crashed' } },
          description: 'The actor of the connection crashed.',
        },
        'chat.leave': { guard: 'isCurrentCall', target: 'free', actions: ['leaveCall', 'rememberClosing'] },
        'calls.end': { target: 'ending', actions: ['leaveCall', 'rememberClosing'] },
      },
      after: {
        patience: {
          target: 'free',
          actions: [
            'leaveCall',
            'rememberClosing',
            { type: 'reportFailed', params: { cause: 'unanswered' } },
          ],
        },
      },
      states: {
        dialling: {
          description: 'The buddy is being reached.',
          on: {
            'call.ringing': { guard: 'isCurrentChat', target: 'alerting', actions: 'reportAlerting' },
          },
        },
        alerting: { description: 'The buddy is asked.' },
      },
    },

    talking,

    ending: {
      description: 'The owner is about to end: the chats that are over deliver their last lines.',
      entry: 'forgetCall',
      always: { guard: 'isNoneClosing', target: 'idle', actions: 'reportAllEnded' },
      on: {
        'call.received': { actions: 'rejectCaller' },
        'calls.abandon': { actions: 'abandonChats', description: 'The user does not wait any longer.' },
      },
    },
    idle: {
      description: 'All is closed, and the owner ends.',
      on: { 'call.received': { actions: 'rejectCaller' } },
    },
    ended: { type: 'final', description: 'The client ends; its connections are closed by their supervisor.' },
  },
});
