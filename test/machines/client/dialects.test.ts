import test from 'ava';
import {
  listenerAt,
  type Speakers,
  speaksB,
  withoutAddress,
  withoutListener,
  withSpeaker,
} from '../../../machines/client/dialects.js';
import type { UserId } from '../../../protocol/id.js';

const bob = 'bob' as UserId;
const address = '192.0.2.7';
const MINUTES = 60_000;
const caller = (uptimeMs: number) => ({ address, listener: undefined, uptimeMs });
const bobAt = (port: number) => ({ address, listener: { id: bob, port }, uptimeMs: 0 });

test('a caller that speaks dialect B is recognized by its address, for ten minutes', (t) => {
  const speakers = withSpeaker([], caller(1));
  t.true(speaksB(speakers, { address, uptimeMs: 10 * MINUTES }));
  t.false(speaksB(speakers, { address, uptimeMs: 10 * MINUTES + 1 }));
  t.false(speaksB(speakers, { address: '192.0.2.8', uptimeMs: 1 }));
  t.true(speaksB(withSpeaker(speakers, caller(5 * MINUTES)), { address, uptimeMs: 15 * MINUTES - 1 }));
});

test('a buddy who answered ACCEPTED is recognized by id, address and port, and also as a caller', (t) => {
  const speakers = withSpeaker(withSpeaker([], bobAt(4_000)), bobAt(5_000));
  t.is(listenerAt(speakers, bob, { address, port: 5_000 })?.untilMs, 10 * MINUTES);
  t.is(listenerAt(speakers, bob, { address, port: 4_000 }), undefined, 'bob moved to another port');
  t.is(listenerAt(speakers, 'carl' as UserId, { address, port: 5_000 }), undefined);
  t.is(listenerAt(speakers, bob, { address: '192.0.2.8', port: 5_000 }), undefined);
  t.true(speaksB(speakers, { address, uptimeMs: 0 }));
  t.is(
    listenerAt(withSpeaker([], caller(0)), bob, { address, port: 4_000 }),
    undefined,
    'the port of a caller is unknown',
  );
});

test('wrong entries can be removed', (t) => {
  const speakers = withSpeaker(withSpeaker([], bobAt(4_000)), caller(0));
  t.deepEqual(withoutAddress(speakers, address), []);
  t.is(withoutAddress(speakers, '192.0.2.8').length, 2);
  t.deepEqual(withoutListener(speakers, speakers[0] as Speakers[number]), [speakers[1]] as never);
});

test('the latest hundred entries are kept', (t) => {
  let speakers: Speakers = [];
  for (let last = 0; last < 130; last++) {
    speakers = withSpeaker(speakers, { address: `192.0.2.${last}`, listener: undefined, uptimeMs: last });
  }
  t.is(speakers.length, 100);
  t.is(speakers[0]?.address, '192.0.2.30');
});
