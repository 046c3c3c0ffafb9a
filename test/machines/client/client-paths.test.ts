import { setImmediate as nextIteration } from 'node:timers/promises';
import test from 'ava';
import { fromPromise } from 'xstate';
import type { Caller } from '../../../machines/client/callers.js';
import { clientMachine } from '../../../machines/client/client.js';
import type { ClientEvent, ServerRequest } from '../../../machines/client/client-context.js';
import type { ServerReply, SignInCheck } from '../../../machines/client/events.js';
import type { OwnWords, WordsRequest, WordsVerdict } from '../../../machines/client/verification.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import type { IdentityKey } from '../../../protocol/key.js';
import {
  alice,
  bob,
  bobOffline,
  bobOnline,
  buddies,
  LOST,
  NOON_MS,
  TIMED_OUT,
} from '../../helpers/stepped-client.js';
import { idleNeighbour, missedTransitions } from '../../helpers/walks.js';

const carl = 'carl' as UserId;

const OWN_KEY = 'RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA' as IdentityKey;

/** Stands in for the request to the server: the reply depends on the requested id. */
const askServer = fromPromise<ServerReply, ServerRequest>(({ input: { ids } }) => {
  if (ids.includes('stranger')) return Promise.reject(new Error('nothing listens there'));
  const done = !ids.includes('taken');
  const line = (done ? '200 OK' : '203 USER EXISTS') as DisplayText;
  const isKeyed = done && ids.length === 1 && ids[0] !== 'carl';
  return Promise.resolve({
    line,
    done,
    ...(isKeyed && { registration: { with: 'key', key: OWN_KEY, remindsOfWords: true } }),
  });
});

/** Stands in for the key check before a sign-in: the result depends on the id. */
const checkSignIn = fromPromise<SignInCheck, UserId>(async ({ input: id }) => {
  switch (id as string) {
    case 'stranger':
      throw new Error('nothing listens there');
    case 'taken':
      return { holds: 'unknown', reason };
    case 'carl':
      return { holds: 'no-key' };
    case 'q':
      return { holds: 'nothing' };
    case 'b':
      return { holds: 'nothing', isNewlyKeyless: true };
    default:
      return { holds: 'key', remindsOfWords: true };
  }
});

/** Stands in for the comparison of words: the result depends on the typed text. */
const compareWords = fromPromise<WordsVerdict, WordsRequest>(async ({ input: { typed } }) => {
  if (typed === 'stranger') throw new Error('the disk is full');
  return { result: typed.length > 1 ? 'typo' : 'same' };
});

const findWords = fromPromise<OwnWords, WordsRequest>(async ({ input: { buddy } }) => {
  if (buddy === 'stranger') throw new Error('there is no key');
  return { words: ['abandon'] };
});

const keyed = 'bob#RRiu0SkqUJPOcdPIJM_kchtjUBrq3yI9gAdgRZCmsoA';
const typed = 'r l a d m s w h b v x z y n q bob carl taken stranger'
  .split(' ')
  .concat('', 'two words', '!', keyed);
const reason = 'the connection was cut' as DisplayText;
const text = 'hello' as DisplayText;
const address = '192.0.2.7' as DisplayText;
const call = 1;

const says = (value: string): ClientEvent => ({ type: 'prompt.answered', value });
const callerAt = (step: number, caller: UserId | undefined = bob): Caller => ({
  caller,
  address,
  atMs: NOON_MS,
  uptimeMs: step * 10_000,
});
const opened = (id: UserId | undefined = bob): ClientEvent => ({
  type: 'chat.opened',
  call,
  peer: { id, address },
});
const pinned: ClientEvent = { type: 'trust.reported', trust: new Map([[bob, 'pinned' as const]]) };
const offered: ClientEvent = { type: 'call.offered', call, ...callerAt(0) };

