/**
 * The states of an outgoing call in clear, part of the chart in chat.ts.
 */

import { chatSetup } from './chat-setup.js';

const connecting = chatSetup.createStateConfig({
  description: 'Outgoing call: connects to the buddy, for at most 10 s.',
  on: {
    'socket.connected': {
      target: 'calling',
      actions: ['stopTimer', 'sendGreeting', 'announceRinging'],
    },
    'socket.failed': { target: 'closed', actions: 'announceFailed' },
    'chat.faulted': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'The key of the buddy became known.',
    },
    'timer.passed': {
      target: 'closed',
      actions: 'announceUnreachable',
      description: 'The connection was not established in time.',
    },
    'chat.leave': 'closed',
    'shutdown.requested': 'closed',
  },
});

const calling = chatSetup.createStateConfig({
  description: 'Outgoing call: waits for the answer of the buddy, for as long as call control allows.',
  on: {
    'line.received': [
      { guard: 'isAcceptance', target: 'open', actions: ['watchDelivery', 'announceAccepted'] },
      {
        guard: 'isRefusal',
        target: 'closing',
        actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
      },
      {
        guard: 'isFarewell',
        target: 'closing',
        actions: ['announceAccepted', 'announceLeft', 'hangUp', 'startLingerTimer'],
        description: 'Any other line than an answer accepts the call. This one says that the buddy left.',
      },
      {
        target: 'open',
        actions: ['watchDelivery', 'announceAccepted', 'deliverMessage'],
        description: 'Any other line than an answer accepts the call, and is the first message.',
      },
    ],
    'chat.faulted': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'The key of the buddy became known.',
    },
    'socket.ended': {
      target: 'closing',
      actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
      description: 'A close without a line is a refusal.',
    },
    'socket.closed': {
      target: 'closed',
      actions: 'announceRefused',
      description: 'A close without a line is a refusal.',
    },
    'chat.leave': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
    'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
  },
});

export const outgoingStates = { connecting, calling };
