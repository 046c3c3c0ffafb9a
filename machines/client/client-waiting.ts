/**
 * The client's chart, part `waiting`: the client waits for the server or the archive. The client asks the
 * user about an incoming call only after the awaited answer has come.
 */

import { clientSetup } from './client-chat-setup.js';
import { candidateOf, requestOf, wordsRequestOf } from './client-setup.js';

export const waiting = clientSetup.createStateConfig({
  description: 'Waits for the server or the archive. Incoming calls ring only after the answer.',
  initial: 'forReply',
  on: {
    'session.ended': {
      guard: 'isSessionOfUser',
      target: 'resuming',
      actions: ['signOut', 'saySessionEnded', 'showStatus'],
      description: 'The heartbeat answers no request after the end of the session.',
    },
  },
  states: {
    forCheck: {
      description: 'Waits until it is known whether the key of the user is on this machine.',
      invoke: {
        src: 'checkSignIn',
        input: candidateOf,
        onDone: [
          {
            guard: 'lacksKeyAtTerminal',
            target: '#client.resuming',
            actions: ['sayKeyMissing', 'beginRestoring'],
            description: 'The user can restore the key with its 24 words.',
          },
          { guard: 'lacksKey', target: '#client.resuming', actions: ['sayKeyMissing', 'dropCandidate'] },
          { guard: 'isUncertain', target: '#client.resuming', actions: ['sayUncertain', 'dropCandidate'] },
          {
            target: '#client.resuming',
            actions: [
              'beginSession',
              'becomeCandidate',
              'announceUser',
              'saySignedIn',
              'sayAboutKey',
              'showStatus',
            ],
          },
        ],
        onError: { target: '#client.resuming', actions: ['sayServerError', 'dropCandidate'] },
      },
    },
    forReply: {
      description: 'Waits for the reply to REG, ADD or DEL.',
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
              'sayRegistration',
              'showStatus',
            ],
          },
          {
            guard: 'isListChanged',
            target: '#client.resuming',
            actions: ['sayReply', 'getBuddies'],
            description: 'The list has changed, so the client requests the new list.',
          },
          { target: '#client.resuming', actions: 'sayReply', description: 'The server refused the request.' },
        ],
        onError: { target: '#client.resuming', actions: 'sayServerError' },
      },
    },
    forWords: {
      description: "Finds the user's own six words, which the user reads out to the buddy.",
      invoke: {
        src: 'findWords',
        input: wordsRequestOf,
        onDone: { target: '#client.free.verifying', actions: 'sayOwnWords' },
        onError: { target: '#client.resuming', actions: 'sayServerError' },
      },
    },
    forVerdict: {
      description: "Compares the typed words with the words of the buddy's known keys.",
      invoke: {
        src: 'compareWords',
        input: wordsRequestOf,
        onDone: [
          {
            guard: 'isToRepeat',
            target: '#client.free.verifying',
            actions: 'sayVerdict',
            description: 'A typo, or a wrong number of words: asks again.',
          },
          { target: '#client.resuming', actions: ['sayVerdict', 'showStatus'] },
        ],
        onError: { target: '#client.resuming', actions: 'sayServerError' },
      },
    },
    forBuddies: {
      description: 'Waits for the current buddy list, to show it.',
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
      description: 'Waits for the current buddy list, to call a buddy.',
      entry: 'getBuddies',
      on: {
        'buddies.received': { target: 'placing', actions: ['rememberBuddies', 'showStatus'] },
        'buddies.timed-out': [
          {
            guard: 'isCallable',
            target: 'placing',
            description: 'The server does not answer, but the last known address may still be valid.',
            actions: { type: 'say', params: { notice: 'callingFromMemory' } },
          },
          { target: '#client.resuming', actions: 'sayServerSilent' },
        ],
      },
    },
    forHistory: {
      description: 'Waits up to 5 s for the archive to find the history with a buddy.',
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
      description: 'Waits up to 5 s for the archive to change the block list.',
      on: {
        'blocked.changed': { target: '#client.resuming', actions: ['rememberBlocked', 'sayBlocked'] },
      },
      after: {
        archivePatience: { target: '#client.resuming', description: 'The answer may come later.' },
      },
    },
    placing: {
      description: 'Decides whether to call the buddy.',
      always: [
        { guard: 'hasOffer', target: '#client.resuming', description: 'A call came in first, and it rings.' },
        {
          guard: 'isInputExhausted',
          target: '#client.departing',
          description: 'No input is left for a chat.',
        },
        { guard: 'isCallable', target: '#client.busy.calling' },
        { target: '#client.resuming', actions: 'sayNotCallable' },
      ],
    },
  },
});
