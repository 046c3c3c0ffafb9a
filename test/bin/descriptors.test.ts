import test from 'ava';
import { connectionsWithin, ownLimits } from '../../bin/descriptors.js';

const LIMITS = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            ${soft.padEnd(20)} 1048576              files
`;

test('the limit on connections is the limit on open files minus 128, and at least 16', (t) => {
  t.is(connectionsWithin(LIMITS('1024')), 896);
  t.is(connectionsWithin(LIMITS('100')), 16);
});

test('connections are unlimited if the limit on open files does not exist or is unknown', (t) => {
  t.is(connectionsWithin(LIMITS('unlimited')), Number.POSITIVE_INFINITY);
  t.is(connectionsWithin(undefined), Number.POSITIVE_INFINITY);
});

test('on Linux, the limit on open files of this process can be read', (t) => {
  const connections = connectionsWithin(ownLimits());
  t.true(process.platform === 'linux' ? connections >= 16 : connections === Number.POSITIVE_INFINITY);
});
