/**
 * The client's chart, part `waiting`: the server, or the archive, was asked. A call that comes in meanwhile
 * is offered when it has answered.
 */

import { clientSetup } from './client-chat-setup.js';
import { requestOf } from './client-setup.js';

export const waiting = clientSetup.createStateConfig({
  description: 'The server, or the archive, was asked. A call that comes in is asked about afterwards.',
  initial: 'forReply',
  states: {
    forReply: {
      description: 'REG, ADD or DEL is under way.',
      invoke: {
        src: 'askServer',
        input: requestOf,
        onDone: [
          {
            guard: 'isRegistered',
            target: '#client.resuming',
            actions: [
              'sayReply',
              'becomeRegisteredUser',
              'beginSession',
              'announceUser',
              'saySignedIn',
              'showStatus',
            ],
          },
          {
            guard: 'isListChanged',
            target: '#client.resuming',
            actions: ['sayReply', 'getBuddies'],
            description: 'The list has changed, so it is asked for.',
          },
          { target: '#client.resuming', actions: 'sayReply', description: 'The server refused it.' },
        ],
        onError: { target: '#client.resuming', actions: 'sayServerError' },
      },
    },
    forBuddies: {
      description: 'The buddy list as it is now is to be shown.',
      entry: 'getBuddies',
      on: {
        'buddies.received': {
          target: '#client.resuming',
          actions: ['rememberBuddies', 'sayBuddies', 'clearMissedCalls', 'showStatus'],
        },
        'buddies.timed-out': {
          target: '#client.resuming',
          actions: 'sayServerSilent',
        },
      },
    },
    forBuddy: {
      description: 'The server is asked where the buddy takes calls.',
      entry: 'getBuddies',
      on: {
        'buddies.received': { target: 'placing', actions: ['rememberBuddies', 'showStatus'] },
        'buddies.timed-out': [
          {
            guard: 'isCallable',
            target: 'placing',
            description: 'The server is silent, but the buddy may still be where it was.',
            actions: { type: 'say', params: { notice: 'callingFromMemory' } },
          },
          { target: '#client.resuming', actions: 'sayServerSilent' },
        ],
      },
    },
    forHistory: {
      description: 'What was said to a buddy is to be shown.',
      on: {
        'history.found': { target: '#client.resuming', actions: 'sayHistory' },
        'archive.failed': {
          guard: 'isHistoryFailure',
          target: '#client.resuming',
          actions: 'sayArchiveFailed',
        },
      },
      after: {
        archivePatience: {
          target: '#client.resuming',
          actions: { type: 'say', params: { notice: 'historySilent' } },
        },
      },
    },
    forBlocked: {
      description: 'The block list is being changed.',
      on: {
        'blocked.changed': { target: '#client.resuming', actions: ['rememberBlocked', 'sayBlocked'] },
      },
      after: {
        archivePatience: { target: '#client.resuming', description: 'The answer may come late.' },
      },
    },
    placing: {
      description: 'Calls the buddy, unless a call came in first.',
      always: [
        { guard: 'hasOffer', target: '#client.resuming', description: 'It rings instead.' },
        {
          guard: 'isInputExhausted',
          target: '#client.departing',
          description: 'There is no input left for a chat.',
        },
        { guard: 'isCallable', target: '#client.busy.calling' },
        { target: '#client.resuming', actions: 'sayNotCallable' },
      ],
    },
  },
});
