import test from 'ava';
import { checkAccess } from '../../../inspector/server/access.js';

const place = { port: 8080, token: 'right' };

function refused(headers: Record<string, string>, token: string | null = 'right', method = 'GET') {
  return checkAccess({ method, headers: { host: '127.0.0.1:8080', ...headers } }, token, place)?.status;
}

test('a request with the token is allowed, whether its host is 127.0.0.1 or localhost', (t) => {
  t.is(refused({}), undefined);
  t.is(refused({ host: 'localhost:8080' }), undefined);
  t.is(refused({ origin: 'http://127.0.0.1:8080' }), undefined);
});

test('if the inspector uses port 80, the host in a request has no port', (t) => {
  const headers = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  t.is(checkAccess({ method: 'GET', headers }, 'right', { port: 80, token: 'right' }), undefined);
});

test('a request without the token, or with a wrong one, is refused', (t) => {
  for (const token of [null, '', 'wrong', 'righ', 'right '] as const)
    t.is(refused({}, token), 403, `${token}`);
});

test('a request for another host name or port is refused', (t) => {
  for (const host of ['evil.example:8080', '127.0.0.1', '127.0.0.1:8081', 'localhost.evil.example:8080', ''])
    t.is(refused({ host }), 403, host);
});

test('a request from a foreign page is refused', (t) => {
  for (const origin of ['http://evil.example', 'https://127.0.0.1:8080', 'http://127.0.0.1:8081', 'null'])
    t.is(refused({ origin }), 403, origin);
});

test('methods other than GET are refused', (t) => {
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    t.is(refused({}, 'right', method), 405, method);
});
