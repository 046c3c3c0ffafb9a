import test from 'ava';
import { exitOfError, exitOfReply } from '../../../bin/headless/exit-codes.js';
import { REPLY_WORDS } from '../../../protocol/reply.js';

test('every reply has an exit code, and an unknown reply is an unexpected error', (t) => {
  const codes = Object.keys(REPLY_WORDS).map((code) => [Number(code), exitOfReply(Number(code))]);
  t.deepEqual(codes, [
    [200, 0],
    [201, 4],
    [202, 5],
    [203, 6],
    [204, 7],
    [205, 7],
    [206, 7],
    // Only LOG is answered 207.
    [207, 1],
  ]);
  t.is(exitOfReply(299), 1);
});

test('every cause of a failed call has its own exit code', (t) => {
  const causes = ['offline', 'unreachable', 'refused', 'unanswered', 'unknown'] as const;
  t.deepEqual(
    causes.map((cause) => exitOfError(`buddy.${cause}`)),
    [10, 11, 12, 13, 14],
  );
  t.is(exitOfError('list.cut'), 16);
  t.is(exitOfError('call.not-private'), 20);
  t.is(exitOfError('key.changed'), 21);
  t.is(exitOfError('server.silent'), 3);
  t.is(exitOfError('server.unreachable'), 3);
  t.is(exitOfError('client.closed'), 1);
});
