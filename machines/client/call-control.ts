/**
 * Call control: one peer at a time.
 *
 * Owns: which call or chat is the current one, how long an answer and a buddy's reading may take, whose calls
 * are refused, and the lines that the network has not taken yet. Trusts: the connections, whose texts are
 * gated, and its owner. Talks to: the connections (actors/client/chat.ts) and their supervisor; its owner,
 * which is the statechart of a person's client or the agent of a program's.
 *
 * Only call control asks whether a report is of the current chat. A report of a chat that its owner has left
 * is passed on as late.
 */

import { type CallControlContext, type CallControlInput, callControlSetup } from './call-control-setup.js';

/** What call control knows when it starts. */
function firstContext({ input }: { readonly input: CallControlInput }): CallControlContext {
  return {
    ...input,
    current: undefined,
    caller: undefined,
    held: [],
    closing: new Map(),
    unansweredCalls: [],
  };
}

export const callControlMachine = callControlSetup.createMachine({
  id: 'call-control',
  description: 'One call or chat at a time.',
  context: firstContext,
  initial: 'free',
  on: {
    'call.received': [
      { guard: 'isUnwelcome', actions: 'rejectCaller', description: 'A blocked caller, or a nuisance.' },
      { actions: ['rejectCaller', 'reportBusy'], description: 'There is one peer at a time.' },
    ],
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
      description: 'A chat that the owner has left.',
    },
    'shutdown.requested': { target: '.ended' },
  },
  states: {
    free: {
      description: 'No call and no chat.',
      entry: 'forgetCall',
      on: {
        'call.received': [
          { guard: 'isUnwelcome', actions: 'rejectCaller', description: 'A blocked caller, or a nuisance.' },
          { target: 'ringing', actions: 'offerCall' },
        ],
        'call.place': { target: 'calling', actions: 'placeCall' },
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
        'chat.leave': { guard: 'isCurrentCall', target: 'free', actions: 'leaveCall' },
      },
      after: {
        patience: {
          target: 'free',
          actions: ['leaveCall', { type: 'reportFailed', params: { cause: 'unanswered' } }],
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

    talking: {
      description: 'The chat: lines go both ways.',
      initial: 'flowing',
      on: {
        'message.received': { guard: 'isCurrentChat', actions: 'reportReceived' },
        'message.send': {
          guard: 'isCurrentCall',
          actions: { type: 'refuseLine', params: { cause: 'full' } },
          description: 'Too many lines wait.',
        },
        'message.failed': {
          guard: 'isCurrentChat',
          actions: [{ type: 'reportUnconfirmed', params: { cause: 'closed' } }, 'dropReportedLine'],
          description: 'The end of the chat follows.',
        },
        'message.lost': {
          guard: 'isCurrentChat',
          actions: 'reportLost',
          description: 'The end of the chat follows.',
        },
        'chat.closed': {
          guard: 'isCurrentChat',
          target: 'free',
          actions: [{ type: 'failHeldLines', params: { cause: 'closed' } }, 'reportEnded'],
          description: 'The buddy left, or the connection broke.',
        },
        'chat.leave': {
          guard: 'isCurrentCall',
          target: 'free',
          actions: [{ type: 'failHeldLines', params: { cause: 'closed' } }, 'leaveCall', 'reportLeft'],
        },
        'reading.pause': { guard: 'isCurrentCall', actions: 'passToConnection' },
        'reading.resume': { guard: 'isCurrentCall', actions: 'passToConnection' },
      },
      states: {
        flowing: {
          description:
            'The buddy reads. The network takes the oldest line under way within 5 s, or it stalls.',
          exit: 'stopStallTimer',
          on: {
            'message.send': [
              { guard: 'isFirstLine', actions: ['sendLine', 'noteUnderWay', 'startStallTimer'] },
              { guard: 'isCurrentCallWithRoom', actions: ['sendLine', 'noteUnderWay'] },
            ],
            'message.sent': [
              {
                guard: 'isLastOfCurrentChat',
                actions: ['reportSent', 'dropReportedLine', 'stopStallTimer'],
                description: 'The network has taken all lines.',
              },
              {
                guard: 'isOneOfCurrentChat',
                actions: ['reportSent', 'dropReportedLine', 'stopStallTimer', 'startStallTimer'],
                description: 'The next line has its own 5 s.',
              },
            ],
            'stall.passed': { target: 'stalled', actions: 'reportStalled' },
          },
        },
        stalled: {
          description:
            'The buddy does not read, or slowly. New lines are held, as many as there is room for.',
          on: {
            'message.send': { guard: 'isCurrentCallWithRoomToHold', actions: 'holdLine' },
            'message.sent': [
              {
                guard: 'isCurrentChatWithHeldLines',
                target: 'stalled',
                reenter: true,
                actions: ['reportSent', 'dropReportedLine', 'sendHeldLines'],
                description: 'The network takes lines: those that were held go out.',
              },
              {
                guard: 'isLastOfCurrentChat',
                target: 'flowing',
                actions: ['reportSent', 'dropReportedLine', 'reportReading'],
                description: 'The buddy reads again.',
              },
              {
                guard: 'isCurrentChat',
                target: 'stalled',
                reenter: true,
                actions: ['reportSent', 'dropReportedLine'],
                description: 'The next line has its own 60 s.',
              },
            ],
          },
          after: {
            stallPatience: {
              target: 'abandoned',
              actions: 'abandonChat',
              description: '60 s after the first line that the network did not take.',
            },
          },
        },
        abandoned: {
          description: 'The buddy did not read. The connection names what is unconfirmed, and is cut.',
          on: {
            'message.send': {
              guard: 'isCurrentCallWithRoomToHold',
              actions: 'holdLine',
              description: 'It is named after the lines before it.',
            },
            'message.failed': {
              guard: 'isCurrentChat',
              actions: [{ type: 'reportUnconfirmed', params: { cause: 'stalled' } }, 'dropReportedLine'],
            },
            'chat.closed': {
              guard: 'isCurrentChat',
              target: '#call-control.free',
              actions: [{ type: 'failHeldLines', params: { cause: 'stalled' } }, 'reportEnded'],
              description: 'Lines that were held come after those under way.',
            },
          },
        },
      },
    },

    ended: { type: 'final', description: 'The client ends; its connections are closed by their supervisor.' },
  },
});
