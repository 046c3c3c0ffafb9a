import test from 'ava';
import { hostText, parseDatabaseUrl } from '../../../storage/postgres/database-url.js';

test('a URL names a user, several hosts and a database', (t) => {
  t.deepEqual(parseDatabaseUrl('postgres://im@db1,db-2.example:5433,[2001:db8::1],[::1]:5434/im'), {
    user: 'im',
    hosts: [
      { host: 'db1', port: 5432 },
      { host: 'db-2.example', port: 5433 },
      { host: '2001:db8::1', port: 5432 },
      { host: '::1', port: 5434 },
    ],
    database: 'im',
    sslMode: 'disable',
  });
  t.like(parseDatabaseUrl('postgresql://a%40b@127.0.0.1/c%2Fd'), { user: 'a@b', database: 'c/d' });
});

test('the URL says whether and how TLS is used', (t) => {
  for (const mode of ['disable', 'require', 'verify-full'] as const) {
    t.is(parseDatabaseUrl(`postgres://im@db1/im?sslmode=${mode}`).sslMode, mode);
  }
});

test('a password is refused, and not repeated in the message', (t) => {
  for (const login of ['im:secret', 'im:', ':secret']) {
    const error = t.throws(() => parseDatabaseUrl(`postgres://${login}@db1/im`), { code: 'store.unusable' });
    t.regex(error?.message ?? '', /must not have a password: set PGPASSWORD or PGPASSFILE/);
    t.notRegex(error?.message ?? '', /secret/);
  }
});

const WRONG = [
  ...['', 'im@db1/im', 'mysql://im@db1/im', 'postgres://db1/im', 'postgres://@db1/im', 'postgres://im@/im'],
  ...['postgres://im@db1', 'postgres://im@db1/', 'postgres://im@db1,/im', 'postgres://im@db 1/im'],
  ...[
    'postgres://im@db1:0/im',
    'postgres://im@db1:65536/im',
    'postgres://im@db1:x/im',
    'postgres://im@::1/im',
  ],
  ...['postgres://im@db1/im/more', 'postgres://im@db1/im#part', 'postgres://%zz@db1/im'],
  ...['postgres://im@db1/im?sslmode=prefer', 'postgres://im@db1/im?password=secret'],
];

for (const url of WRONG) {
  test(`'${url}' is not the URL of a directory`, (t) => {
    t.throws(() => parseDatabaseUrl(url), { code: 'store.unusable', message: /^the URL of the directory / });
  });
}

test('a host and its port are formatted for messages', (t) => {
  t.is(hostText({ host: 'db1', port: 5432 }), 'db1:5432');
  t.is(hostText({ host: '::1', port: 5432 }), '[::1]:5432');
});
