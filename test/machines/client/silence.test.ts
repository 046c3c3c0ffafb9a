import test from 'ava';
import { silenceOf } from '../../../machines/client/silence.js';

test('202 means that the server does not know the user, and 201 that it does', (t) => {
  t.deepEqual(silenceOf('202 NO SUCH USER'), { cause: 'unregistered' });
  t.deepEqual(silenceOf('201 INVALID'), { cause: 'datagrams' });
});

test('205 and 206 mean that the server cannot do anything for the user just now', (t) => {
  t.deepEqual(silenceOf('205 UNAVAILABLE'), { cause: 'refusing', code: 205 });
  t.deepEqual(silenceOf('206 BUSY'), { cause: 'refusing', code: 206 });
});

test('any other reply leaves the cause unknown', (t) => {
  for (const reply of ['200 OK', 'welcome', '']) {
    t.deepEqual(silenceOf(reply), { cause: 'unknown' });
  }
});
