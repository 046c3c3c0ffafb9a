/**
 * The interactive console: who takes a key, and what becomes of what was typed.
 *
 * Owns: whether something is asked, which line takes the keys, how far a paste was sent. Trusts:
 * the facts that its owner adds to each event. Talks to: its owner (terminal/interactive-console.ts),
 * which has the texts, the screen and the clock.
 *
 * A prompt that comes up by itself must never take a key that was meant for something else. So it takes
 * none until none came for the quiet time. Meanwhile a line that was interrupted goes on taking the keys,
 * off the screen. The part `pasting` reads alone: console-pasting.ts.
 */

import { pasting } from './console-pasting.js';
import { consoleSetup } from './console-setup.js';

export const consoleMachine = consoleSetup.createMachine({
  id: 'console',
  description: 'One keyboard and what it answers.',
  context: { prompt: undefined, keptDraft: undefined, linesLeft: 0 },
  initial: 'unasked',
  on: {
    'interrupt.pressed': [
      { guard: 'isAgain', actions: 'endInput', description: 'Twice, it leaves the program from anywhere.' },
      { guard: 'hasText', actions: 'clearLine', description: 'The line that takes the keys.' },
      { actions: 'interruptInput', description: 'The client knows what there is to leave.' },
    ],
    'end.pressed': { actions: 'endInput', description: 'No line takes the key, or it is empty.' },
    'console.closed': '.closed',
  },
  states: {
    unasked: {
      description: 'Nothing is asked. What is typed waits for the next question.',
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
            description: 'What was typed for the chat answers nothing else.',
          },
          {
            guard: 'isSurprise',
            target: 'quiet.asked',
            actions: ['rememberPrompt', 'openPrompt', 'dropAhead'],
            description: 'The question came up by itself: what was typed is no answer to it.',
          },
          {
            guard: 'isChatGoingOn',
            target: 'asked',
            actions: ['rememberPrompt', 'openPrompt', 'deliverAllAhead'],
            description: 'However long ago, it was typed for the chat.',
          },
          { target: 'asked', actions: ['rememberPrompt', 'openPrompt', 'deliverAhead'] },
        ],
      },
    },

    asked: {
      description: 'A prompt is open and takes the keys.',
      initial: 'opening',
      on: {
        'interrupt.pressed': [
          {
            guard: 'isAgain',
            actions: 'endInput',
            description: 'Twice, it leaves the program from anywhere.',
          },
          { guard: 'hasText', actions: 'clearLine', description: 'The line that takes the keys.' },
          {
            target: '#console.interrupted',
            actions: 'interruptInput',
            description: 'The client knows what there is to leave.',
          },
        ],
      },
      states: {
        opening: {
          description: 'The kind of the prompt decides.',
          always: [
            { guard: 'isKeyAsked', target: 'key' },
            { guard: 'isMessageAsked', target: 'text.message' },
            { target: 'text.line' },
          ],
        },
        key: {
          description: 'One key is the answer.',
          on: {
            'key.pressed': [
              {
                guard: 'isStray',
                target: '#console.quiet.asked',
                actions: 'ringBell',
                description: 'The user types something else. The next key may be part of it.',
              },
              { actions: 'pressShown' },
            ],
            'paste.received': { actions: 'ringBell', description: 'A paste answers nothing by itself.' },
            'answer.given': { target: '#console.unasked', actions: 'deliverAnswer' },
            'prompt.dropped': {
              target: '#console.quiet',
              actions: 'closePrompt',
              description: 'The next key may be meant for it.',
            },
          },
        },
        text: {
          description: 'A line is on the screen.',
          initial: 'line',
          on: {
            'key.pressed': { actions: 'pressShown' },
            'end.pressed': { guard: 'hasText', actions: 'pressShown' },
            'paste.received': { actions: 'insertShown', description: 'Its line ends become spaces.' },
            'answer.given': [
              {
                guard: 'isChatLeft',
                target: '#console.unasked',
                actions: ['deliverAnswer', 'forgetPrompt'],
                description: 'What follows is no longer typed for the chat.',
              },
              { target: '#console.unasked', actions: 'deliverAnswer' },
            ],
            'prompt.dropped': [
              {
                guard: 'isInUse',
                target: '#console.quiet',
                actions: ['interruptLine', 'keepDraft'],
                description: 'The user has to notice before keys count for anything else.',
              },
              { target: '#console.quiet', actions: ['interruptLine', 'forgetLine'] },
            ],
          },
          states: {
            line: { description: 'A line is the answer.' },
            message: {
              description: 'The line is the next message of a chat.',
              on: {
                'answer.given': {
                  guard: 'isEmpty',
                  actions: 'ringBell',
                  description: 'An empty line is no message.',
                },
                'paste.received': {
                  guard: 'hasSeveralLines',
                  target: 'confirming',
                  actions: ['countLines', 'askAboutPaste'],
                  description: 'Several lines are never sent unseen.',
                },
              },
            },
            confirming: {
              description: 'The console itself asks whether to send a paste, in place of the line.',
              on: {
                'end.pressed': { actions: 'endInput', description: 'The line does not take the key.' },
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
      description: 'The user takes the prompt back. The next prompt does not come up by itself.',
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
            description: 'A question came up by itself at the same moment.',
          },
          {
            target: 'asked',
            actions: ['rememberPrompt', 'openPrompt'],
            description: 'The client asks the same again.',
          },
        ],
      },
    },

    quiet: {
      description: 'Keys answer nothing until none came for the quiet time.',
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
            description: 'It may be meant for what was on the screen before.',
          },
        ],
        'end.pressed': [
          { guard: 'hasKeptText', actions: ['startQuietTimer', 'pressKept'] },
          { actions: ['startQuietTimer', 'ringBell'], description: 'Likewise.' },
        ],
        'paste.received': [
          { guard: 'hasKeptLine', actions: ['startQuietTimer', 'insertKept'] },
          { actions: ['startQuietTimer', 'ringBell'] },
        ],
        'answer.given': { actions: 'ringBell', description: 'A line off the screen is not sent.' },
      },
      states: {
        unasked: {
          description: 'A prompt was taken away, and nothing is asked.',
          on: {
            'prompt.asked': [
              {
                guard: 'isKeptDraft',
                target: '#console.asked',
                actions: ['rememberPrompt', 'openPrompt'],
                description: 'The line is back.',
              },
              {
                guard: 'isLineAfterKey',
                target: '#console.asked',
                actions: ['rememberPrompt', 'openPrompt'],
                description: 'As when a call is answered.',
              },
              { target: 'asked', actions: ['rememberPrompt', 'openPrompt', 'startQuietTimer'] },
            ],
            'quiet.passed': '#console.unasked',
          },
        },
        asked: {
          description: 'A prompt is on the screen, and does not take the keys yet.',
          on: {
            'key.pressed': {
              guard: 'isTooEarly',
              actions: ['startQuietTimer', 'askForKeyAgain'],
              description: 'It may be meant for what was on the screen before.',
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

    closed: { type: 'final', description: 'The terminal is as it was found.' },
  },
});
