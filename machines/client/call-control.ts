/**
 * Call control: one peer at a time.
 *
 * Owns: the current call or chat, the time limits for an answer and for a buddy who does not read, the list
 * of refused callers, and the lines that the network has not taken yet. Trusts: its owner, and the
 * connections, which have passed all texts through the text gate. Talks to: the connections
 * (actors/client/chat-connection.ts), their supervisor, and its owner. The owner is the statechart of the
 * terminal client, or the agent of createClient.
 *
 * Only call control checks whether a report comes from the current chat. If the owner has already left the
 * reported chat, call control marks the report as late.
 */

import type { CallControlContext, CallControlInput } from './call-control-context.js';
import { callControlSetup } from './call-control-setup.js';
import { talking } from './call-control-talking.js';

/** The context at the start. */
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
  description: 'Allows one call or chat at a time.',
  context: firstContext,
  initial: 'free',
  on: {
    'call.received': [
      { guard: 'isUnwelcome', actions: 'cutCaller', description: 'A blocked caller, or a nuisance.' },
      { actions: ['rejectCaller', 'reportBusy'], description: 'There is already a call or chat.' },
    ],
    'call.foreign': [
      { guard: 'isUnwelcome', description: 'A blocked caller, or a nuisance.' },
      { actions: 'reportForeign', description: 'The connection hung up on a caller of dialect E.' },
    ],
    'call.crowded': [
      { guard: 'isUnwelcome', description: 'A blocked caller, or a nuisance.' },
      { actions: 'reportCrowded', description: 'There was no room for a connection.' },
    ],
    'call.denied': [
      { guard: 'isUnwelcome', description: 'A blocked caller, or a nuisance.' },
      { actions: 'reportDenied', description: 'A key or the privacy setting forbids the call.' },
    ],
    'dialect.heard': { actions: 'rememberDialect' },
    'call.place': { actions: 'refusePlace', description: 'There is already a call or chat.' },
    'callers.block': { actions: 'blockCallers' },
    'message.send': {
      actions: { type: 'refuseLine', params: { cause: 'closed' } },
      description: 'The chat of this line does not exist, or is over.',
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
      description: 'The owner has left the chat, or call control has restarted since the chat began.',
    },
    'message.failed': {
      actions: [{ type: 'reportUnconfirmed', params: { cause: 'closed' } }, 'dropReportedLine'],
      description: 'The owner has left the chat, or call control has restarted since the chat began.',
    },
    'message.lost': {
      actions: 'reportLost',
      description: 'The owner has left the chat, or call control has restarted since the chat began.',
    },
    'chat.closed': {
      guard: 'isClosingChat',
      actions: 'reportClosed',
      description: 'The connection of a past chat is closed.',
    },
    'chat.abandon': { actions: 'abandonClosing' },
    'shutdown.requested': { target: '.ended' },
  },
  states: {
    free: {
      description: 'There is no call and no chat, until a buddy or the owner calls.',
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
      description: 'A buddy calls: waits up to 60 s for the owner to answer.',
      on: {
        'call.accept': { guard: 'isCurrentCall', target: 'talking', actions: ['acceptCall', 'reportOpened'] },
        'call.reject': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: [
            'rejectCall',
            { type: 'countUnansweredCall', params: { hasTimedOut: false } },
            'reportRejected',
          ],
        },
        'call.dismiss': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: ['rejectCall', 'reportRejected'],
          description: 'A rule of the owner refused the call without asking a person.',
        },
        'calls.end': { target: 'ending', actions: 'rejectCall' },
        'call.foreign': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: ['reportForeignCall', 'reportWithdrawn'],
          description: 'The caller turned out to speak dialect E.',
        },
        'call.replaced': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: 'reportReplaced',
          description: 'The first byte of the caller begins TLS. A private call may follow.',
        },
        'chat.closed': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: 'reportWithdrawn',
          description: 'The caller hung up.',
        },
      },
      after: {
        patience: {
          target: 'free',
          actions: [
            'rejectCall',
            { type: 'countUnansweredCall', params: { hasTimedOut: true } },
            'reportMissed',
          ],
        },
      },
    },

    calling: {
      description: 'The owner calls a buddy: waits up to 60 s for the answer.',
      initial: 'dialling',
      on: {
        'call.placed': {
          guard: 'isCurrentCall',
          actions: 'rememberConnection',
          description: "The connection's actor has started.",
        },
        'place.failed': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: 'reportNotPlaced',
          description: 'The supervisor of connections did not start a connection.',
        },
        'call.accepted': {
          guard: 'isCurrentChat',
          target: 'talking',
          actions: ['rememberProtection', 'reportOpened'],
        },
        'call.barred': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: 'reportBarred',
          description: 'The call is not allowed: the event names the reason. No chat was opened.',
        },
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
          description: "The connection's actor crashed.",
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
          description: 'The connection to the buddy is being established.',
          on: {
            'call.ringing': { guard: 'isCurrentChat', target: 'alerting', actions: 'reportAlerting' },
          },
        },
        alerting: { description: 'The buddy is connected, and the answer is pending.' },
      },
    },

    talking,

    ending: {
      description: 'The owner is about to end: waits until the connections of all past chats are closed.',
      entry: 'forgetCall',
      always: { guard: 'isNoneClosing', target: 'idle', actions: 'reportAllEnded' },
      on: {
        'call.received': { actions: 'rejectCaller' },
        'calls.abandon': { actions: 'abandonClosing', description: 'The user does not want to wait.' },
      },
    },
    idle: {
      description: 'All connections are closed, and new callers are refused, until the client ends.',
      on: { 'call.received': { actions: 'rejectCaller' } },
    },
    ended: {
      type: 'final',
      description: 'Call control has ended. The supervisor of connections closes the remaining connections.',
    },
  },
});
