import test from 'ava';
import {
  type AdminLine,
  type AdminRequest,
  encodeAdminLine,
  encodeAdminRequest,
  parseAdminLine,
  parseAdminRequest,
} from '../../../actors/server/admin-protocol.js';
import type { UserId } from '../../../protocol/id.js';
import type { IdPattern } from '../../../protocol/id-pattern.js';
import { parseKey } from '../../../protocol/key.js';

const alice = 'alice' as UserId;
const key = parseKey('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
const by = { user: 'root', uid: 0, sudoUser: 'alice' };

const REQUESTS: readonly AdminRequest[] = [
  { command: 'status' },
  { command: 'users' },
  { command: 'users', pattern: 'a*' as IdPattern },
  { command: 'show', id: alice },
  { command: 'key.set', id: alice, key: key as NonNullable<typeof key> },
  { command: 'ban', target: { kind: 'id', name: alice } },
  { command: 'ban', target: { kind: 'address', name: '2001:db8::/32' }, forMs: 1 },
  { command: 'unban', target: { kind: 'address', name: '192.0.2.7' } },
  { command: 'backup', place: '/var/backups/im', lastChange: 7 },
];

test('each request is parsed as it was encoded', (t) => {
  for (const request of REQUESTS) {
    const line = encodeAdminRequest(by, request);
    t.true(line.endsWith('\n'));
    t.deepEqual(parseAdminRequest(Buffer.from(line.trimEnd())), { by, request });
  }
});

test('a request with missing or invalid fields is invalid', (t) => {
  for (const text of [
    '{"command":"show"}',
    '{"command":"show","id":7}',
    '{"command":"show","id":"a b"}',
    '{"command":"users","pattern":["*"]}',
    '{"command":"users","pattern":"(a+)+"}',
    '{"command":"key.set","id":"alice","key":"short"}',
    '{"command":"ban","kind":"network","name":"alice"}',
    '{"command":"ban","kind":"id","name":"alice","forMs":0.5}',
    '{"command":"ban","kind":"address","name":"192.0.2.0/33"}',
    '{"command":"unban"}',
    '{"command":"backup","place":"/var/backups/im"}',
    '{}',
  ]) {
    const line = JSON.stringify({ version: 1, by, ...JSON.parse(text) });
    t.like(parseAdminRequest(Buffer.from(line)), { code: 'invalid' }, text);
  }
});

test('an address is converted to the form that the operating system uses', (t) => {
  for (const [text, address] of [
    ['::0001', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::7', '2001:db8::7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
  ] as const) {
    const line = encodeAdminRequest(by, { command: 'show.address', address: text });
    t.like(parseAdminRequest(Buffer.from(line)), { request: { address } }, text);
  }
  for (const address of ['fe80::1%eth0', '192.0.2.0/24', 'alice']) {
    const line = encodeAdminRequest(by, { command: 'show.address', address });
    t.like(parseAdminRequest(Buffer.from(line)), { code: 'invalid' }, address);
  }
});

test('the name of the caller is cut and passes the text gate', (t) => {
  const line = encodeAdminRequest({ user: `\u202e${'x'.repeat(200)}` }, { command: 'status' });
  const parsed = parseAdminRequest(Buffer.from(line)) as { readonly by: { readonly user: string } };
  t.is(parsed.by.user, `\ufffd${'x'.repeat(63)}`);
});

test('each line of an answer is parsed as it was encoded, and other lines are not parsed', (t) => {
  const lines: readonly AdminLine[] = [
    { row: { id: 'alice' } },
    { done: {} },
    { failed: { code: 'unknown', message: 'alice is not registered' } },
  ];
  for (const line of lines) t.deepEqual(parseAdminLine(Buffer.from(encodeAdminLine(line))), line);
  for (const text of ['', '7', '[]', '{"row":1}', '{"failed":{}}', '{"failed":{"code":1,"message":"x"}}']) {
    t.is(parseAdminLine(Buffer.from(text)), undefined, text);
  }
});
