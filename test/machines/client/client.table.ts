/** The effects of each legal event of the client's statechart. All other events change nothing. */

import type { LegalTable, Row, Rows } from '../../helpers/legal-table.js';
import { BUSY } from './client-busy.table.js';
import { FREE } from './client-free.table.js';
import { KEY_SAMPLES, KEYS } from './client-keys.table.js';
import { OWN_KEY, OWN_KEY_SAMPLES } from './client-own-key.table.js';
import { announce, anyTime, open, RECORDED, RECORDED_OF_OLDER, SHOWN, say } from './client-rows.js';
import { WAITING } from './client-waiting.table.js';

const departureTimer = 'xstate.after.departure.client.departing.waiting';
const STOP_DEPARTURE = 'cancel departure of departing.waiting';

const ABANDON: Row = ['departing.abandoning', STOP_DEPARTURE, 'call-control <- calls.abandon'];

/** The rows after the user has left the program, while the client waits for the calls to end. */
const DEPARTING: Rows = {
  'calls.ended': ['left', STOP_DEPARTURE],
  'input.interrupted': ABANDON,
  'leave.requested': ABANDON,
  // The user is already leaving.
  'input.ended': ['stays'],
  'shutdown.requested': ['left', STOP_DEPARTURE],
};

const reply = { actorId: '0.client.waiting.forReply' };

/** The lines that the user types. There is a sample for each of them. */
const TYPED = [...'rladmswhbvxqyn', 'bob', 'hello'];

export const CLIENT: LegalTable = {
  chart: 'client',
  samples: {
    ...Object.fromEntries(TYPED.map((value) => [`prompt.answered ${value}`, { value }])),
    'prompt.answered two-words': { value: 'bob hello' },
    'prompt.answered quoted-q': { value: '\\q' },
    'prompt.answered empty': { value: '' },
    'prompt.answered ?': { value: '?' },
    'buddies.received': {},
    'buddies.received offline': { buddies: [{ id: 'bob', status: 101, endpoint: undefined }] },
    'buddies.received empty': { buddies: [] },
    'blocked.changed': { names: ['bob'] },
    'archive.failed': {},
    'client.found': {},
    'archive.failed writing': { task: 'history.write' },
    'call.withdrawn': {},
    'call.cut': { address: '192.0.2.9' },
    'call.misunderstood': { address: '192.0.2.9' },
    'call.withdrawn nuisance': { isNuisance: true },
    'call.withdrawn cut': { isCut: true },
    'call.withdrawn replaced': { isReplaced: true },
    'chat.opened': {},
    'chat.opened nameless': { peer: { id: undefined, address: '192.0.2.7' } },
    'chat.ended': {},
    'message.received': {},
    'message.received cut': { cut: true },
    'message.sent': {},
    'message.sent late': { isLate: true, cut: true },
    'message.sent older': { call: -1, peer: undefined, isLate: true },
    'message.unconfirmed': {},
    'message.unconfirmed lost': { cause: 'lost' },
    'message.unconfirmed kept': { cause: 'lost', isKept: true },
    'message.unconfirmed full': { cause: 'full' },
    'message.unconfirmed late': { isLate: true },
    'xstate.done.actor.0.client.waiting.forReply done': { ...reply, output: { line: '200 OK', done: true } },
    'xstate.done.actor.0.client.waiting.forReply refused': {
      ...reply,
      output: { line: '201 INVALID', done: false },
    },
    'xstate.error.actor.0.client.waiting.forReply': { ...reply, error: new Error('no route') },
    ...KEY_SAMPLES,
    ...OWN_KEY_SAMPLES,
    [departureTimer]: {},
    'xstate.after.archivePatience.client.waiting.forHistory': {},
    'xstate.after.archivePatience.client.waiting.forBlocked': {},
  },
  // Only the agent of createClient uses these events of call control.
  ignored: [
    { type: 'call.rejected', call: 1 },
    { type: 'peer.reading', call: 1 },
    { type: 'chat.closed', call: 1, reason: undefined },
  ],
  start: [
    'free.menu',
    'archive <- blocked.get',
    ...announce('alice', 100, 'here'),
    say('signedIn alice'),
    say('menu'),
    open('menu'),
  ],
  everywhere: {
    'blocked.changed': ['stays', 'call-control <- callers.block bob', 'blocked = bob'],
    'archive.failed': ['stays', say('archiveFailed history.read the connection was cut')],
    'archive.failed writing': ['stays', say('archiveFailed history.write the connection was cut')],
    'key.reported': ['stays', say('key bob changed')],
    'client.found': ['stays', say('otherClient alice 4711')],
    'server.lost': ['stays', say('serverLost down alice')],
    'server.found': ['stays', say('serverFound')],
    'session.misrouted': ['stays', say('misrouted')],
    'call.offered': ['stays', 'offer = 1 bob 192.0.2.7'],
    // The first 0 is the time of this line. The second 0 is the number of refused calls that got no line.
    'call.busy': ['stays', say('busy bob 192.0.2.7 0'), 'log = 0 0'],
    'call.misunderstood': ['stays', say('misunderstood 192.0.2.9')],
    'call.cut': ['stays', say('cut callback 0 192.0.2.9')],
    'message.sent': ['stays', SHOWN, RECORDED],
    'message.sent late': ['stays', SHOWN, say('ownMessageCut'), RECORDED],
    'message.sent older': ['stays', SHOWN, RECORDED_OF_OLDER],
    'message.unconfirmed *': ['stays', say('notSent hello')],
    'message.unconfirmed kept': ['stays', say('notConfirmed hello')],
    'message.unconfirmed lost': ['stays', say('notConfirmed hello')],
    'input.exhausted': ['stays', 'inputExhausted = true'],
  },
  states: {
    ...FREE,
    ...KEYS,
    ...OWN_KEY,
    ...WAITING,
    ...BUSY,
    'departing.waiting': {
      after: ['prompt.answered x'],
      legal: { ...anyTime(), ...DEPARTING, [departureTimer]: ['stays', say('delivering')] },
    },
    'departing.waiting: the user is a script': {
      given: { isInteractive: false },
      after: ['prompt.answered x'],
      legal: { ...anyTime(), ...DEPARTING },
    },
    'departing.abandoning': {
      after: ['leave.requested'],
      legal: {
        ...anyTime(),
        'calls.ended': ['left'],
        'input.interrupted': ['stays'],
        'leave.requested': ['stays'],
        'input.ended': ['stays'],
        'shutdown.requested': ['left'],
      },
    },
    left: { after: ['shutdown.requested'], legal: {} },
  },
};
