/**
 * The chart of call control, part `talking`: the lines of a chat, and a buddy that does not read them.
 */

import { callControlSetup } from './call-control-setup.js';

export const talking = callControlSetup.createStateConfig({
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
    'reading.pause': { guard: 'isCurrentCall', actions: 'passToConnection' },
    'reading.resume': { guard: 'isCurrentCall', actions: 'passToConnection' },
  },
  states: {
    flowing: {
      description: 'The buddy reads. The network takes the oldest line under way within 5 s, or it stalls.',
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
            description: 'The next line has its own 5 s.',
          },
        ],
        'delivery.progressed': {
          guard: 'isCurrentChatWithLines',
          actions: ['stopStallTimer', 'startStallTimer'],
          description: 'The buddy reads, though not a whole line was taken.',
        },
        'stall.passed': { target: 'stalled', actions: 'reportStalled' },
      },
    },
    stalled: {
      description: 'The buddy does not read, or slowly. New lines are held, as many as there is room for.',
      on: {
        'message.send': { guard: 'isCurrentCallWithRoomToHold', actions: 'holdLine' },
        'delivery.progressed': {
          guard: 'isCurrentChat',
          target: 'stalled',
          reenter: true,
          description: 'The buddy reads slowly: the next line has its own 60 s.',
        },
        'message.sent': [
          {
            guard: 'isCurrentChatWithHeldLines',
            target: 'stalled',
            reenter: true,
            actions: ['reportSent', 'dropReportedLine', 'sendHeldLines'],
            description: 'The network takes lines: those that were held go out.',
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
});
