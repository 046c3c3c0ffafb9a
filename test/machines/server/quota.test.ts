import test from 'ava';
import { CHANGES, DATAGRAMS, MAX_SOURCES, Quota } from '../../../machines/server/quota.js';

const RATE = { burst: 10, perSecond: 2 };

test('a source may use its whole burst in one moment, and then only what is refilled each second', (t) => {
  const quota = new Quota(RATE, true);
  for (let count = 0; count < 10; count++) t.true(quota.tryUse('192.0.2.7', 1, 1_000));
  t.false(quota.tryUse('192.0.2.7', 1, 1_000));
  t.false(quota.tryUse('192.0.2.7', 1, 1_499));
  t.true(quota.tryUse('192.0.2.7', 1, 1_500));
  t.false(quota.tryUse('192.0.2.7', 1, 1_500));
  t.true(quota.tryUse('192.0.2.7', 4, 3_500));
  t.false(quota.tryUse('192.0.2.7', 1, 3_500));
});

test('a budget is refilled over time, up to the burst', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  t.true(quota.tryUse('192.0.2.7', 10, 60_000));
  t.false(quota.tryUse('192.0.2.7', 1, 60_000));
});

test('after a change of the rate, all budgets are full again', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  quota.change(RATE);
  t.false(quota.tryUse('192.0.2.7', 1, 0), 'the same rate changes nothing');
  quota.change({ burst: 20, perSecond: 100 });
  t.true(quota.tryUse('192.0.2.7', 20, 0));
  t.false(quota.tryUse('192.0.2.7', 1, 0));
  t.true(quota.tryUse('192.0.2.7', 1, 10));
});

test('a refused `tryUse` and a call of `allows` leave the budget unchanged', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 8, 0));
  for (let count = 0; count < 5; count++) t.false(quota.tryUse('192.0.2.7', 3, 0));
  for (let count = 0; count < 5; count++) t.true(quota.allows('192.0.2.7', 2, 0));
  t.true(quota.tryUse('192.0.2.7', 2, 0));
});

test('a full budget allows more than the burst; the next use waits until the excess is refilled', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 30, 0));
  t.false(quota.tryUse('192.0.2.7', 1, 10_000));
  t.true(quota.tryUse('192.0.2.7', 1, 10_500));
});

test('an IPv4 address in either notation is one source, and an IPv6 /64 is one source', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  t.false(quota.tryUse('::ffff:192.0.2.7', 1, 0));
  t.true(quota.tryUse('192.0.2.8', 10, 0));
  t.true(quota.tryUse('2001:db8::7', 10, 0));
  t.false(quota.tryUse('2001:db8::1:2:3:4', 1, 0));
  t.true(quota.tryUse('2001:db8:0:1::7', 10, 0));
});

test('the default limits allow 200 clients behind one address', (t) => {
  const [clients, seconds] = [200, 600];
  const [datagrams, changes] = [new Quota(DATAGRAMS, true), new Quota(CHANGES, true)];
  for (let second = 0; second < seconds; second++) {
    for (let client = 0; client < clients; client++) {
      // The fastest known clients send a SET and a GET each second.
      t.true(datagrams.tryUse('192.0.2.7', 2, second * 1_000));
      // After a restart of the server, each client logs in. Then its user adds ten buddies, one every 5 s.
      const isChange = second === 0 || (second <= 50 && second % 5 === 0);
      if (isChange) t.true(changes.tryUse('192.0.2.7', 1, second * 1_000));
    }
  }
});

test('loopback addresses are limited only if they are not exempt', (t) => {
  const exempting = new Quota(RATE, true);
  const limiting = new Quota(RATE, false);
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (let count = 0; count < 5; count++) t.true(exempting.tryUse(address, 10, 0), address);
  }
  t.true(limiting.tryUse('127.0.0.1', 10, 0));
  t.false(limiting.tryUse('127.0.0.1', 1, 0));
  t.true(limiting.tryUse('127.0.0.2', 1, 0));
});

test('a source that keeps asking gets the burst and the refill, and no more', (t) => {
  const quota = new Quota(RATE, true);
  let used = 0;
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 10) if (quota.tryUse('192.0.2.7', 1, nowMs)) used++;
  t.is(used, 10 + 2 * 60);
});

test('the budget of a source outlives MAX_SOURCES / 2 other sources, but not MAX_SOURCES more', (t) => {
  const quota = new Quota(RATE, true);
  const addressOf = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  for (let index = 0; index < MAX_SOURCES / 2; index++) quota.use(addressOf(index), 1, 0);
  t.false(quota.tryUse('192.0.2.7', 1, 0));
  for (let index = 0; index < MAX_SOURCES; index++)
    t.assert(quota.tryUse(addressOf(MAX_SOURCES + index), 1, 0));
  t.true(quota.tryUse('192.0.2.7', 1, 0), 'the used budget was dropped, because the table is bounded');
});
