/**
 * The client's chart, part `busy`: a call rings, the user calls, or the user is in a chat. Call control has
 * the rules for calls. This part decides what the user is asked and told.
 */

import { clientSetup } from './client-chat-setup.js';

export const busy = clientSetup.createStateConfig({
  description: 'The user is asked about a call, calls a buddy, or is in a chat.',
  initial: 'ringing',
  states: {
    ringing: {
      description: 'A buddy calls: asks the user, until the user answers, the caller leaves or 60 s pass.',
      entry: ['sayCaller', 'alertCall', 'askAboutCall'],
      exit: 'closePrompt',
      on: {
        'input.interrupted': {
          target: '#client.resuming',
          actions: ['rejectCall', 'dropOffer', { type: 'say', params: { notice: 'callRefused' } }],
        },
        'prompt.answered': [
          { guard: 'isYes', actions: 'acceptCall', description: 'The chat opens.' },
          {
            guard: 'isNo',
            target: '#client.resuming',
            actions: ['rejectCall', 'dropOffer', { type: 'say', params: { notice: 'callRefused' } }],
          },
          {
            actions: ['sayCaller', 'askAboutCall'],
            description: 'Neither yes nor no: asks again.',
          },
        ],
        'chat.opened': {
          target: 'chatting',
          actions: ['rememberPeer', { type: 'say', params: { notice: 'callAccepted' } }],
        },
        'call.withdrawn': {
          target: '#client.resuming',
          actions: ['recordWithdrawnCall', 'dropOffer', 'showStatus'],
          description: 'The caller hung up.',
        },
        'call.missed': {
          target: '#client.resuming',
          actions: [
            { type: 'say', params: { notice: 'callUnanswered' } },
            'recordMissedCall',
            'dropOffer',
            'showStatus',
          ],
        },
      },
    },
    calling: {
      description: 'The user calls a buddy: waits until the buddy answers, or the call fails.',
      entry: [{ type: 'say', params: { notice: 'connecting' } }, 'placeCall'],
      exit: 'closePrompt',
      initial: 'deciding',
      states: {
        deciding: {
          description:
            'Decides whether the user can give up the call. In a script, the next line is a message.',
          always: [{ guard: 'isInteractive', target: 'abortable' }, { target: 'unattended' }],
        },
        unattended: { description: 'A script waits for the answer.' },
        abortable: {
          description: 'The user is told about the progress of the call, and may give up.',
          entry: 'askToGiveUp',
          on: {
            'call.alerting': { actions: { type: 'say', params: { notice: 'ringing' } } },
            'input.interrupted': {
              target: '#client.resuming',
              actions: ['leaveChat', { type: 'say', params: { notice: 'gaveUp' } }],
            },
            'prompt.answered': {
              target: '#client.resuming',
              actions: ['leaveChat', { type: 'say', params: { notice: 'gaveUp' } }],
            },
          },
        },
      },
      on: {
        'call.dialling': { actions: 'rememberCall' },
        'place.refused': {
          target: '#client.resuming',
          description: 'A call came in first, and the user is asked about it.',
        },
        'input.exhausted': { target: '#client.departing', description: 'No input is left for a chat.' },
        'chat.opened': {
          target: 'chatting',
          actions: ['rememberPeer', { type: 'say', params: { notice: 'accepted' } }],
        },
        'chat.failed': { target: '#client.resuming', actions: 'sayCallFailed' },
      },
    },
    chatting: {
      description: 'Message mode: each line is sent to the buddy, until the user types q or the chat ends.',
      initial: 'composing',
      entry: [{ type: 'say', params: { notice: 'chatHelp' } }, 'sayProtection', 'sendUndelivered'],
      exit: 'closePrompt',
      on: {
        'input.interrupted': { target: 'leaving', actions: 'leaveChat' },
        'message.received': { actions: 'showReceivedMessage' },
        'message.sent': [
          {
            guard: 'isLate',
            actions: 'showSentMessage',
            description: 'The user has left the chat of this line.',
          },
          { actions: ['showSentMessage', 'removeFromOutbox'] },
        ],
        'message.unconfirmed': [
          {
            guard: 'isLate',
            actions: 'sayUnconfirmed',
            description: 'The user has left the chat of this line.',
          },
          {
            guard: 'isRefusedAsFull',
            actions: ['sayUnconfirmed', 'dropRefusedLine'],
            description: 'Another line is already waiting.',
          },
          { actions: ['sayUnconfirmed', 'keepUndelivered'] },
        ],
        'lines.resumed': { actions: 'sayResumed' },
        'delivery.late': { actions: 'sayLate' },
        'peer.stalled': {
          target: '.stalled',
          actions: { type: 'say', params: { notice: 'buddyDoesNotRead' } },
        },
        'peer.left': {
          target: '#client.resuming',
          actions: ['sayBuddyLeft', 'dropPeersUndelivered'],
        },
        'chat.ended': [
          {
            guard: 'isCallableAgain',
            description: 'The user can decide whether to call again.',
            target: '#client.free.offering',
            actions: 'sayChatBroken',
          },
          {
            description: 'There is no buddy to call, or no user to ask.',
            target: '#client.resuming',
            actions: ['sayChatBroken', 'dropPeersUndelivered'],
          },
        ],
      },
      states: {
        composing: {
          description: 'The user types a line.',
          entry: 'askForMessage',
          on: {
            'prompt.answered': [
              { guard: 'isQuit', target: '#client.busy.leaving', actions: 'leaveChat' },
              {
                target: 'sending',
                actions: [
                  'sendMessage',
                  { type: 'rememberPending', params: { isHeld: false } },
                  'forgetQuestion',
                ],
                description: 'The answer has closed the prompt.',
              },
            ],
          },
        },
        sending: {
          description: 'A line is being sent: waits until the network has taken it.',
          on: {
            'message.sent': {
              guard: 'isLastLineOfChat',
              target: 'composing',
              actions: ['showSentMessage', 'removeFromOutbox'],
            },
          },
        },
        stalled: {
          description: 'The buddy does not read: the user may leave or type one more line, which is held.',
          entry: 'askForMessage',
          on: {
            'message.sent': {
              guard: 'isLastLineOfChat',
              target: 'composing',
              actions: ['showSentMessage', 'removeFromOutbox'],
              description: 'The same prompt stays open, with the typed text.',
            },
            'prompt.answered': [
              { guard: 'isQuit', target: '#client.busy.leaving', actions: 'leaveChat' },
              {
                guard: 'isInteractive',
                actions: [
                  'sendMessage',
                  { type: 'rememberPending', params: { isHeld: true } },
                  'askForMessage',
                ],
                description: 'The line waits until the lines before it are sent.',
              },
              {
                target: 'sending',
                actions: [
                  'sendMessage',
                  { type: 'rememberPending', params: { isHeld: true } },
                  'forgetQuestion',
                ],
                description:
                  'The line waits. A script is asked for its next line only after this line is sent.',
              },
            ],
          },
        },
      },
    },
    leaving: {
      description: 'The user leaves the chat: waits until held lines are reported and the chat is over.',
      on: {
        'chat.left': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
        },
        'peer.left': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
          description: 'The buddy left at the same time.',
        },
        'chat.ended': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
          description: 'The connection broke at the same time.',
        },
      },
    },
  },
});
