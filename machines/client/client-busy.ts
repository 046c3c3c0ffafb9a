/**
 * The client's chart, part `busy`: a call rings, the user calls, or both talk. Call control holds the rules;
 * here is what the user is asked and told.
 */

import { clientSetup } from './client-chat-setup.js';

export const busy = clientSetup.createStateConfig({
  description: 'The user is asked about a call, calls, or talks.',
  initial: 'ringing',
  states: {
    ringing: {
      description: 'A buddy calls: the user is asked.',
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
            description: 'Neither yes nor no: asked again.',
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
      description: 'A buddy is called: connecting, then waiting for a yes or no.',
      entry: [{ type: 'say', params: { notice: 'connecting' } }, 'placeCall'],
      exit: 'closePrompt',
      initial: 'deciding',
      states: {
        deciding: {
          description: 'A script cannot give up: its next line is meant for the buddy.',
          always: [{ guard: 'isInteractive', target: 'abortable' }, { target: 'unattended' }],
        },
        unattended: { description: 'The answer is waited for.' },
        abortable: {
          description: 'The user sees how it goes, and may give up.',
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
          description: 'A call came in first: it is asked about.',
        },
        'input.exhausted': { target: '#client.departing', description: 'There is no input left for a chat.' },
        'chat.opened': {
          target: 'chatting',
          actions: ['rememberPeer', { type: 'say', params: { notice: 'accepted' } }],
        },
        'chat.failed': { target: '#client.resuming', actions: 'sayCallFailed' },
      },
    },
    chatting: {
      description: 'Message mode: each line goes to the buddy, q leaves.',
      initial: 'composing',
      entry: [{ type: 'say', params: { notice: 'chatHelp' } }, 'sendUndelivered'],
      exit: 'closePrompt',
      on: {
        'input.interrupted': { target: 'leaving', actions: 'leaveChat' },
        'message.received': { actions: 'showReceivedMessage' },
        'message.sent': [
          { guard: 'isLate', actions: 'showSentMessage', description: 'Of a chat that the user has left.' },
          { actions: ['showSentMessage', 'removeFromOutbox'] },
        ],
        'message.unconfirmed': [
          { guard: 'isLate', actions: 'sayUnconfirmed', description: 'Of a chat that the user has left.' },
          {
            guard: 'isRefusedAsFull',
            actions: ['sayUnconfirmed', 'dropRefusedLine'],
            description: 'Another line waits already.',
          },
          { actions: ['sayUnconfirmed', 'keepUndelivered'] },
        ],
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
            description: 'The user can say whether to call again.',
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
          description: 'The user types.',
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
                description: 'The answer closed the prompt.',
              },
            ],
          },
        },
        sending: {
          description: 'The line is on its way: the next is read when the network took this one.',
          on: {
            'message.sent': {
              guard: 'isLastLineOfChat',
              target: 'composing',
              actions: ['showSentMessage', 'removeFromOutbox'],
            },
          },
        },
        stalled: {
          description: 'The buddy does not read. The user may leave; one more line waits.',
          entry: 'askForMessage',
          on: {
            'message.sent': {
              guard: 'isLastLineOfChat',
              target: 'composing',
              actions: ['showSentMessage', 'removeFromOutbox'],
              description: 'The same prompt stays open, with what is being typed.',
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
                description: 'It waits its turn.',
              },
              {
                target: 'sending',
                actions: [
                  'sendMessage',
                  { type: 'rememberPending', params: { isHeld: true } },
                  'forgetQuestion',
                ],
                description: 'It waits its turn. A script is asked for the next line afterwards.',
              },
            ],
          },
        },
      },
    },
    leaving: {
      description: 'The user leaves the chat: lines that were held come back first.',
      on: {
        'chat.left': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
        },
        'peer.left': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
          description: 'The buddy left in the same moment.',
        },
        'chat.ended': {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'chatClosed' } },
          description: 'The connection broke in the same moment.',
        },
      },
    },
  },
});
