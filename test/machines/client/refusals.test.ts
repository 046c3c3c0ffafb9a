import test from 'ava';
import { whyRefused } from '../../../machines/client/refusals.js';
import { bobOffline, bobOnline } from '../../helpers/stepped-client.js';

const why = (op: 'REG' | 'ADD' | 'DEL', ids: readonly string[], reply: string, buddies = [bobOnline]) =>
  whyRefused({ op, ids }, reply, buddies);

test('the request determines the cause of a 201', (t) => {
  const invalid = '201 INVALID';
  t.deepEqual(why('REG', ['\\q'], invalid), { why: 'notAnId', typed: '\\q' } as never);
  for (const op of ['ADD', 'DEL'] as const) {
    t.deepEqual(why(op, ['alice', '-x\u202e'], invalid), { why: 'notAnId', typed: '-x\uFFFD' } as never);
    t.deepEqual(why(op, ['alice', 'Alice'.toLowerCase()], invalid), { why: 'yourself' });
  }
  t.deepEqual<unknown, unknown>(why('ADD', ['alice', 'bob'], invalid), { why: 'listed', buddy: 'bob' });
  t.deepEqual<unknown, unknown>(why('ADD', ['alice', 'carl'], invalid), {
    why: 'listedOrFull',
    buddy: 'carl',
  });
});

test('a 202 means an unknown buddy; for a user without buddies, it may also mean an unknown user', (t) => {
  const unknown = '202 NO SUCH USER';
  for (const op of ['ADD', 'DEL'] as const) {
    t.deepEqual<unknown, unknown>(why(op, ['alice', 'carl'], unknown, [bobOffline]), {
      why: 'buddyUnregistered',
      buddy: 'carl',
    });
    t.deepEqual<unknown, unknown>(why(op, ['alice', 'carl'], unknown, []), {
      why: 'someoneUnregistered',
      buddy: 'carl',
      user: 'alice',
    });
  }
});

test('a 204 with the details of a ban says what is banned', (t) => {
  for (const op of ['REG', 'ADD', 'DEL'] as const) {
    t.deepEqual<unknown, unknown>(why(op, ['alice', 'bob'], '204 DENIED BANNED ID'), {
      why: 'banned',
      ban: { banned: 'id' },
      user: 'alice',
    });
    t.is(why(op, ['alice', 'bob'], '204 DENIED'), undefined);
  }
});

test('a reply that explains itself, or is unknown, gets no cause', (t) => {
  t.is(why('REG', ['alice'], '203 USER EXISTS'), undefined);
  t.is(why('REG', ['alice'], '201 INVALID'), undefined);
  t.is(why('ADD', ['alice', 'bob'], '200 OK'), undefined);
  t.is(why('ADD', ['alice', 'bob'], '205 UNAVAILABLE'), undefined);
  t.is(why('DEL', ['alice', 'bob'], '201 INVALID'), undefined);
  t.is(why('ADD', ['alice', '-x'], 'welcome'), undefined);
});
