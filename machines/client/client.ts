/**
 * The client: what its user can do when, and that there is one buddy at a time.
 *
 * Owns: who is signed in, the question that the user is asked, the one call or chat there may be.
 * Trusts: ids and texts, which are typed values gated by whoever received them. Talks to: the
 * terminal, the heartbeat, the archive, the supervisor of chats and its current chat; it asks the server through
 * an actor that it invokes for each request.
 */

import { NO_CALLS } from './callers.js';
import { type ClientContext, type ClientInput, clientSetup, requestOf } from './client-setup.js';
import { CALL_PROMPT, CALLING_PROMPT, CHAT_PROMPT, MENU_PROMPT, SAY } from './view.js';

/** What the client knows when it starts. */
function firstContext({ input }: { readonly input: ClientInput }): ClientContext {
  return {
    ...input,
    question: undefined,
    isMenuKnown: false,
    request: undefined,
    buddy: undefined,
    buddies: [],
    lastSeen: new Map(),
    isIdle: false,
    calls: NO_CALLS,
    blocked: [],
    prompt: undefined,
    chat: undefined,
    peer: undefined,
    call: undefined,
    waitingCall: undefined,
    heldMessage: undefined,
    undelivered: undefined,
    isResending: false,
    outbox: [],
    inputExhausted: false,
  };
}

