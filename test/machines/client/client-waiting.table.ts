/** The client's table, part `waiting`: the client waits for the server or the archive. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import {
  announce,
  anyTime,
  BOB,
  BOB_SEEN,
  CALL_QUESTION,
  END_CALLS,
  type Look,
  MENU,
  open,
  RING,
  say,
  sessionEnded,
  show,
} from './client-rows.js';

const DONE = 'xstate.done.actor.0.client.waiting.forReply';
const ERROR = 'xstate.error.actor.0.client.waiting.forReply';
const STOP_ASKING = 'stop the invoked actor';
const STOP_HISTORY = 'cancel archivePatience of waiting.forHistory';
const STOP_BLOCKED = 'cancel archivePatience of waiting.forBlocked';

/** The effects of a call to bob. */
const CALL = [say('connecting'), 'call-control <- call.place bob 192.0.2.7 4000 alice', open('calling bob')];

const ASKED_FOR_BOB = ['prompt.answered m', 'prompt.answered bob'];

/** The row of an event that ends an incoming call while this call waits to ring. */
function gone(event: string): Row {
  return [...(anyTime()[event] as Row), 'offer = none'];
}

/** The rows of a state that waits for the server or the archive. */
function waits(look: Look = {}): Rows {
  return { ...anyTime(look), ...sessionEnded(look) };
}