function eventsAt(step: number): readonly ClientEvent[] {
  const line = { call, key: undefined };
  const peer = { id: bob, address };
  return [
    ...typed.map(says),
    { type: 'call.offered', call, ...callerAt(step) },
    { type: 'call.offered', call, ...callerAt(step, undefined) },
    { type: 'call.withdrawn', call, isNuisance: true, ...callerAt(step) },
    { type: 'call.withdrawn', call, isNuisance: false, ...callerAt(step) },
    { type: 'call.missed', call, ...callerAt(step) },
    { type: 'call.busy', ...callerAt(step) },
    { type: 'call.misunderstood', ...callerAt(step, undefined) },
    { type: 'call.cut', cause: 'crowded', untold: 1, ...callerAt(step, undefined) },
    { type: 'call.dialling', call },
    { type: 'place.refused' },
    { type: 'call.alerting', call },
    opened(),
    opened(undefined),
    { type: 'chat.failed', call, cause: 'refused' },
    { type: 'chat.failed', call, cause: 'unreachable', reason },
    { type: 'message.received', call, text, cut: true, atMs: NOON_MS },
    ...[true, false].flatMap((isLate): ClientEvent[] => [
      { type: 'message.sent', ...line, peer, text, cut: false, atMs: NOON_MS, isLate },
      { type: 'message.unconfirmed', ...line, text, cause: 'lost', isLate },
      { type: 'message.unconfirmed', ...line, text, cause: 'full', isLate },
    ]),
    { type: 'message.unconfirmed', ...line, text, cause: 'lost', isLate: false, isKept: true },
    { type: 'lines.resumed', call, count: 2 },
    { type: 'delivery.late', call, count: 2 },
    pinned,
    { type: 'trust.reported', trust: undefined },
    { type: 'key.reported', buddy: bob, became: 'changed' },
    { type: 'call.withdrawn', call, isNuisance: false, isReplaced: true, ...callerAt(step) },
    { type: 'peer.stalled', call },
    { type: 'peer.reading', call },
    { type: 'chat.left', call },
    { type: 'peer.left', call },
    { type: 'chat.ended', call, reason },
    { type: 'calls.ended' },
    { type: 'chat.closed', call, reason },
    buddies(bobOnline),
    buddies(bobOffline),
    TIMED_OUT,
    LOST,
    { type: 'server.found' },
    { type: 'session.ended', id: alice, why: 'elsewhere' },
    { type: 'session.misrouted' },
    { type: 'key-dialog.ended', outcome: 'restored' },
    { type: 'key-dialog.ended', outcome: 'skipped' },
    { type: 'key-dialog.ended', outcome: 'copied' },
    { type: 'blocked.changed', names: ['carl'] },
    { type: 'archive.failed', task: 'history.read', reason },
    { type: 'archive.failed', task: 'blocked.write', reason },
    { type: 'client.found', user: alice, pid: 7, host: undefined },
    { type: 'history.found', buddy: carl, search: '', messages: [] },
    { type: 'user.idled' },
    { type: 'user.active' },
    { type: 'terminal.opened' },
    { type: 'input.interrupted' },
  ];
}

const dialling: ClientEvent = { type: 'call.dialling', call };
const sent: ClientEvent = {
  type: 'message.sent',
  ...{ call, key: undefined, peer: { id: bob, address }, text },
  ...{ cut: false, atMs: NOON_MS, isLate: false },
};
const calling = [says('m'), says('bob'), buddies(bobOnline), dialling];
const stalled = [...calling, opened(), says('one'), { type: 'peer.stalled', call }];

test('random walks take every transition of the chart, and no event crashes it', async (t) => {
  const missed = await missedTransitions({
    machine: clientMachine.provide({ actors: { askServer, checkSignIn, compareWords, findWords } }),
    input: (seed) => ({
      terminal: idleNeighbour(),
      heartbeat: idleNeighbour(),
      callControl: idleNeighbour(),
      archive: idleNeighbour(),
      isInteractive: seed % 2 === 0,
      // If the client checks keys, most walks begin without a signed-in user.
      user: (seed % 3 === 0) === seed % 5 < 2 ? alice : undefined,
      attendance: 'here',
      checksKeys: seed % 5 < 2,
    }),
    events: eventsAt,
    beginnings: [
      [],
      [{ type: 'blocked.changed', names: ['carl'] }],
      [...calling, { type: 'call.alerting', call }],
      [...calling, { type: 'input.exhausted' }],
      stalled,
      [...stalled, sent],
      [...stalled, says('two'), sent],
      [...calling, opened(), says('q')],
      [buddies(bobOnline), says('m'), says('bob'), TIMED_OUT],
      [says('m'), says('bob'), { type: 'input.exhausted' }, buddies(bobOnline)],
      [offered, opened(), says('hello')],
      [says('x')],
      [...calling, opened(), says('one'), { type: 'chat.ended', call, reason }, says('y')],
      [...calling, { type: 'input.interrupted' }],
      [says('h'), says('bob')],
      [says('b'), says('carl')],
      [{ type: 'leave.requested' }],
      [pinned, says('a')],
      [pinned, says('a'), says(keyed)],
      [pinned, says('v')],
      // This beginning is repeated, because few walks get to the words.
      ...Array(8).fill([pinned, says('v'), says('bob')]),
      [pinned, says('v'), says('stranger')],
      [
        ...calling,
        opened(),
        says('one'),
        { type: 'message.unconfirmed', call, key: undefined, text, cause: 'lost', isLate: false },
        { type: 'chat.ended', call, reason },
      ],
      [says('l'), says('carl'), { type: 'terminal.opened' }],
      [says('l'), says('taken')],
      [says('m'), says('bob'), buddies(bobOnline), { type: 'place.refused' }],
      [says('l'), says('stranger')],
      [{ type: 'blocked.changed', names: ['carl'] }, says('b'), says('carl')],
      [says('m'), says('bob'), { type: 'session.ended', id: alice, why: 'elsewhere' }],
    ],
    ends: [
      { type: 'leave.requested' },
      { type: 'input.exhausted' },
      { type: 'input.ended' },
      { type: 'shutdown.requested' },
    ],
    delaysMs: [1_000, 5_000],
    async settleInvoked(actor, random) {
      const isIn = (waiting: string) => actor.getSnapshot().matches({ waiting } as never);
      // Few walks verify a buddy. Those that do always wait for the words and the verdict.
      if (isIn('forWords') || isIn('forVerdict')) await nextIteration();
      else if ((isIn('forReply') || isIn('forCheck')) && random.below(2) === 0) await nextIteration();
    },
  });
  t.deepEqual(missed, []);
});
