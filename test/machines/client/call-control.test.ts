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

/** Sends events to call control, or the end of a named timer. Returns the events that the owner receives. */
function eventsToOwner(...events: readonly (CallControlEvent | string)[]): CallEvent[] {
  const received: CallEvent[] = [];
  let [snapshot] = initialTransition(callControlMachine, input);
  for (const event of events) {
    const next = typeof event === 'string' ? ({ type: `xstate.after.${event}` } as never) : event;
    const [after, actions] = transition(callControlMachine, snapshot, next);
    snapshot = after;
    for (const { params } of actions) {
      const { to, event: sent } = (params ?? {}) as { to?: { id: string }; event?: EventObject };
      if (to?.id === 'owner') received.push(sent as CallEvent);
    }
  }
  return received;
}

const STALL: CallControlEvent = { type: 'stall.passed' };
const PATIENCE = 'stallPatience.call-control.talking.stalled';
const call = 7;
const talking: readonly CallControlEvent[] = [callFrom(bob), { type: 'call.accept', call }];
const line = (text: string): CallControlEvent => ({ type: 'message.send', call, text });
const sent = (text: string) => report({ type: 'message.sent', text: text as DisplayText, cut: false });
const broken = report({ type: 'chat.closed', reason: 'cut' as DisplayText });

test('a restarted call control does not repeat a call number', (t) => {
  t.is((eventsToOwner(callFrom(bob))[0] as { call?: number }).call, call);
});

test('if a buddy does not read, the lines are reported in order, and the end of the chat after them', (t) => {
  const events = eventsToOwner(
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
    events.slice(2).map((event) => ('text' in event ? event.text : event.type)),
    ['peer.stalled', 'zero', 'one', 'two', 'chat.ended'],
  );
});

test('a slow buddy is reported as stalled only once, and as reading when all lines are taken', (t) => {
  const events = eventsToOwner(
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
    events.slice(2).map((event) => ('text' in event ? event.text : event.type)),
    ['peer.stalled', 'one', 'two', 'three', 'peer.reading'],
  );
});

test('if a chat began before call control was restarted, its reports are marked as late', (t) => {
  const events = eventsToOwner(
    report({ type: 'message.failed', text: 'one' }, otherChat),
    report({ type: 'message.lost', text: 'two' }, otherChat),
    report({ type: 'message.sent', text: 'three' as DisplayText, cut: false }, otherChat),
    report({ type: 'chat.closed' }, otherChat),
  );
  t.deepEqual(
    events.map((event) => 'text' in event && [event.text, 'isLate' in event && event.isLate]),
    [
      ['one', true],
      ['two', true],
      ['three', true],
    ],
  );
});

test('calls that each ring for a minute do not make the caller a nuisance', (t) => {
  const RING = 'patience.call-control.ringing';
  const at = (ms: number) => callFrom(bob, '192.0.2.7', undefined, ms);
  t.is(eventsToOwner(at(0), RING, at(60_000), RING, at(120_000)).at(-1)?.type, 'call.offered');
});

test('after a call has timed out, it counts as unanswered for a minute', (t) => {
  const RING = 'patience.call-control.ringing';
  const at = (ms: number) => callFrom(bob, '192.0.2.7', undefined, ms);
  const closed = (ms: number) => report({ type: 'chat.closed' }, undefined, ms);
  const events = eventsToOwner(
    at(0),
    RING,
    at(61_000),
    closed(61_000),
    at(62_000),
    closed(62_000),
    at(63_000),
  );
  t.is(events.at(-1)?.type, 'call.withdrawn');
  t.true((events.at(-1) as { isNuisance?: boolean }).isNuisance);
});
