import test from 'ava';
import { HOLD_MS, Readiness } from '../../../actors/server/readiness.js';

const NEEDED = ['store', 'presence', 'sessions', 'udp', 'connections', 'listener'];

const event = (type: string, id: string) => ({ type, id });

function upAt(now: () => number): Readiness {
  const readiness = new Readiness(now);
  for (const id of NEEDED) readiness.record(event('child.started', id));
  return readiness;
}

test('a server is ready only while all needed actors are up', (t) => {
  const readiness = new Readiness(() => 0);
  for (const id of NEEDED) {
    t.not(readiness.findProblem(), undefined, id);
    readiness.record(event('child.started', id));
  }
  t.is(readiness.findProblem(), undefined);
  for (const id of NEEDED) {
    readiness.record(event('child.ended', id));
    t.not(readiness.findProblem(), undefined, id);
    readiness.record(event('child.started', id));
  }
  readiness.record(event('child.ended', 'connection:7'));
  t.is(readiness.findProblem(), undefined);
});

test('after a change fails, the server is not ready for 10 s, or until a later change succeeds', (t) => {
  let now = 0;
  const readiness = upAt(() => now);
  const outage = (isOut: boolean) =>
    readiness.record({ type: 'store.outage', kind: 'write', isOut } as never);
  outage(true);
  now = HOLD_MS - 1;
  t.is(readiness.findProblem(), 'the store cannot make changes durable: they are answered 205');
  outage(true);
  now += 1;
  t.not(readiness.findProblem(), undefined);
  now += HOLD_MS;
  t.is(readiness.findProblem(), undefined);
  outage(true);
  outage(false);
  t.is(readiness.findProblem(), undefined);
});

test('a server that cannot read the changes of other servers is not ready', (t) => {
  const readiness = upAt(() => 0);
  readiness.record({ type: 'store.outage', kind: 'catch-up', isOut: true } as never);
  t.is(readiness.findProblem(), 'the changes of other servers cannot be read');
  readiness.record({ type: 'store.outage', kind: 'catch-up', isOut: false } as never);
  t.is(readiness.findProblem(), undefined);
});

test('a stopping server is not ready', (t) => {
  const readiness = upAt(() => 0);
  readiness.stop();
  t.is(readiness.findProblem(), 'the server is stopping');
});
