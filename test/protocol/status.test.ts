import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { parseStatus, STATUS_WORDS } from '../../protocol/status.js';

test('the statuses are 100 ONLINE, 101 OFFLINE and 102 AWAY', (t) => {
  t.deepEqual(STATUS_WORDS, { 100: 'ONLINE', 101: 'OFFLINE', 102: 'AWAY' });
});

test('each code is parsed', (t) => {
  t.is(parseStatus('100'), 100);
  t.is(parseStatus('101'), 101);
  t.is(parseStatus('102'), 102);
});

test('a missing token is not a status', (t) => {
  t.is(parseStatus(undefined), undefined);
});

test('only the exact spellings of the three codes are statuses', (t) => {
  const tokens = [
    '',
    '99',
    '103',
    '200',
    '0100',
    '100.0',
    '1e2',
    '+100',
    ' 100',
    '100\n',
    'ONLINE',
    'toString',
  ];
  for (const token of tokens) t.is(parseStatus(token), undefined, JSON.stringify(token));
});

test('each parsed status has a word and equals the number in the text', (t) => {
  const tokens = fc.oneof(fc.string({ unit: 'binary' }), fc.nat(300).map(String));
  const property = fc.property(tokens, (token) => {
    const status = parseStatus(token);
    if (status === undefined) return;
    assert.equal(String(status), token);
    assert.ok(STATUS_WORDS[status]);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});
