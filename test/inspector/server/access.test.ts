import test from 'ava';
import { refusalOf } from '../../../inspector/server/access.js';

const place = { port: 8080, token: 'right' };

function refused(headers: Record<string, string>, token: string | null = 'right', method = 'GET') {
  return refusalOf({ method, headers: { host: '127.0.0.1:8080', ...headers } }, token, place)?.status;
}

test('whoever has the token may look, by either name of this machine', (t) => {
  t.is(refused({}), undefined);
  t.is(refused({ host: 'localhost:8080' }), undefined);
  t.is(refused({ origin: 'http://127.0.0.1:8080' }), undefined);
});

test('at port 80 browsers name no port', (t) => {
  const headers = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  t.is(refusalOf({ method: 'GET', headers }, 'right', { port: 80, token: 'right' }), undefined);
});

test('without the token, or with another, nobody may', (t) => {
  for (const token of [null, '', 'wrong', 'righ', 'right '] as const)
    t.is(refused({}, token), 403, `${token}`);
});

test('a name that somebody points at this machine is refused', (t) => {
  for (const host of ['evil.example:8080', '127.0.0.1', '127.0.0.1:8081', 'localhost.evil.example:8080', ''])
    t.is(refused({ host }), 403, host);
});

test("somebody else's page is refused", (t) => {
  for (const origin of ['http://evil.example', 'https://127.0.0.1:8080', 'http://127.0.0.1:8081', 'null'])
    t.is(refused({ origin }), 403, origin);
});

test('nothing can be changed', (t) => {
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    t.is(refused({}, 'right', method), 405, method);
});