export const clientMachine = clientSetup.createMachine({
  id: 'client',
  description: 'One user at one terminal, talking to one buddy at a time.',
  context: firstContext,
  initial: 'starting',
  on: {
    'terminal.opened': {
      actions: ['showStatus', 'reopenPrompt'],
      description: 'A terminal that was restarted shows nothing.',
    },
    'buddies.received': {
      actions: ['rememberBuddies', 'showStatus'],
      description: 'The heartbeat brings them every 10 s.',
    },
    'blocked.changed': {
      actions: 'rememberBlocked',
      description: 'At the start, or an answer that comes late.',
    },
    'archive.failed': { actions: 'sayArchiveFailed', description: 'The user is told, and goes on.' },
    'user.idled': {
      guard: 'isOnline',
      actions: ['becomeIdle', 'announceUser', 'showStatus'],
      description: 'Away, for no key was pressed for long.',
    },
    'user.returned': {
      guard: 'isIdle',
      actions: ['becomeBack', 'announceUser', 'showStatus'],
      description: 'Whoever went away by hand stays away.',
    },
    'message.sent': { actions: 'noteSent', description: 'Of a chat that its user has left.' },
    'message.failed': { actions: 'sayUndelivered', description: 'Likewise.' },
    'message.lost': { actions: 'sayUndelivered', description: 'Likewise.' },
    'call.placed': { actions: 'dismissChat', description: 'Given up before it was placed.' },
    'server.lost': { actions: { type: 'say', params: { text: SAY.serverLost } } },
    'server.found': { actions: { type: 'say', params: { text: SAY.serverFound } } },
    'call.accepted': { actions: 'dismissChat', description: 'Of a chat that this client knows nothing of.' },
    'message.received': { actions: 'dismissChat', description: 'Likewise.' },
    'input.exhausted': { actions: 'noteExhausted', description: 'What was asked is still answered.' },
    'input.ended': {
      target: '.left',
      actions: 'sayUnfinished',
      description: 'Whatever was going on, it is over.',
    },
    'shutdown.requested': { target: '.left', actions: 'sayUnfinished', description: 'Likewise.' },
  },
  states: {
    starting: {
      description: 'Signs in whom the command line names.',
      always: [
        {
          guard: 'hasUser',
          target: 'resuming',
          actions: ['announceUser', 'saySignedIn'],
          description: 'Signed in without asking the server.',
        },
        { target: 'resuming' },
      ],
    },
    resuming: {
      description: 'Whatever is over, this decides what the user comes back to.',
      entry: 'forgetChat',
      always: [
        {
          guard: 'hasWaitingCall',
          target: 'busy.ringing',
          actions: 'takeWaitingCall',
          description: 'Whoever waits comes first.',
        },
        {
          guard: 'hasUndelivered',
          target: 'free.offering',
          description: 'Lines of the user did not arrive.',
        },
        { guard: 'hasQuestion', target: 'free.asking', description: 'A call came while it was asked.' },
        { guard: 'hasUser', target: 'free.menu' },
        { target: 'free.signedOut' },
      ],
    },

    free: {
      description: 'A prompt is open, and a call may come in.',
      initial: 'signedOut',
      on: {
        'call.received': [
          { guard: 'isUnwelcome', actions: 'rejectCaller', description: 'Nobody is asked.' },
          { target: 'busy.ringing', actions: 'takeCall' },
        ],
        'prompt.answered': [
          {
            guard: { type: 'isChoice', params: { letter: 'R' } },
            target: '.asking',
            actions: { type: 'ask', params: { question: 'register' } },
          },
          {
            guard: { type: 'isChoice', params: { letter: 'L' } },
            target: '.asking',
            actions: { type: 'ask', params: { question: 'login' } },
          },
          {
            guard: { type: 'isChoice', params: { letter: 'B' } },
            target: '.asking',
            actions: { type: 'ask', params: { question: 'block' } },
          },
          { guard: { type: 'isChoice', params: { letter: 'X' } }, target: 'left' },
          {
            guard: 'isMembersChoice',
            actions: [
              { type: 'say', params: { text: SAY.signInFirst } },
              { type: 'openPrompt', params: { prompt: MENU_PROMPT } },
            ],
            description: 'Only whoever is signed in has buddies.',
          },
          {
            actions: [
              { type: 'say', params: { text: SAY.unknownChoice } },
              { type: 'openPrompt', params: { prompt: MENU_PROMPT } },
            ],
            description: 'Asked again.',
          },
        ],
      },
      states: {
        signedOut: {
          description: 'The menu, for somebody unknown.',
          entry: ['sayMenu', { type: 'openPrompt', params: { prompt: MENU_PROMPT } }],
          exit: 'closePrompt',
        },
        menu: {
          description: 'The menu, for a user.',
          entry: ['sayMenu', { type: 'openPrompt', params: { prompt: MENU_PROMPT } }],
          exit: 'closePrompt',
          on: {
            'prompt.answered': [
              {
                guard: { type: 'isChoice', params: { letter: 'A' } },
                target: 'asking',
                actions: { type: 'ask', params: { question: 'add' } },
              },
              {
                guard: { type: 'isChoice', params: { letter: 'D' } },
                target: 'asking',
                actions: { type: 'ask', params: { question: 'delete' } },
              },
              {
                guard: { type: 'isChoice', params: { letter: 'M' } },
                target: 'asking',
                actions: { type: 'ask', params: { question: 'message' } },
              },
              { guard: { type: 'isChoice', params: { letter: 'S' } }, target: '#client.waiting.forBuddies' },
              {
                guard: { type: 'isChoice', params: { letter: 'H' } },
                target: 'asking',
                actions: { type: 'ask', params: { question: 'history' } },
              },
              {
                guard: 'isReturn',
                description: 'Back again.',
                actions: [
                  'becomeBack',
                  'announceUser',
                  { type: 'say', params: { text: SAY.back } },
                  'showStatus',
                  { type: 'openPrompt', params: { prompt: MENU_PROMPT } },
                ],
              },
              {
                guard: { type: 'isChoice', params: { letter: 'W' } },
                actions: [
                  'becomeAway',
                  'announceUser',
                  { type: 'say', params: { text: SAY.away } },
                  'showStatus',
                  { type: 'openPrompt', params: { prompt: MENU_PROMPT } },
                ],
              },
            ],
          },
        },
        asking: {
          description: 'Asks for an id: whose, and what for, is the question.',
          entry: 'openQuestion',
          exit: 'closePrompt',
          on: {
            'prompt.answered': [
              {
                guard: 'isBlank',
                target: '#client.resuming',
                actions: 'dropQuestion',
                description: 'Never mind.',
              },
              {
                guard: 'isLoginAnswer',
                description: 'Whoever says who they are is believed: the server is not asked.',
                target: '#client.resuming',
                actions: [
                  'dropQuestion',
                  'becomeAnswered',
                  'beginSession',
                  'announceUser',
                  'saySignedIn',
                  'showStatus',
                ],
              },
              {
                guard: 'isMessageAnswer',
                target: '#client.waiting.forBuddy',
                actions: ['dropQuestion', 'rememberBuddy'],
              },
              {
                guard: 'isHistoryAnswer',
                target: '#client.waiting.forHistory',
                actions: ['dropQuestion', 'showHistory'],
              },
              {
                guard: 'isUnblockAnswer',
                target: '#client.waiting.forBlocked',
                actions: ['dropQuestion', 'unblock'],
              },
              {
                guard: 'isBlockAnswer',
                target: '#client.waiting.forBlocked',
                actions: ['dropQuestion', 'block'],
              },
              {
                guard: 'isRequestAnswer',
                description: 'REG, ADD or DEL: whether the id is one is for the server to say.',
                target: '#client.waiting.forReply',
                actions: ['prepareRequest', 'dropQuestion'],
              },
              {
                target: 'asking',
                reenter: true,
                actions: { type: 'say', params: { text: SAY.idHint } },
                description: 'No id: asked again.',
              },
            ],
          },
        },
        offering: {
          description:
            'The chat broke: the user is asked whether to call again, with the lines not delivered.',
          entry: ['forgetChat', 'openCallAgain'],
          exit: 'closePrompt',
          on: {
            'prompt.answered': [
              {
                guard: 'isYes',
                target: '#client.waiting.forBuddy',
                actions: 'rememberInterrupted',
              },
              { guard: 'isNo', target: '#client.resuming', actions: 'dropUndelivered' },
              { actions: 'openCallAgain', description: 'Neither yes nor no: asked again.' },
            ],
          },
        },
      },
    },

    waiting: {
      description:
        'The server, or the archive, was asked. A call that comes in now rings when it has answered.',
      initial: 'forReply',
      on: {
        'call.received': [
          { guard: 'isUnwelcome', actions: 'rejectCaller', description: 'Nobody is told.' },
          {
            guard: 'hasWaitingCall',
            actions: ['rejectCaller', 'noteBusy'],
            description: 'One waits, and no more.',
          },
          { actions: 'keepCallWaiting' },
        ],
        'chat.closed': {
          guard: 'isWaitingCall',
          actions: ['noteHangUp', 'dropWaitingCall', 'showStatus'],
          description: 'The caller did not wait any longer.',
        },
      },
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
                  'becomeRegistered',
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
              actions: ['rememberBuddies', 'sayBuddies', 'dropMissed', 'showStatus'],
            },
            'buddies.timed-out': {
              target: '#client.resuming',
              actions: { type: 'say', params: { text: SAY.serverSilent } },
            },
          },
        },
        forBuddy: {
          description: 'Where the buddy takes calls is to be known.',
          entry: 'getBuddies',
          on: {
            'buddies.received': { target: 'placing', actions: ['rememberBuddies', 'showStatus'] },
            'buddies.timed-out': [
              {
                guard: 'isCallable',
                target: 'placing',
                description: 'The server is silent, but the buddy may still be where it was.',
                actions: { type: 'say', params: { text: SAY.callingFromMemory } },
              },
              { target: '#client.resuming', actions: { type: 'say', params: { text: SAY.serverSilent } } },
            ],
          },
        },
        forHistory: {
          description: 'What was said to a buddy is to be shown.',
          on: {
            'history.found': { target: '#client.resuming', actions: 'sayHistory' },
            'archive.failed': {
              guard: 'isHistoryUnread',
              target: '#client.resuming',
              actions: 'sayArchiveFailed',
            },
          },
          after: {
            readPatience: {
              target: '#client.resuming',
              actions: { type: 'say', params: { text: SAY.historySilent } },
            },
          },
        },
        forBlocked: {
          description: 'The block list is being changed.',
          on: {
            'blocked.changed': { target: '#client.resuming', actions: ['rememberBlocked', 'sayBlocked'] },
          },
          after: {
            readPatience: { target: '#client.resuming', description: 'It comes late, or was told of.' },
          },
        },
        placing: {
          description: 'Calls the buddy, if somebody else did not call first.',
          always: [
            { guard: 'hasWaitingCall', target: '#client.resuming', description: 'It rings instead.' },
            {
              guard: 'isInputExhausted',
              target: '#client.left',
              description: 'Nobody could talk, whatever the buddy says.',
            },
            { guard: 'isCallable', target: '#client.busy.calling' },
            { target: '#client.resuming', actions: 'sayNotCallable' },
          ],
        },
      },
    },

    busy: {
      description: 'One buddy at a time: whoever else calls is refused.',
      initial: 'ringing',
      on: {
        'call.received': [
          { guard: 'isUnwelcome', actions: 'rejectCaller', description: 'Nobody is told.' },
          { actions: ['rejectCaller', 'noteBusy'], description: 'The user is told, though not of many.' },
        ],
      },
      states: {
        ringing: {
          description: 'A call came in: the user is asked.',
          entry: ['sayCaller', 'notifyCall', { type: 'openPrompt', params: { prompt: CALL_PROMPT } }],
          exit: 'closePrompt',
          on: {
            'prompt.answered': [
              {
                guard: 'isYes',
                target: 'chatting',
                actions: [
                  { type: 'say', params: { text: SAY.callAccepted } },
                  'rememberCaller',
                  'acceptCall',
                ],
              },
              {
                guard: 'isNo',
                target: '#client.resuming',
                actions: ['rejectCall', 'noteDeclined', { type: 'say', params: { text: SAY.callRefused } }],
              },
              {
                actions: ['sayCaller', { type: 'openPrompt', params: { prompt: CALL_PROMPT } }],
                description: 'Neither yes nor no: asked again, in the same 60 s.',
              },
            ],
            'chat.closed': {
              guard: 'isCurrentChat',
              target: '#client.resuming',
              actions: ['noteHangUp', 'showStatus'],
              description: 'The caller hung up.',
            },
          },
          after: {
            answerTimeout: {
              target: '#client.resuming',
              actions: [
                'rejectCall',
                { type: 'say', params: { text: SAY.callUnanswered } },
                'noteDeclined',
                'noteMissed',
                'showStatus',
              ],
            },
          },
        },
        calling: {
          description: 'A buddy is called: connecting, then waiting for a yes or no.',
          entry: [{ type: 'say', params: { text: SAY.connecting } }, 'rememberCalled', 'placeCall'],
          exit: 'closePrompt',
          initial: 'deciding',
          states: {
            deciding: {
              description: 'A script cannot give up: its next line is meant for the buddy.',
              always: [{ guard: 'isInteractive', target: 'abortable' }, { target: 'unattended' }],
            },
            unattended: { description: 'The answer is waited for.' },
            abortable: {
              description: 'The user sees how it goes, and may give up.',
              entry: { type: 'openPrompt', params: { prompt: CALLING_PROMPT } },
              on: {
                'call.ringing': {
                  guard: 'isCurrentChat',
                  actions: { type: 'say', params: { text: SAY.ringing } },
                },
                'prompt.answered': {
                  target: '#client.resuming',
                  actions: ['leaveChat', { type: 'say', params: { text: SAY.gaveUp } }],
                },
              },
            },
          },
          on: {
            'call.placed': { actions: 'rememberChat', description: 'The supervisor of chats made one.' },
            'input.exhausted': {
              target: '#client.left',
              description: 'Nobody could talk, whatever the buddy says.',
            },
            'call.accepted': {
              guard: 'isCurrentChat',
              target: 'chatting',
              actions: { type: 'say', params: { text: SAY.accepted } },
            },
            'call.refused': {
              guard: 'isCurrentChat',
              target: '#client.resuming',
              actions: { type: 'say', params: { text: SAY.refused } },
            },
            'call.failed': { guard: 'isCurrentChat', target: '#client.resuming', actions: 'sayCallFailed' },
            'chat.closed': {
              guard: 'isCurrentChat',
              target: '#client.resuming',
              actions: { type: 'say', params: { text: SAY.chatClosed } },
              description: 'The chat crashed.',
            },
          },
          after: {
            answerTimeout: {
              target: '#client.resuming',
              actions: ['leaveChat', { type: 'say', params: { text: SAY.unanswered } }],
            },
          },
        },
        chatting: {
          description: 'Message mode: each line goes to the buddy, q leaves.',
          initial: 'composing',
          entry: [{ type: 'say', params: { text: SAY.chatHelp } }, 'sendUndelivered'],
          exit: 'closePrompt',
          on: {
            'message.received': { guard: 'isCurrentChat', actions: 'noteMessage' },
            'message.sent': { guard: 'isCurrentChat', actions: ['noteSent', 'takeFromOutbox'] },
            'message.failed': {
              guard: 'isCurrentChat',
              actions: ['sayUndelivered', 'keepUndelivered', 'takeFromOutbox'],
            },
            'message.lost': {
              guard: 'isCurrentChat',
              actions: ['sayUndelivered', 'keepUndelivered'],
              description: 'The network had taken it, but it never arrived.',
            },
            'chat.closed': [
              {
                guard: 'isCallableAgain',
                description: 'It broke, and somebody is there who can say whether to call again.',
                target: '#client.free.offering',
                actions: ['sayBroken', 'missHeldMessage'],
              },
              {
                guard: 'isCurrentChatBroken',
                description: 'It broke, and nobody can be called or asked.',
                target: '#client.resuming',
                actions: ['sayBroken', 'missHeldMessage', 'dropPeersUndelivered'],
              },
              {
                guard: 'isCurrentChat',
                target: '#client.resuming',
                description: 'The buddy left.',
                actions: [
                  { type: 'say', params: { text: SAY.chatClosed } },
                  'missHeldMessage',
                  'dropPeersUndelivered',
                ],
              },
            ],
          },
          states: {
            composing: {
              description: 'The user types.',
              entry: { type: 'openPrompt', params: { prompt: CHAT_PROMPT } },
              exit: 'closePrompt',
              on: {
                'prompt.answered': [
                  {
                    guard: 'isQuit',
                    target: '#client.resuming',
                    actions: ['leaveChat', { type: 'say', params: { text: SAY.chatClosed } }],
                  },
                  { target: 'sending', actions: 'sendMessage' },
                ],
              },
            },
            sending: {
              description: 'The line is on its way: the next is read when the network took this one.',
              on: {
                'message.sent': {
                  guard: 'isCurrentChat',
                  target: 'composing',
                  actions: ['noteSent', 'takeFromOutbox'],
                },
              },
              after: {
                readPatience: {
                  target: 'stalled',
                  actions: { type: 'say', params: { text: SAY.buddyDoesNotRead } },
                },
              },
            },
            stalled: {
              description:
                'The buddy does not read, or not quickly. The user may leave; one more line waits.',
              entry: { type: 'openPrompt', params: { prompt: CHAT_PROMPT } },
              on: {
                'message.sent': {
                  guard: 'isCurrentChat',
                  target: 'composing',
                  actions: ['noteSent', 'takeFromOutbox'],
                  description: 'The same prompt stays open, with what is being typed.',
                },
                'prompt.answered': [
                  {
                    guard: 'isQuit',
                    target: '#client.resuming',
                    actions: ['leaveChat', { type: 'say', params: { text: SAY.chatClosed } }],
                  },
                  {
                    target: 'held',
                    actions: ['holdMessage', 'closePrompt'],
                    description: 'It waits its turn.',
                  },
                ],
              },
            },
            held: {
              description:
                'A line waits until the one before is on its way; for 60 s, then the chat is over.',
              entry: 'openHeldPrompt',
              on: {
                'prompt.answered': [
                  {
                    guard: 'isQuit',
                    target: '#client.resuming',
                    actions: [
                      'missHeldMessage',
                      'dropPeersUndelivered',
                      'leaveChat',
                      { type: 'say', params: { text: SAY.chatClosed } },
                    ],
                  },
                  {
                    actions: ['sayLineRefused', 'openHeldPrompt'],
                    description: 'One line waits, and no more.',
                  },
                ],
                'message.sent': [
                  {
                    guard: 'isCurrentChatAtTerminal',
                    target: 'stalled',
                    actions: ['noteSent', 'takeFromOutbox', 'sendHeldMessage'],
                    description: 'It goes out now. The prompt stays open, with what is being typed.',
                  },
                  {
                    guard: 'isCurrentChat',
                    target: 'sending',
                    actions: ['noteSent', 'takeFromOutbox', 'sendHeldMessage'],
                    description: 'A script is asked for the next line when this one is on its way.',
                  },
                ],
              },
              after: {
                answerTimeout: {
                  target: '#client.resuming',
                  actions: [
                    'missHeldMessage',
                    'dropPeersUndelivered',
                    'leaveChat',
                    { type: 'say', params: { text: SAY.chatClosed } },
                  ],
                },
              },
            },
          },
        },
      },
    },

    left: {
      type: 'final',
      description: 'With it the tree ends: the heartbeat says goodbye, the chats hang up.',
    },
  },
});
