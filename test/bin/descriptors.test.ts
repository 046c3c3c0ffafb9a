import test from 'ava';
import { connectionsWithin, ownLimits } from '../../bin/descriptors.js';

const LIMITS = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            ${soft.padEnd(20)} 1048576              files
`;

test('connections are 128 fewer than the limit on open files, and at least 16', (t) => {
  t.is(connectionsWithin(LIMITS('1024')), 896);
  t.is(connectionsWithin(LIMITS('100')), 16);
});

test('connections are unlimited if the system has no limit, or does not report its limit', (t) => {
  t.is(connectionsWithin(LIMITS('unlimited')), Number.POSITIVE_INFINITY);
  t.is(connectionsWithin(undefined), Number.POSITIVE_INFINITY);
});

test('the limit of this process can be read on Linux', (t) => {
  const connections = connectionsWithin(ownLimits());
  t.true(process.platform === 'linux' ? connections >= 16 : connections === Number.POSITIVE_INFINITY);
});
