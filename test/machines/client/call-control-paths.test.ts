import test from 'ava';
import { callControlMachine } from '../../../machines/client/call-control.js';
import { type CallControlEvent, PATIENCE_MS } from '../../../machines/client/call-control-context.js';
import type { ChatReport } from '../../../machines/client/call-events.js';
import type { DisplayText } from '../../../protocol/display-text.js';
import type { UserId } from '../../../protocol/id.js';
import { alice, bob, callFrom, NOON_MS, report } from '../../helpers/stepped-client.js';
import { idleNeighbour, missedTransitions } from '../../helpers/walks.js';

const carl = 'carl' as UserId;
const chats = [idleNeighbour(), idleNeighbour()];
const [chat] = chats;
const reason = 'the connection was cut' as DisplayText;
const text = 'hello' as DisplayText;
const endpoint = { address: '192.0.2.7', port: 4_000 };

/** The numbers of the calls that a walk may reach. */
const CALLS = Array.from({ length: 12 }, (_, index) => index + 1);

const place: CallControlEvent = { type: 'call.place', buddy: bob, caller: alice, endpoint };
const line = (call: number): CallControlEvent => ({ type: 'message.send', call, text });
const talking: readonly CallControlEvent[] = [
  callFrom(bob, '192.0.2.7', chat),
  { type: 'call.accept', call: 1 },
];

function eventsAt(step: number): readonly CallControlEvent[] {
  const atMs = NOON_MS + step * 10_000;
  return [
    place,
    { type: 'calls.abandon' },
    { type: 'callers.block', names: ['carl', '192.0.2.66'] },
    ...CALLS.flatMap((call): CallControlEvent[] => [
      { type: 'call.accept', call },
      { type: 'call.reject', call },
      { type: 'call.dismiss', call },
      line(call),
      { type: 'reading.pause', call },
      { type: 'reading.resume', call },
      { type: 'chat.leave', call },
      { type: 'chat.abandon', call },
      { type: 'place.failed', call, cause: 'crashed' },
      report({ type: 'call.placed', call }, chat),
    ]),
    ...(['192.0.2.7', '192.0.2.66'] as DisplayText[]).flatMap((address): CallControlEvent[] => [
      { type: 'call.crowded', address, atMs, uptimeMs: atMs },
      ...chats.map((each) => report({ type: 'call.foreign', address }, each, atMs)),
      report({ type: 'call.denied', caller: bob, address, cause: 'wrong-key' }, chat, atMs),
      report({ type: 'call.denied', caller: 'eve' as UserId, address, cause: 'in-clear' }, chat, atMs),
    ]),
    ...chats.flatMap((each) => [
      callFrom(bob, '192.0.2.7', each, atMs),
      callFrom(undefined, '192.0.2.9', each, atMs),
      callFrom(carl, '192.0.2.8', each, atMs),
      ...(
        [
          { type: 'dialect.heard', address: '192.0.2.7' as DisplayText, port: 4_000, speaksB: true },
          { type: 'call.ringing' },
          { type: 'call.accepted' },
          { type: 'call.refused' },
          { type: 'call.failed', reason },
          { type: 'call.barred', why: 'changed' },
          { type: 'call.replaced' },
          { type: 'lines.resumed', count: 1 },
          { type: 'delivery.late', count: 1 },
          { type: 'message.received', text, cut: false },
          { type: 'message.sent', text, cut: false },
          { type: 'message.failed', text },
          { type: 'message.lost', text },
          { type: 'peer.left' },
          { type: 'delivery.progressed' },
          { type: 'chat.closed' },
          { type: 'chat.closed', reason },
        ] satisfies ChatReport[]
      ).map((event) => report(event, each, atMs)),
    ]),
  ];
}

test('random walks take every transition of the chart, and no event crashes it', async (t) => {
  const missed = await missedTransitions({
    machine: callControlMachine,
    input: () => ({
      owner: idleNeighbour(),
      chats: idleNeighbour(),
      control: idleNeighbour(),
      patienceMs: PATIENCE_MS,
      maxLines: 4,
      maxHeldLines: 1,
      blocked: ['eve'],
      speakers: [],
      lastCall: 0,
    }),
    events: eventsAt,
    beginnings: [
      [],
      [place, report({ type: 'call.placed', call: 1 }, chat)],
      [place, report({ type: 'call.placed', call: 1 }, chat), report({ type: 'call.ringing' }, chat)],
      talking,
      [...talking, line(1)],
      [...talking, line(1), { type: 'stall.passed' }, line(1)],
      [...talking, line(1), line(1), { type: 'stall.passed' }],
      [...talking, line(1), line(1), line(1), line(1)],
      [...talking, { type: 'chat.leave', call: 1 }],
      [...talking, { type: 'calls.end' }],
    ],
    ends: [{ type: 'shutdown.requested' }, { type: 'calls.end' }],
    delaysMs: [5_000, 60_000],
  });
  t.deepEqual(missed, []);
});
