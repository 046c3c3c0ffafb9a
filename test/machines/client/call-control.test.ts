import test from 'ava';
import { type EventObject, initialTransition, transition } from 'xstate';
import { callControlMachine } from '../../../machines/client/call-control.js';
import {
  type CallControlEvent,
  type CallControlInput,
  PATIENCE_MS,
} from '../../../machines/client/call-control-context.js';
import type { CallEvent } from '../../../machines/client/call-events.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import { bob, callFrom, otherChat, report } from '../../helpers/stepped-client.js';

const neighbour = (id: string) => ({ id }) as never;

const input: CallControlInput = {
  owner: neighbour('owner'),
  chats: neighbour('chats'),
  control: neighbour('control'),
  patienceMs: PATIENCE_MS,
  maxLines: 3,
  maxHeldLines: 1,
  blocked: [],
  speakers: [],
  lastCall: 6,
};

/** Plays events to call control, and returns what its owner heard. */
function heard(...events: readonly (CallControlEvent | string)[]): CallEvent[] {
  const news: CallEvent[] = [];
  let [snapshot] = initialTransition(callControlMachine, input);
  for (const event of events) {
    const next = typeof event === 'string' ? ({ type: `xstate.after.${event}` } as never) : event;
    const [after, actions] = transition(callControlMachine, snapshot, next);
    snapshot = after;
    for (const { params } of actions) {
      const { to, event: sent } = (params ?? {}) as { to?: { id: string }; event?: EventObject };
      if (to?.id === 'owner') news.push(sent as CallEvent);
    }
  }
  return news;
}

const STALL: CallControlEvent = { type: 'stall.passed' };
const PATIENCE = 'stallPatience.call-control.talking.stalled';
const call = 7;
const talking: readonly CallControlEvent[] = [callFrom(bob), { type: 'call.accept', call }];
const line = (text: string): CallControlEvent => ({ type: 'message.send', call, text });
const sent = (text: string) => report({ type: 'message.sent', text: text as DisplayText, cut: false });
const broken = report({ type: 'chat.closed', reason: 'cut' as DisplayText });

test('a restarted call control repeats no number of the one before', (t) => {
  t.is((heard(callFrom(bob))[0] as { call?: number }).call, call);
});

test('of a buddy who does not read, the lines are named oldest first, and then the end', (t) => {
  const news = heard(
    ...talking,
    line('one'),
    STALL,
    line('two'),
    PATIENCE,
    report({ type: 'message.lost', text: 'zero' }),
    report({ type: 'message.failed', text: 'one' }),
    broken,
  );
  t.deepEqual(
    news.slice(2).map((event) => ('text' in event ? event.text : event.type)),
    ['peer.stalled', 'zero', 'one', 'two', 'chat.ended'],
  );
});

test('a buddy who reads slowly stalls once, and reads again when all lines are taken', (t) => {
  const news = heard(
    ...talking,
    line('one'),
    line('two'),
    STALL,
    sent('one'),
    line('three'),
    sent('two'),
    sent('three'),
  );
  t.deepEqual(
    news.slice(2).map((event) => ('text' in event ? event.text : event.type)),
    ['peer.stalled', 'one', 'two', 'three', 'peer.reading'],
  );
});

test('what a chat reports that is older than call control is passed on as late', (t) => {
  const news = heard(
    report({ type: 'message.failed', text: 'one' }, otherChat),
    report({ type: 'message.lost', text: 'two' }, otherChat),
    report({ type: 'message.sent', text: 'three' as DisplayText, cut: false }, otherChat),
    report({ type: 'chat.closed' }, otherChat),
  );
  t.deepEqual(
    news.map((event) => 'text' in event && [event.text, 'isLate' in event && event.isLate]),
    [
      ['one', true],
      ['two', true],
      ['three', true],
    ],
  );
});

test('calls that ring out one after the other do not make a nuisance', (t) => {
  const RING = 'patience.call-control.ringing';
  const at = (ms: number) => callFrom(bob, '192.0.2.7', undefined, ms);
  t.is(heard(at(0), RING, at(60_000), RING, at(120_000)).at(-1)?.type, 'call.offered');
});

test('a timed-out call counts from its end on', (t) => {
  const RING = 'patience.call-control.ringing';
  const at = (ms: number) => callFrom(bob, '192.0.2.7', undefined, ms);
  const closed = (ms: number) => report({ type: 'chat.closed' }, undefined, ms);
  const news = heard(at(0), RING, at(61_000), closed(61_000), at(62_000), closed(62_000), at(63_000));
  t.is(news.at(-1)?.type, 'call.withdrawn');
  t.true((news.at(-1) as { isNuisance?: boolean }).isNuisance);
});
