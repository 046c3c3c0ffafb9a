import test from 'ava';
import { rootCause, SupervisorError } from '../../supervision/supervisor-error.js';

test('the message names the child and the failure', (t) => {
  const error = new SupervisorError('gave_up', 'store', new Error('disk'));
  t.is(error.message, "gave up restarting 'store'");
  t.is(new SupervisorError('start_failed', 'udp', undefined).message, "could not start 'udp'");
});

test('the root cause is the original error, however deep the tree is', (t) => {
  const cause = new Error('port in use');
  const error = new SupervisorError(
    'start_failed',
    'tcp',
    new SupervisorError('start_failed', 'listener', cause),
  );
  t.is(rootCause(error), cause);
  t.is(rootCause(cause), cause);
});
