/**
 * The states of private chats (protocol/private-chat.ts), part of the chart in chat.ts. They cover the
 * decision whether an outgoing call is private, the handshake, the call, and the chat.
 *
 * Owns: the order of events. The client sends nothing inside TLS before the other end has proven its key.
 */

import { chatSetup } from './chat-setup.js';

const checking = chatSetup.createStateConfig({
  description:
    'Outgoing call: asks the server for the key of the buddy (3 s at most), then decides how to call.',
  on: {
    'call.dialled': {
      target: 'connecting',
      actions: 'startConnectTimer',
      description: 'The call is in clear.',
    },
    'call.secured': { target: 'proving', actions: ['connectTls', 'startProofTimer'] },
    'call.barred': {
      target: 'closed',
      actions: 'announceBarred',
      description: 'The call is not allowed: nothing is sent.',
    },
    'chat.leave': { target: 'closed' },
    'shutdown.requested': { target: 'closed' },
  },
});

const proving = chatSetup.createStateConfig({
  description: 'Outgoing private call: the other end has 10 s to accept the connection and prove the key.',
  on: {
    'peer.proven': { target: 'privateCalling', actions: ['stopTimer', 'sendOpening', 'announceRinging'] },
    'peer.refused': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'The other end did not prove the key of the buddy.',
    },
    'socket.failed': { target: 'closed', actions: 'announceFailed', description: 'There is no connection.' },
    'timer.passed': { target: 'closed', actions: 'announceUnproven' },
    'chat.leave': { target: 'closed' },
    'shutdown.requested': { target: 'closed' },
  },
});

const privateCalling = chatSetup.createStateConfig({
  description: 'Outgoing private call: waits for the answer of the buddy.',
  on: {
    'private.received': [
      { guard: 'isOk', target: 'privateOpen', actions: ['openPrivately', 'announceAccepted'] },
      {
        target: 'closing',
        actions: ['announceAnswer', 'hangUp', 'startLingerTimer'],
        description: 'The buddy refused, or sent a line that is not an answer.',
      },
    ],
    'chat.faulted': {
      target: 'closed',
      actions: 'announceUnproven',
      description: 'While the call was ringing, the client stopped trusting the key of the buddy.',
    },
    'socket.ended': { target: 'closed', actions: 'announceRefused' },
    'socket.failed': { target: 'closed', actions: 'announceRefused' },
    'socket.closed': { target: 'closed', actions: 'announceRefused' },
    'chat.leave': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
    'shutdown.requested': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
  },
});

const securing = chatSetup.createStateConfig({
  description: 'Incoming private call: the caller has 10 s to prove its key and to name the called id.',
  on: {
    'peer.proven': { target: 'naming' },
    'peer.refused': { target: 'closed', description: 'The call never rings, and is not reported.' },
    'timer.passed': { target: 'closed' },
    'room.wanted': { target: 'closed' },
    'shutdown.requested': { target: 'closed' },
  },
});

const naming = chatSetup.createStateConfig({
  description: 'Incoming private call: waits for the first line of the caller, until 10 s after TLS began.',
  on: {
    'private.received': [
      { guard: 'isOpening', target: 'vetting', actions: ['stopTimer', 'checkPrivateCaller'] },
      { target: 'closed' },
    ],
    'timer.passed': { target: 'closed' },
    'socket.ended': { target: 'closed' },
    'socket.failed': { target: 'closed' },
    'socket.closed': { target: 'closed' },
    'room.wanted': { target: 'closed' },
    'shutdown.requested': { target: 'closed' },
  },
});

const vetting = chatSetup.createStateConfig({
  description: 'Incoming private call: the pinned key and the answer of the server decide whether it rings.',
  on: {
    'caller.allowed': { target: 'privateRinging', actions: 'announceCall' },
    'caller.denied': {
      target: 'refusing',
      actions: ['sendRefusal', 'announceDenied', 'startRefusalTimer'],
    },
    'private.received': {
      target: 'closed',
      description: 'The caller must not send a line before the call is answered.',
    },
    'chat.faulted': {
      target: 'closed',
      description: 'The client has just stopped trusting the key of the caller.',
    },
    'socket.ended': { target: 'closed' },
    'socket.failed': { target: 'closed' },
    'socket.closed': { target: 'closed' },
    'room.wanted': { target: 'closed' },
    'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
  },
});

