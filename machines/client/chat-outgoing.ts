/**
 * The states of an outgoing call in clear (without TLS), part of the chart in chat.ts.
 */

import { chatSetup } from './chat-setup.js';

const connecting = chatSetup.createStateConfig({
  description: 'Outgoing call: connects to the buddy. The attempt ends after 10 s.',
  on: {
    'socket.connected': {
      target: 'calling',
      actions: ['stopTimer', 'sendGreeting', 'announceRinging'],
    },
    'socket.failed': { target: 'closed', actions: 'announceFailed' },
    'chat.faulted': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'The client learned that the buddy has a key, so a call in clear is not allowed.',
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
        description:
          'A line that neither accepts nor refuses counts as acceptance. This line says that the buddy left.',
      },
      {
        target: 'open',
        actions: ['watchDelivery', 'announceAccepted', 'deliverMessage'],
        description:
          'A line that neither accepts nor refuses counts as acceptance, and is the first message.',
      },
    ],
    'chat.faulted': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'The client learned that the buddy has a key, so a call in clear is not allowed.',
    },
    'socket.ended': {
      target: 'closing',
      actions: ['announceRefused', 'hangUp', 'startLingerTimer'],
      description: 'If the buddy closes without sending a line, the call is refused.',
    },
    'socket.closed': {
      target: 'closed',
      actions: 'announceRefused',
      description: 'If the buddy closes without sending a line, the call is refused.',
    },
    'chat.leave': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
    'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
  },
});

export const outgoingStates = { connecting, calling };
