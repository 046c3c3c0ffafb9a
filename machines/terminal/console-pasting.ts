/**
 * The console's chart, part `pasting`: sends the lines of a paste one by one.
 */

import { consoleSetup } from './console-setup.js';

export const pasting = consoleSetup.createStateConfig({
  description: 'The lines of a paste are sent in order, until all are sent or the chat is over.',
  initial: 'sending',
  on: { 'console.closed': { target: 'closed', actions: 'interruptLine' } },
  states: {
    sending: {
      description: 'Pasted lines answer the prompt. The line that takes the keys is not on the screen.',
      initial: 'underWay',
      on: {
        'key.pressed': { actions: 'pressKept' },
        'end.pressed': { guard: 'hasText', actions: 'pressKept' },
        'paste.received': { actions: 'insertKept' },
        'answer.given': { actions: 'ringBell', description: 'A line that is not on the screen is not sent.' },
        'prompt.asked': [
          {
            guard: 'isInUse',
            target: '#console.quiet.asked',
            actions: ['interruptLine', 'keepDraft', 'rememberPrompt', 'openPrompt'],
            description: 'The chat ended, before or after the last line of the paste was sent.',
          },
          {
            target: '#console.quiet.asked',
            actions: ['interruptLine', 'forgetLine', 'rememberPrompt', 'openPrompt'],
            description: 'The chat ended, before or after the last line of the paste was sent.',
          },
        ],
      },
      states: {
        underWay: {
          description: 'A pasted line was handed to the client, which has not sent it yet.',
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
                description: 'The pasted line was the last one.',
              },
            ],
          },
        },
        sent: {
          description: 'The pasted line was sent: waits until the chat asks for the next line.',
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
                description: 'All lines of the paste were sent.',
              },
            ],
          },
        },
      },
    },

    waiting: {
      description:
        'Pasted lines wait because the buddy does not read. The user can leave: the prompt is open.',
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
          { actions: 'ringBell', description: 'The line would overtake the pasted lines.' },
        ],
      },
      states: {
        underWay: {
          description: 'A pasted line was handed to the client, which has not sent it yet.',
          on: {
            'line.sent': 'sent',
            'prompt.dropped': { target: '#console.pasting.sending.underWay', actions: 'setLineAside' },
          },
        },
        sent: {
          description: 'The pasted line was sent: waits until the chat continues.',
          on: {
            'prompt.repeated': {
              target: '#console.pasting.sending.underWay',
              actions: ['setLineAside', 'countLine', 'sendLine'],
              description: 'The buddy reads again.',
            },
            'prompt.dropped': { target: '#console.pasting.sending.sent', actions: 'setLineAside' },
          },
        },
      },
    },
  },
});
