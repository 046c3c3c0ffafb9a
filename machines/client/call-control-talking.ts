/**
 * The chart of call control, part `talking`: the lines of a chat, and a buddy who does not read them.
 */

import { callControlSetup } from './call-control-setup.js';

export const talking = callControlSetup.createStateConfig({
  description: 'A chat is open: lines go both ways, until one side leaves or the connection breaks.',
  initial: 'flowing',
  on: {
    'message.received': { guard: 'isCurrentChat', actions: 'reportReceived' },
    'message.send': {
      guard: 'isCurrentCall',
      actions: { type: 'refuseLine', params: { cause: 'full' } },
      description: 'Too many lines are waiting.',
    },
    'message.failed': {
      guard: 'isCurrentChat',
      actions: [{ type: 'reportUnconfirmed', params: { cause: 'closed' } }, 'dropReportedLine'],
      description: 'The connection is about to report the end of the chat.',
    },
    'message.lost': {
      guard: 'isCurrentChat',
      actions: 'reportLost',
      description: 'The connection is about to report the end of the chat.',
    },
    'chat.closed': {
      guard: 'isCurrentChat',
      target: 'free',
      actions: [{ type: 'failHeldLines', params: { cause: 'closed' } }, 'reportEnded'],
      description: 'The connection broke.',
    },
    'peer.left': {
      guard: 'isCurrentChat',
      target: 'free',
      actions: [{ type: 'failHeldLines', params: { cause: 'closed' } }, 'rememberClosing', 'reportPeerLeft'],
    },
    'chat.leave': {
      guard: 'isCurrentCall',
      target: 'free',
      actions: [
        { type: 'failHeldLines', params: { cause: 'closed' } },
        'leaveCall',
        'rememberClosing',
        'reportLeft',
      ],
    },
    'calls.end': {
      target: 'ending',
      actions: [{ type: 'failHeldLines', params: { cause: 'closed' } }, 'leaveCall', 'rememberClosing'],
    },
    'lines.resumed': { guard: 'isCurrentChat', actions: 'passToOwner' },
    'delivery.late': { guard: 'isCurrentChat', actions: 'passToOwner' },
    'reading.pause': { guard: 'isCurrentCall', actions: 'passToConnection' },
    'reading.resume': { guard: 'isCurrentCall', actions: 'passToConnection' },
  },
  states: {
    flowing: {
      description: 'The network takes our lines. If a line waits for 5 s, the chat stalls.',
      exit: 'stopStallTimer',
      on: {
        'message.send': [
          { guard: 'isFirstLine', actions: ['sendLine', 'addLineUnderWay', 'startStallTimer'] },
          { guard: 'isCurrentCallWithRoom', actions: ['sendLine', 'addLineUnderWay'] },
        ],
        'message.sent': [
          {
            guard: 'isLastLineUnderWay',
            actions: ['reportSent', 'dropReportedLine', 'stopStallTimer'],
            description: 'The network has taken all lines.',
          },
          {
            guard: 'hasMoreLinesUnderWay',
            actions: ['reportSent', 'dropReportedLine', 'stopStallTimer', 'startStallTimer'],
            description: 'The next line gets its own 5 s.',
          },
        ],
        'delivery.progressed': {
          guard: 'isCurrentChatWithLines',
          actions: ['stopStallTimer', 'startStallTimer'],
          description:
            'The buddy reads, but the network has not taken the whole line yet: the line gets another 5 s.',
        },
        'stall.passed': { target: 'stalled', actions: 'reportStalled' },
      },
    },
    stalled: {
      description:
        'The buddy reads slowly or not at all. New lines are held, until the buddy reads or 60 s pass.',
      on: {
        'message.send': { guard: 'isCurrentCallWithRoomToHold', actions: 'holdLine' },
        'delivery.progressed': {
          guard: 'isCurrentChat',
          target: 'stalled',
          reenter: true,
          description: 'The buddy reads slowly: the oldest line gets another 60 s.',
        },
        'message.sent': [
          {
            guard: 'isCurrentChatWithHeldLines',
            target: 'stalled',
            reenter: true,
            actions: ['reportSent', 'dropReportedLine', 'sendHeldLines'],
            description: 'The network takes lines again, so the held lines are sent.',
          },
          {
            guard: 'isLastLineUnderWay',
            target: 'flowing',
            actions: ['reportSent', 'dropReportedLine', 'reportReading'],
            description: 'The buddy reads again.',
          },
          {
            guard: 'isCurrentChat',
            target: 'stalled',
            reenter: true,
            actions: ['reportSent', 'dropReportedLine'],
            description: 'The next line gets its own 60 s.',
          },
        ],
      },
      after: {
        stallPatience: {
          target: 'abandoned',
          actions: 'abandonChat',
          description: 'The network has not taken the oldest line for 60 s.',
        },
      },
    },
    abandoned: {
      description: 'The buddy did not read for 60 s. The connection reports unconfirmed lines and closes.',
      on: {
        'message.send': {
          guard: 'isCurrentCallWithRoomToHold',
          actions: 'holdLine',
          description: 'The new line is reported as unconfirmed, after the earlier lines.',
        },
        'message.failed': {
          guard: 'isCurrentChat',
          actions: [{ type: 'reportUnconfirmed', params: { cause: 'stalled' } }, 'dropReportedLine'],
        },
        'chat.closed': {
          guard: 'isCurrentChat',
          target: '#call-control.free',
          actions: [{ type: 'failHeldLines', params: { cause: 'stalled' } }, 'reportEnded'],
          description: 'Held lines are reported after the lines under way.',
        },
      },
    },
  },
});
