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

test('204 with the details of a ban means that the user, or the address, is banned', (t) => {
  t.deepEqual(silenceOf('204 DENIED BANNED ADDRESS'), { cause: 'banned', ban: { banned: 'address' } });
  t.deepEqual(silenceOf('204 DENIED BANNED ID UNTIL 1970-01-01T00:00:01Z'), {
    cause: 'banned',
    ban: { banned: 'id', untilMs: 1_000 },
  });
  t.deepEqual(silenceOf('204 DENIED'), { cause: 'unknown' });
});

test('any other reply leaves the cause unknown', (t) => {
  for (const reply of ['200 OK', 'welcome', '']) {
    t.deepEqual(silenceOf(reply), { cause: 'unknown' });
  }
});
