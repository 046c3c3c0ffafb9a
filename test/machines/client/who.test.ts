import test from 'ava';
import { whoAnswerIn } from '../../../machines/client/who.js';
import { KEY } from '../../helpers/trust.js';

test('a reply to WHO names a key, or says that there is none', (t) => {
  t.deepEqual(whoAnswerIn(`200 OK ${KEY} 3 7\r\n`), { says: 'key', key: KEY, floor: 3 });
  t.deepEqual(whoAnswerIn('200 OK - 0 0\r\n'), { says: 'open' });
  t.deepEqual(whoAnswerIn('202 NO SUCH USER\r\n'), { says: 'unregistered' });
});

test('any other reply to WHO, or no reply, counts as no answer', (t) => {
  const smallOrder = 'A'.repeat(43);
  for (const line of [
    undefined,
    '',
    '200 OK',
    '200 OK\r\n',
    `200 OK ${KEY}\r\n`,
    `200 OK ${smallOrder} 0 0\r\n`,
    `200 OK ${KEY} 7 3\r\n`,
    '201 INVALID\r\n',
    '204 DENIED\r\n',
    '205 UNAVAILABLE\r\n',
    '206 BUSY\r\n',
    'hello',
  ])
    t.deepEqual(whoAnswerIn(line), { says: 'nothing' }, line);
});
