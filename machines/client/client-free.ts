/**
 * The client's chart, part `free`: a prompt is open, and incoming calls ring at once.
 */

import { clientSetup } from './client-chat-setup.js';

export const free = clientSetup.createStateConfig({
  description: 'A prompt is open, until the user answers it or a buddy calls.',
  initial: 'signedOut',
  on: {
    'call.offered': { target: 'busy.ringing', actions: 'keepOffer' },
    'session.ended': {
      guard: 'isSessionOfUser',
      target: 'resuming',
      actions: ['signOut', 'saySessionEnded', 'showStatus'],
    },
    'prompt.answered': [
      {
        guard: { type: 'isChoice', params: { letter: 'R' } },
        target: '.asking',
        actions: { type: 'setPurpose', params: { purpose: 'register' } },
      },
      {
        guard: { type: 'isChoice', params: { letter: 'L' } },
        target: '.asking',
        actions: { type: 'setPurpose', params: { purpose: 'login' } },
      },
      {
        guard: { type: 'isChoice', params: { letter: 'B' } },
        target: '.asking',
        actions: { type: 'setPurpose', params: { purpose: 'block' } },
      },
      { guard: { type: 'isChoice', params: { letter: 'X' } }, target: 'departing' },
      {
        guard: 'needsSignIn',
        actions: [
          { type: 'say', params: { notice: 'signInFirst' } },
          { type: 'openPrompt', params: { question: { ask: 'menu' } } },
        ],
        description: 'This choice needs a user who is signed in.',
      },
      {
        guard: 'isHelp',
        actions: [
          { type: 'say', params: { notice: 'menuHelp' } },
          { type: 'openPrompt', params: { question: { ask: 'menu' } } },
        ],
        description: 'An empty line or a question mark: explains the letters.',
      },
      {
        actions: [
          { type: 'say', params: { notice: 'unknownChoice' } },
          { type: 'openPrompt', params: { question: { ask: 'menu' } } },
        ],
        description: 'Not a known letter: asks again.',
      },
    ],
  },
  states: {
    signedOut: {
      description: 'The menu is open, and no user is signed in.',
      entry: ['sayMenu', { type: 'openPrompt', params: { question: { ask: 'menu' } } }],
      exit: 'closePrompt',
    },
    menu: {
      description: 'The menu is open, and a user is signed in.',
      entry: ['sayMenu', { type: 'openPrompt', params: { question: { ask: 'menu' } } }],
      exit: 'closePrompt',
      on: {
        'prompt.answered': [
          {
            guard: { type: 'isChoice', params: { letter: 'A' } },
            target: 'asking',
            actions: { type: 'setPurpose', params: { purpose: 'add' } },
          },
          {
            guard: { type: 'isChoice', params: { letter: 'D' } },
            target: 'asking',
            actions: { type: 'setPurpose', params: { purpose: 'delete' } },
          },
          {
            guard: { type: 'isChoice', params: { letter: 'M' } },
            target: 'asking',
            actions: { type: 'setPurpose', params: { purpose: 'message' } },
          },
          {
            guard: 'isVerifyChoice',
            target: 'asking',
            actions: { type: 'setPurpose', params: { purpose: 'verify' } },
            description: 'Only a user who has a key has this choice.',
          },
          { guard: { type: 'isChoice', params: { letter: 'S' } }, target: '#client.waiting.forBuddies' },
          {
            guard: { type: 'isChoice', params: { letter: 'H' } },
            target: 'asking',
            actions: { type: 'setPurpose', params: { purpose: 'history' } },
          },
          {
            guard: 'isBackChoice',
            description: 'The user was away, and is back.',
            actions: [
              'becomeHere',
              'announceUser',
              { type: 'say', params: { notice: 'back' } },
              'showStatus',
              { type: 'openPrompt', params: { question: { ask: 'menu' } } },
            ],
          },
          {
            guard: { type: 'isChoice', params: { letter: 'W' } },
            actions: [
              'becomeAway',
              'announceUser',
              { type: 'say', params: { notice: 'away' } },
              'showStatus',
              { type: 'openPrompt', params: { question: { ask: 'menu' } } },
            ],
          },
        ],
      },
    },
    asking: {
      description: 'Asks for an id, until the user enters an id or cancels the question.',
      entry: 'askForId',
      exit: 'closePrompt',
      on: {
        'input.interrupted': { target: '#client.resuming', actions: 'dropPurpose' },
        'prompt.answered': [
          {
            guard: 'isBlank',
            target: '#client.resuming',
            actions: 'dropPurpose',
            description: 'An empty line cancels the question.',
          },
          {
            guard: 'isCheckedLoginAnswer',
            target: '#client.waiting.forCheck',
            actions: ['dropPurpose', 'rememberCandidate'],
            description: 'The key of the user may be needed.',
          },
          {
            guard: 'isLoginAnswer',
            description: 'The client waits for no reply: the heartbeat announces the user.',
            target: '#client.resuming',
            actions: [
              'dropPurpose',
              'becomeNamedUser',
              'beginSession',
              'announceUser',
              'saySignedIn',
              'showStatus',
            ],
          },
          {
            guard: 'isMessageAnswer',
            target: '#client.waiting.forBuddy',
            actions: ['dropPurpose', 'rememberBuddy'],
          },
          {
            guard: 'isHistoryAnswer',
            target: '#client.waiting.forHistory',
            actions: ['dropPurpose', 'showHistory'],
          },
          {
            guard: 'isUnblockAnswer',
            target: '#client.waiting.forBlocked',
            actions: ['dropPurpose', 'unblock'],
          },
          {
            guard: 'isBlockAnswer',
            target: '#client.waiting.forBlocked',
            actions: ['dropPurpose', 'block'],
          },
          {
            guard: 'isVerifyAnswer',
            target: '#client.waiting.forWords',
            actions: ['dropPurpose', 'rememberBuddy'],
          },
          {
            guard: 'isKeyedAddAnswer',
            target: '#client.waiting.forReply',
            actions: ['prepareRequest', 'dropPurpose'],
            description: 'The user also gives the key of the buddy.',
          },
          {
            guard: 'isRequestAnswer',
            description: 'REG, ADD or DEL: the server decides whether the id is valid.',
            target: '#client.waiting.forReply',
            actions: ['prepareRequest', 'dropPurpose'],
          },
          {
            target: 'asking',
            reenter: true,
            actions: 'sayIdHint',
            description: 'Not a valid id: asks again.',
          },
        ],
      },
    },
    verifying: {
      description: 'Asks for the six words that the buddy reads out, until the user types them or cancels.',
      entry: 'askForWords',
      exit: 'closePrompt',
      on: {
        'input.interrupted': { target: '#client.resuming' },
        'prompt.answered': [
          {
            guard: 'isBlank',
            target: '#client.resuming',
            description: 'An empty line cancels the question.',
          },
          { target: '#client.waiting.forVerdict' },
        ],
      },
    },
    keyDialog: {
      description: 'The terminal shows the words of a key, or asks for them.',
      entry: 'openKeyDialog',
      exit: 'closePrompt',
      on: {
        'terminal.opened': {
          target: 'keyDialog',
          reenter: true,
          actions: 'showStatus',
          description: 'The terminal was restarted, which ended the dialog: opens it again.',
        },
        'key-dialog.ended': [
          { guard: 'isRestored', target: '#client.waiting.forCheck', actions: 'dropKeyDialog' },
          { target: '#client.resuming', actions: ['dropKeyDialog', 'dropCandidate'] },
        ],
        'input.interrupted': {
          target: '#client.resuming',
          actions: ['remindOfWords', 'dropKeyDialog', 'dropCandidate'],
        },
        'prompt.answered': { description: 'The dialog itself handles the answers.' },
      },
    },
    offering: {
      description: 'The chat broke: asks whether to call again and resend the undelivered lines.',
      entry: ['forgetChat', 'askToCallAgain'],
      exit: 'closePrompt',
      on: {
        'input.interrupted': { target: '#client.resuming', actions: 'dropUndelivered' },
        'prompt.answered': [
          { guard: 'isYes', target: '#client.waiting.forBuddy', actions: 'rememberInterrupted' },
          { guard: 'isNo', target: '#client.resuming', actions: 'dropUndelivered' },
          { actions: 'askToCallAgain', description: 'Neither yes nor no: asks again.' },
        ],
      },
    },
  },
});
