/**
 * The console's chart, part `pasting`: the lines of a paste are sent, one after the other.
 */

import { consoleSetup } from './console-setup.js';

export const pasting = consoleSetup.createStateConfig({
  description: 'The user agreed to send the lines of a paste. None of them overtakes another.',
  initial: 'sending',
  on: { 'console.closed': { target: 'closed', actions: 'interruptLine' } },
  states: {
    sending: {
      description: 'Pasted lines are the answers. The line of the user takes the keys, off the screen.',
      initial: 'underWay',
      on: {
        'key.pressed': { actions: 'pressKept' },
        'end.pressed': { guard: 'hasText', actions: 'pressKept' },
        'paste.received': { actions: 'insertKept' },
        'answer.given': { actions: 'ringBell', description: 'A line off the screen is not sent.' },
        'prompt.asked': [
          {
            guard: 'isInUse',
            target: '#console.quiet.asked',
            actions: ['interruptLine', 'keepDraft', 'rememberPrompt', 'openPrompt'],
            description: 'The chat is over, before or after the last line of the paste.',
          },
          {
            target: '#console.quiet.asked',
            actions: ['interruptLine', 'forgetLine', 'rememberPrompt', 'openPrompt'],
            description: 'Likewise.',
          },
        ],
      },
      states: {
        underWay: {
          description: 'A pasted line was handed over and did not go out yet.',
          on: {
            'line.sent': 'sent',
            'prompt.asked': [
              {
                guard: 'isSameChatWithLines',
                target: '#console.pasting.waiting',
                actions: ['rememberPrompt', 'reopenLine'],
                description: 'The buddy does not read.',
              },
              {
                guard: 'isSameChat',
                target: '#console.asked',
                actions: ['rememberPrompt', 'reopenLine'],
                description: 'It was the last line.',
              },
            ],
          },
        },
        sent: {
          description: 'It went out. The chat will ask for the next.',
          on: {
            'prompt.asked': [
              {
                guard: 'isSameChatWithLines',
                target: 'underWay',
                actions: ['countLine', 'sendLine'],
              },
              {
                guard: 'isSameChat',
                target: '#console.asked',
                actions: ['rememberPrompt', 'reopenLine'],
                description: 'All lines went out.',
              },
            ],
          },
        },
      },
    },

    waiting: {
      description: 'Pasted lines wait because the buddy does not read. The prompt is open meanwhile.',
      initial: 'underWay',
      on: {
        'key.pressed': { actions: 'pressShown' },
        'end.pressed': { guard: 'hasText', actions: 'pressShown' },
        'paste.received': { actions: 'insertShown' },
        'answer.given': [
          {
            guard: 'isQuit',
            target: '#console.unasked',
            actions: ['reportUnsentPaste', 'deliverAnswer', 'forgetPrompt'],
          },
          { actions: 'ringBell', description: 'A line would overtake the pasted ones.' },
        ],
      },
      states: {
        underWay: {
          description: 'The last pasted line that was handed over did not go out yet.',
          on: {
            'line.sent': 'sent',
            'prompt.dropped': { target: '#console.pasting.sending.underWay', actions: 'setLineAside' },
          },
        },
        sent: {
          description: 'It went out.',
          on: {
            'prompt.repeated': {
              target: '#console.pasting.sending.underWay',
              actions: ['setLineAside', 'countLine', 'sendLine'],
              description: 'The chat goes on.',
            },
            'prompt.dropped': { target: '#console.pasting.sending.sent', actions: 'setLineAside' },
          },
        },
      },
    },
  },
});
