/**
 * The interactive console: routes each pressed key to a prompt or a line, and decides what happens to typed
 * text.
 *
 * Owns: whether a prompt is open, which line takes the keys, and how many lines of a paste were sent. Trusts:
 * the facts that its owner adds to each event. Talks to: its owner (terminal/interactive-console.ts), which
 * has the texts, the screen and the clock.
 *
 * A prompt that opens unexpectedly must not take a key that was meant for something else. Therefore such a
 * prompt takes no keys until the user has pressed no key for a certain time, the quiet time. During the quiet
 * time, an interrupted line still takes the keys, but is not on the screen.
 *
 * The part `pasting` is in console-pasting.ts.
 */

import { pasting } from './console-pasting.js';
import { consoleSetup } from './console-setup.js';

export const consoleMachine = consoleSetup.createMachine({
  id: 'console',
  description: 'Routes the keys of one keyboard to prompts and lines.',
  context: { prompt: undefined, keptDraft: undefined, linesLeft: 0 },
  initial: 'unasked',
  on: {
    'interrupt.pressed': [
      { guard: 'isAgain', actions: 'endInput', description: 'Ctrl-C twice ends the program from any state.' },
      { guard: 'hasText', actions: 'clearLine', description: 'Clears the line that takes the keys.' },
      { actions: 'interruptInput', description: 'The client decides which activity the user leaves.' },
    ],
    'end.pressed': {
      actions: 'endInput',
      description: 'Ctrl-D ends the input if there is no line, or if the line is empty.',
    },
    'console.closed': '.closed',
  },
  states: {
    unasked: {
      description: 'No prompt is open. Typed keys are kept for the next prompt.',
      on: {
        'key.pressed': { actions: 'typeAhead' },
        'interrupt.pressed': [
          { guard: 'isAgain', actions: 'endInput' },
          { guard: 'hasAhead', actions: 'dropAhead' },
          { actions: 'interruptInput' },
        ],
        'paste.received': { actions: 'typeAhead' },
        'prompt.asked': [
          {
            guard: 'isChatOver',
            target: 'quiet.asked',
            actions: ['rememberPrompt', 'openPrompt', 'reportUnsentAhead'],
            description: 'Text that was typed for the chat must not answer another prompt.',
          },
          {
            guard: 'isSurprise',
            target: 'quiet.asked',
            actions: ['rememberPrompt', 'openPrompt', 'dropAhead'],
            description: 'The prompt opened unexpectedly, so earlier keys must not answer it.',
          },
          {
            guard: 'isChatGoingOn',
            target: 'asked',
            actions: ['rememberPrompt', 'openPrompt', 'deliverAllAhead'],
            description: 'All earlier keys were typed for the chat, so even old keys are delivered.',
          },
          { target: 'asked', actions: ['rememberPrompt', 'openPrompt', 'deliverAhead'] },
        ],
      },
    },

    asked: {
      description: 'A prompt is open and takes the keys, until it is answered or closed.',
      initial: 'opening',
      on: {
        'interrupt.pressed': [
          {
            guard: 'isAgain',
            actions: 'endInput',
            description: 'Ctrl-C twice ends the program from any state.',
          },
          { guard: 'hasText', actions: 'clearLine', description: 'Clears the line that takes the keys.' },
          {
            target: '#console.interrupted',
            actions: 'interruptInput',
            description: 'The client decides which activity the user leaves.',
          },
        ],
      },
      states: {
        opening: {
          description: 'Chooses the state for the kind of the prompt.',
          always: [
            { guard: 'isKeyAsked', target: 'key' },
            { guard: 'isMessageAsked', target: 'text.message' },
            { target: 'text.line' },
          ],
        },
        key: {
          description: 'The prompt is answered by one key.',
          on: {
            'key.pressed': [
              {
                guard: 'isStray',
                target: '#console.quiet.asked',
                actions: 'ringBell',
                description: 'The user is typing something else, and the next key may belong to that text.',
              },
              { actions: 'pressShown' },
            ],
            'paste.received': { actions: 'ringBell', description: 'A paste cannot answer a key prompt.' },
            'answer.given': { target: '#console.unasked', actions: 'deliverAnswer' },
            'prompt.dropped': {
              target: '#console.quiet',
              actions: 'closePrompt',
              description: 'The next key may be meant for the closed prompt.',
            },
          },
        },
        text: {
          description: 'The prompt is answered by a line of text, which is on the screen.',
          initial: 'line',
          on: {
            'key.pressed': { actions: 'pressShown' },
            'end.pressed': { guard: 'hasText', actions: 'pressShown' },
            'paste.received': {
              actions: 'insertShown',
              description: 'Line breaks in the paste become spaces.',
            },
            'answer.given': [
              {
                guard: 'isChatLeft',
                target: '#console.unasked',
                actions: ['deliverAnswer', 'forgetPrompt'],
                description: 'Later keys are not meant for the chat.',
              },
              { target: '#console.unasked', actions: 'deliverAnswer' },
            ],
            'prompt.dropped': [
              {
                guard: 'isInUse',
                target: '#console.quiet',
                actions: ['interruptLine', 'keepDraft'],
                description: 'The user must notice the interruption before keys go to another prompt.',
              },
              { target: '#console.quiet', actions: ['interruptLine', 'forgetLine'] },
            ],
          },
          states: {
            line: { description: 'The line is the answer to a question.' },
            message: {
              description: 'The line is the next message of a chat.',
              on: {
                'answer.given': {
                  guard: 'isEmpty',
                  actions: 'ringBell',
                  description: 'An empty line is not a message.',
                },
                'paste.received': {
                  guard: 'hasSeveralLines',
                  target: 'confirming',
                  actions: ['countLines', 'askAboutPaste'],
                  description: 'A paste of several lines is never sent without asking.',
                },
              },
            },
            confirming: {
              description: 'In front of the line, the console asks whether to send a paste.',
              on: {
                'end.pressed': {
                  actions: 'endInput',
                  description: 'During this question, Ctrl-D ends the input even if the line is not empty.',
                },
                'interrupt.pressed': [
                  { guard: 'isAgain', actions: 'endInput' },
                  { target: 'message', actions: 'refusePaste' },
                ],
                'paste.received': { actions: 'ringBell' },
                'answer.given': [
                  {
                    guard: 'isYes',
                    target: '#console.pasting',
                    actions: ['agreeToPaste', 'setLineAside', 'countLine', 'sendLine'],
                  },
                  { target: 'message', actions: 'refusePaste' },
                ],
              },
            },
          },
        },
      },
    },

    interrupted: {
      description: 'The user interrupted the prompt: keys are kept until the client opens the next prompt.',
      on: {
        'key.pressed': { actions: 'typeAhead' },
        'paste.received': { actions: 'typeAhead' },
        'prompt.dropped': [
          { guard: 'isKeyAsked', target: 'unasked', actions: ['closePrompt', 'forgetPrompt'] },
          { target: 'unasked', actions: ['interruptLine', 'forgetLine', 'forgetPrompt'] },
        ],
        'prompt.asked': [
          {
            guard: 'isSurprise',
            target: 'quiet.asked',
            actions: ['rememberPrompt', 'openPrompt', 'dropAhead'],
            description: 'A prompt opened unexpectedly at the same time.',
          },
          {
            target: 'asked',
            actions: ['rememberPrompt', 'openPrompt'],
            description: 'The client asks again.',
          },
        ],
      },
    },

    quiet: {
      description: 'No prompt takes the keys until the quiet time has passed without a key.',
      entry: 'startQuietTimer',
      exit: ['stopQuietTimer', 'forgetLine', 'forgetDraft'],
      initial: 'unasked',
      on: {
        'key.pressed': [
          { guard: 'hasKeptLine', actions: ['startQuietTimer', 'pressKept'] },
          { actions: ['startQuietTimer', 'ringBell'] },
        ],
        'interrupt.pressed': [
          { guard: 'isAgain', actions: 'endInput' },
          { guard: 'hasKeptText', actions: ['startQuietTimer', 'clearLine'] },
          {
            actions: ['startQuietTimer', 'ringBell'],
            description: 'The key may be meant for the previous screen.',
          },
        ],
        'end.pressed': [
          { guard: 'hasKeptText', actions: ['startQuietTimer', 'pressKept'] },
          {
            actions: ['startQuietTimer', 'ringBell'],
            description: 'The key may be meant for the previous screen.',
          },
        ],
        'paste.received': [
          { guard: 'hasKeptLine', actions: ['startQuietTimer', 'insertKept'] },
          { actions: ['startQuietTimer', 'ringBell'] },
        ],
        'answer.given': { actions: 'ringBell', description: 'A line that is not on the screen is not sent.' },
      },
      states: {
        unasked: {
          description: 'A prompt was closed, and the next prompt is not open yet.',
          on: {
            'prompt.asked': [
              {
                guard: 'isKeptDraft',
                target: '#console.asked',
                actions: ['rememberPrompt', 'openPrompt'],
                description: 'The client asks again for the interrupted line.',
              },
              {
                guard: 'isLineAfterKey',
                target: '#console.asked',
                actions: ['rememberPrompt', 'openPrompt'],
                description:
                  'A line prompt follows a key prompt, for example after the user answered a call.',
              },
              { target: 'asked', actions: ['rememberPrompt', 'openPrompt', 'startQuietTimer'] },
            ],
            'quiet.passed': '#console.unasked',
          },
        },
        asked: {
          description: 'A prompt is on the screen and does not take keys until the quiet time is over.',
          on: {
            'key.pressed': {
              guard: 'isTooEarly',
              actions: ['startQuietTimer', 'askForKeyAgain'],
              description: 'The key may be meant for the previous screen.',
            },
            'prompt.dropped': [
              { guard: 'isKeyAsked', target: 'unasked', actions: 'closePrompt' },
              { target: 'unasked', actions: ['interruptLine', 'keepDraft', 'startQuietTimer'] },
            ],
            'quiet.passed': '#console.asked',
          },
        },
      },
    },

    pasting,

    closed: { type: 'final', description: 'The console is closed, and the terminal is restored.' },
  },
});