const privateRinging = chatSetup.createStateConfig({
  description: 'Incoming private call: waits until call control accepts or rejects it.',
  on: {
    'call.accept': { target: 'privateOpen', actions: 'acceptPrivately' },
    'call.cut': {
      target: 'closed',
      actions: 'sendRefusal',
      description: 'The caller is blocked or a nuisance.',
    },
    'call.reject': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
    'private.received': {
      target: 'closed',
      actions: 'announceClosed',
      description: 'The caller must not send a line before the call is answered.',
    },
    'chat.faulted': {
      target: 'refusing',
      actions: ['announceClosed', 'sendRefusal', 'startRefusalTimer'],
      description: 'While the call was ringing, the client stopped trusting the key of the caller.',
    },
    'socket.ended': { target: 'closed', actions: 'announceClosed' },
    'socket.failed': { target: 'closed', actions: 'announceClosed' },
    'socket.closed': { target: 'closed', actions: 'announceClosed' },
    'shutdown.requested': { target: 'refusing', actions: ['sendRefusal', 'startRefusalTimer'] },
  },
});

const privateOpen = chatSetup.createStateConfig({
  description: 'The private chat is open, until one side says BYE or the connection breaks.',
  on: {
    'private.received': { actions: 'receivePrivateLine' },
    'message.send': { actions: 'sendPrivateMessage' },
    'reading.pause': { actions: 'pausePrivateReading' },
    'reading.resume': { actions: 'resumePrivateReading' },
    'bye.received': {
      target: 'closing',
      actions: ['announceLeft', 'announcePrivateEnd', 'hangUp', 'startLingerTimer'],
    },
    'chat.leave': { target: 'privateLeaving', actions: 'leavePrivately' },
    'chat.abandon': {
      target: 'closed',
      actions: 'announceAbandoned',
      description: 'The other end does not read.',
    },
    'chat.faulted': { target: 'closed', actions: 'announceFault' },
    'socket.ended': {
      target: 'closed',
      actions: 'announceBrokenOff',
      description: 'Without BYE, the chat is broken: anyone on the path could have ended the connection.',
    },
    'socket.failed': { target: 'closed', actions: 'announceBroken' },
    'socket.died': { target: 'closed', actions: 'announceDead' },
    'socket.closed': { target: 'closed', actions: 'announceBrokenOff' },
    'shutdown.requested': { target: 'closing', actions: ['sayBye', 'hangUp', 'startLingerTimer'] },
  },
});

const privateLeaving = chatSetup.createStateConfig({
  description:
    'The user left, and no more messages are shown: waits until all lines of the user are confirmed. Ends ' +
    'early if confirmations stop.',
  on: {
    'private.received': { actions: 'receivePrivateLine' },
    'bye.received': {
      target: 'closing',
      actions: ['announcePrivateEnd', 'hangUp', 'startLingerTimer'],
      description: 'Both left at the same time.',
    },
    'delivery.confirmed': { target: 'closing', actions: ['hangUp', 'startLingerTimer'] },
    'delivery.stalled': { target: 'closed', actions: 'announceAbandoned' },
    'chat.abandon': {
      target: 'closed',
      actions: 'announcePrivateEnd',
      description: 'The user does not want to wait for the remaining confirmations.',
    },
    'room.wanted': { target: 'closed', actions: 'announcePrivateEnd' },
    'chat.faulted': { target: 'closed', actions: 'announcePrivateEnd' },
    'socket.ended': { target: 'closed', actions: 'announcePrivateEnd' },
    'socket.failed': { target: 'closed', actions: 'announcePrivateEnd' },
    'socket.died': { target: 'closed', actions: 'announcePrivateEnd' },
    'socket.closed': { target: 'closed', actions: 'announcePrivateEnd' },
    'shutdown.requested': { target: 'closing', actions: ['sayBye', 'hangUp', 'startLingerTimer'] },
  },
});

export const privateStates = {
  checking,
  proving,
  privateCalling,
  securing,
  naming,
  vetting,
  privateRinging,
  privateOpen,
  privateLeaving,
};
