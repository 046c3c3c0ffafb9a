import test from 'ava';
import { connectionsWithin, ownLimits } from '../../bin/descriptors.js';
const LIMITS = (soft) => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            ${soft.padEnd(20)} 1048576              files
`;
test('connections are 128 less than the files that may be open, and 16 at least', (t) => {
    t.is(connectionsWithin(LIMITS('1024')), 896);
    t.is(connectionsWithin(LIMITS('100')), 16);
});
test('without a limit there is none, nor where the system tells of none', (t) => {
    t.is(connectionsWithin(LIMITS('unlimited')), Number.POSITIVE_INFINITY);
    t.is(connectionsWithin(undefined), Number.POSITIVE_INFINITY);
});
test('this process has a limit that can be read, on Linux', (t) => {
    const connections = connectionsWithin(ownLimits());
    t.true(process.platform === 'linux' ? connections >= 16 : connections === Number.POSITIVE_INFINITY);
});