export const WAITING: LegalTable['states'] = {
  'waiting.forReply: to add a buddy': {
    after: ['prompt.answered a', 'prompt.answered bob'],
    legal: {
      ...waits({ exit: [STOP_ASKING] }),
      [`${DONE} done`]: [
        'free.menu',
        STOP_ASKING,
        say('reply ADD 200 OK'),
        'heartbeat <- buddies.get',
        ...MENU,
      ],
      [`${DONE} refused`]: ['free.menu', STOP_ASKING, say('reply ADD 201 INVALID listedOrFull bob'), ...MENU],
      [ERROR]: ['free.menu', STOP_ASKING, say('serverError no route'), ...MENU],
    },
  },
  'waiting.forReply: to register': {
    given: { user: undefined },
    after: ['prompt.answered r', 'prompt.answered bob'],
    legal: {
      ...waits({ exit: [STOP_ASKING], isSignedOut: true }),
      [`${DONE} done`]: [
        'free.menu',
        STOP_ASKING,
        say('reply REG 200 OK'),
        ...announce('bob', 100, 'here'),
        ...[say('signedIn bob'), show('bob'), say('menu'), open('menu')],
        ...['user = bob', 'isMenuKnown = true', 'question = menu'],
      ],
      [`${DONE} refused`]: [
        'free.signedOut',
        STOP_ASKING,
        say('reply REG 201 INVALID'),
        say('menu'),
        ...MENU,
      ],
      [ERROR]: ['free.signedOut', STOP_ASKING, say('serverError no route'), say('menu'), ...MENU],
    },
  },
  'waiting.forReply: to register a second user, while the first user is away': {
    after: ['prompt.answered w', 'prompt.answered r', 'prompt.answered bob'],
    legal: {
      ...waits({ exit: [STOP_ASKING], isAway: true }),
      // The new user is at the terminal and has not seen the menu.
      [`${DONE} done`]: [
        'free.menu',
        STOP_ASKING,
        say('reply REG 200 OK'),
        ...announce('bob', 100, 'here'),
        say('signedIn bob'),
        show('bob'),
        say('menu'),
        open('menu'),
        'user = bob',
        'attendance = here',
        'question = menu',
      ],
      [`${DONE} refused`]: ['free.menu', STOP_ASKING, say('reply REG 201 INVALID'), ...MENU],
      [ERROR]: ['free.menu', STOP_ASKING, say('serverError no route'), ...MENU],
    },
  },

  'waiting.forBuddies': {
    after: ['prompt.answered s'],
    legal: {
      ...waits(),
      'buddies.received': [
        'free.menu',
        say(`buddies ${BOB_SEEN}`),
        show('alice', BOB_SEEN),
        open('menu'),
        ...[`buddies = ${BOB}`, 'lastSeen = bob', 'question = menu'],
      ],
      'buddies.received offline': [
        'free.menu',
        say('buddies bob 101'),
        show('alice bob 101'),
        open('menu'),
        ...['buddies = bob 101', 'question = menu'],
      ],
      'buddies.received empty': ['free.menu', say('buddies'), show('alice'), ...MENU],
      'buddies.timed-out': ['free.menu', say('serverSilent unregistered alice'), ...MENU],
    },
  },
  'waiting.forBuddies: a call was missed': {
    after: ['call.missed', 'prompt.answered s'],
    legal: {
      ...waits({ hasMissed: true }),
      'call.busy': ['stays', say('busy bob 192.0.2.7 0'), 'log = bob 192.0.2.7 0 0'],
      // The missed calls were shown, so they are cleared.
      'buddies.received': [
        'free.menu',
        say(`buddies ${BOB_SEEN} bob 192.0.2.7`),
        show('alice', BOB_SEEN),
        open('menu'),
        `buddies = ${BOB}`,
        'lastSeen = bob',
        'log = 0',
        'question = menu',
      ],
      'buddies.received offline': [
        'free.menu',
        say('buddies bob 101 bob 192.0.2.7'),
        show('alice bob 101'),
        open('menu'),
        'buddies = bob 101',
        'log = 0',
        'question = menu',
      ],
      'buddies.received empty': [
        'free.menu',
        say('buddies bob 192.0.2.7'),
        show('alice'),
        open('menu'),
        'log = 0',
        'question = menu',
      ],
      'buddies.timed-out': ['free.menu', say('serverSilent unregistered alice'), ...MENU],
    },
  },

  'waiting.forBuddy': {
    after: ASKED_FOR_BOB,
    legal: {
      ...waits(),
      'buddies.received': [
        'busy.calling.abortable',
        show('alice', BOB_SEEN),
        ...CALL,
        ...[`buddies = ${BOB}`, 'lastSeen = bob', 'question = calling bob'],
      ],
      'buddies.received offline': [
        'free.menu',
        show('alice bob 101'),
        say('notCallable bob offline'),
        open('menu'),
        ...['buddies = bob 101', 'question = menu'],
      ],
      'buddies.received empty': ['free.menu', show('alice'), say('notCallable bob unlisted'), ...MENU],
      'buddies.timed-out': ['free.menu', say('serverSilent unregistered alice'), ...MENU],
    },
  },
  'waiting.forBuddy: the client already knows the address of bob': {
    after: ['buddies.received', ...ASKED_FOR_BOB],
    legal: {
      ...waits({ knowsBob: true }),
      'buddies.received': [
        'busy.calling.abortable',
        show('alice', BOB_SEEN),
        ...CALL,
        'question = calling bob',
      ],
      'buddies.received offline': [
        'free.menu',
        show('alice bob 101 bob'),
        say('notCallable bob offline'),
        ...[open('menu'), 'buddies = bob 101', 'question = menu'],
      ],
      'buddies.received empty': [
        'free.menu',
        show('alice'),
        say('notCallable bob unlisted'),
        open('menu'),
        ...['buddies = none', 'lastSeen = none', 'question = menu'],
      ],
      'buddies.timed-out': [
        'busy.calling.abortable',
        say('callingFromMemory'),
        ...CALL,
        'question = calling bob',
      ],
    },
  },
  'waiting.forBuddy: an incoming call waits to ring': {
    after: [...ASKED_FOR_BOB, 'call.offered'],
    legal: {
      ...waits(),
      'session.ended': [
        'busy.ringing',
        say('sessionEnded alice elsewhere'),
        show(),
        ...RING,
        ...['user = none', 'isMenuKnown = false', `question = ${CALL_QUESTION}`],
      ],
      // The same call is already waiting.
      'call.offered': ['stays'],
      'call.withdrawn': gone('call.withdrawn'),
      'call.withdrawn nuisance': gone('call.withdrawn nuisance'),
      'call.withdrawn cut': gone('call.withdrawn cut'),
      'call.withdrawn replaced': gone('call.withdrawn replaced'),
      'call.missed': gone('call.missed'),
      'buddies.received': [
        'busy.ringing',
        show('alice', BOB_SEEN),
        ...RING,
        ...[`buddies = ${BOB}`, 'lastSeen = bob', `question = ${CALL_QUESTION}`],
      ],
      'buddies.received offline': [
        'busy.ringing',
        show('alice bob 101'),
        ...RING,
        ...['buddies = bob 101', `question = ${CALL_QUESTION}`],
      ],
      'buddies.received empty': ['busy.ringing', show('alice'), ...RING, `question = ${CALL_QUESTION}`],
      'buddies.timed-out': [
        'busy.ringing',
        say('serverSilent unregistered alice'),
        ...RING,
        `question = ${CALL_QUESTION}`,
      ],
    },
  },
  'waiting.forBuddy: no input is left for a chat': {
    after: ['buddies.received', 'input.exhausted', ...ASKED_FOR_BOB],
    legal: {
      ...waits({ knowsBob: true }),
      // The end of the input is already known.
      'input.exhausted': ['stays'],
      'buddies.received': ['departing.waiting', show('alice', BOB_SEEN), ...END_CALLS],
      'buddies.received offline': [
        'departing.waiting',
        show('alice bob 101 bob'),
        ...END_CALLS,
        'buddies = bob 101',
      ],
      'buddies.received empty': [
        'departing.waiting',
        show('alice'),
        ...END_CALLS,
        ...['buddies = none', 'lastSeen = none'],
      ],
      'buddies.timed-out': ['departing.waiting', say('callingFromMemory'), ...END_CALLS],
    },
  },

  'waiting.forHistory': {
    after: ['prompt.answered h', 'prompt.answered bob'],
    legal: {
      ...waits({ exit: [STOP_HISTORY] }),
      'history.found': ['free.menu', STOP_HISTORY, say("history bob ''"), ...MENU],
      'archive.failed': [
        'free.menu',
        STOP_HISTORY,
        ...[say('archiveFailed history.read the connection was cut'), ...MENU],
      ],
      'xstate.after.archivePatience.client.waiting.forHistory': [
        'free.menu',
        STOP_HISTORY,
        ...[say('historySilent'), ...MENU],
      ],
    },
  },
  'waiting.forBlocked': {
    after: ['prompt.answered b', 'prompt.answered bob'],
    legal: {
      ...waits({ exit: [STOP_BLOCKED] }),
      'blocked.changed': [
        'free.menu',
        STOP_BLOCKED,
        'call-control <- callers.block bob',
        say('blocked bob'),
        ...[open('menu'), 'blocked = bob', 'question = menu'],
      ],
      // The answer may come later.
      'xstate.after.archivePatience.client.waiting.forBlocked': ['free.menu', STOP_BLOCKED, ...MENU],
    },
  },
};
