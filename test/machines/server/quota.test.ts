import test from 'ava';
import { MAX_SOURCES, Quota } from '../../../machines/server/quota.js';

const RATE = { burst: 10, perSecond: 2 };

test('a source may use its budget at once, then what comes back each second', (t) => {
  const quota = new Quota(RATE, true);
  for (let count = 0; count < 10; count++) t.true(quota.tryUse('192.0.2.7', 1, 1_000));
  t.false(quota.tryUse('192.0.2.7', 1, 1_000));
  t.false(quota.tryUse('192.0.2.7', 1, 1_499));
  t.true(quota.tryUse('192.0.2.7', 1, 1_500));
  t.false(quota.tryUse('192.0.2.7', 1, 1_500));
  t.true(quota.tryUse('192.0.2.7', 4, 3_500));
  t.false(quota.tryUse('192.0.2.7', 1, 3_500));
});

test('a budget is whole again after a while, and never more than that', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  t.true(quota.tryUse('192.0.2.7', 10, 60_000));
  t.false(quota.tryUse('192.0.2.7', 1, 60_000));
});

test('what is refused costs nothing, and asking does not either', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 8, 0));
  for (let count = 0; count < 5; count++) t.false(quota.tryUse('192.0.2.7', 3, 0));
  for (let count = 0; count < 5; count++) t.true(quota.allows('192.0.2.7', 2, 0));
  t.true(quota.tryUse('192.0.2.7', 2, 0));
});

test('a whole budget is enough for any amount, which is paid back before the next', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 30, 0));
  t.false(quota.tryUse('192.0.2.7', 1, 10_000));
  t.true(quota.tryUse('192.0.2.7', 1, 10_500));
});

test('an IPv4 address is a source, however it is written, and so is an IPv6 /64', (t) => {
  const quota = new Quota(RATE, true);
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  t.false(quota.tryUse('::ffff:192.0.2.7', 1, 0));
  t.true(quota.tryUse('192.0.2.8', 10, 0));
  t.true(quota.tryUse('2001:db8::7', 10, 0));
  t.false(quota.tryUse('2001:db8::1:2:3:4', 1, 0));
  t.true(quota.tryUse('2001:db8:0:1::7', 10, 0));
});

test('loopback is exempt, unless it is not to be', (t) => {
  const exempting = new Quota(RATE, true);
  const limiting = new Quota(RATE, false);
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (let count = 0; count < 5; count++) t.true(exempting.tryUse(address, 10, 0), address);
  }
  t.true(limiting.tryUse('127.0.0.1', 10, 0));
  t.false(limiting.tryUse('127.0.0.1', 1, 0));
  t.true(limiting.tryUse('127.0.0.2', 1, 0));
});

test('a source that keeps asking stays at its limit, however long', (t) => {
  const quota = new Quota(RATE, true);
  let used = 0;
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 10) if (quota.tryUse('192.0.2.7', 1, nowMs)) used++;
  t.is(used, 10 + 2 * 60);
});

test('it remembers a source among half as many others as it has room for, and goes on beyond that', (t) => {
  const quota = new Quota(RATE, true);
  const addressOf = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  t.true(quota.tryUse('192.0.2.7', 10, 0));
  for (let index = 0; index < MAX_SOURCES / 2; index++) quota.use(addressOf(index), 1, 0);
  t.false(quota.tryUse('192.0.2.7', 1, 0));
  for (let index = 0; index < MAX_SOURCES; index++)
    t.assert(quota.tryUse(addressOf(MAX_SOURCES + index), 1, 0));
  t.true(quota.tryUse('192.0.2.7', 1, 0), 'forgotten, so that the table stays bounded');
});
