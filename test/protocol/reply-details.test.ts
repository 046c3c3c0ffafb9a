import test from 'ava';
import type { Device } from '../../protocol/device.js';
import { type IdentityKey, parseKey } from '../../protocol/key.js';
import { encodeReply } from '../../protocol/reply.js';
import {
  encodeBanDetails,
  encodeVersionDetails,
  encodeWhoDetails,
  parseBanReply,
  parseLoginReply,
  parseVersionReply,
  parseWhoReply,
} from '../../protocol/reply-details.js';

// The public key of RFC 8032, section 7.1, test 1.
const key = parseKey('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo') as IdentityKey;

test('WHO is answered with the key, the floor and the newest serial', (t) => {
  const device: Device = { identity: key, serial: 1_700, floor: 1_600 };
  const reply = encodeReply(200, encodeWhoDetails(device));
  t.is(reply, `200 OK ${key} 1600 1700\r\n`);
  t.deepEqual(parseWhoReply(reply), device);
});

test('WHO of an id without a key is answered with a dash', (t) => {
  const reply = encodeReply(200, encodeWhoDetails(undefined));
  t.is(reply, '200 OK - 0 0\r\n');
  t.is(parseWhoReply(reply), 'open');
});

test('WHO of an id that is not registered is answered with 202', (t) => {
  t.is(parseWhoReply('202 NO SUCH USER\r\n'), 'unregistered');
});

test('an invalid reply to WHO names no key', (t) => {
  const lines = ['200 OK', `200 OK ${key}`, `200 OK ${key} 2 1`, '200 OK x 0 0', `203 OK ${key} 0 0`, ''];
  for (const line of lines) t.is(parseWhoReply(line), undefined, line);
});

test('LOG is answered with the session', (t) => {
  t.is(parseLoginReply('200 OK 0123456789abcdef\r\n') as string, '0123456789abcdef');
  for (const line of ['200 OK', '200 OK xyz', '204 DENIED', '207 ELSEWHERE']) {
    t.is(parseLoginReply(line), undefined, line);
  }
});

test("VER is answered with the version and the server's key", (t) => {
  const reply = encodeReply(200, encodeVersionDetails(key));
  t.is(reply, `200 OK im/1 ${key}\r\n`);
  t.is(parseVersionReply(reply), key);
});

test('a reply to VER without version im/1 and a key gives no key', (t) => {
  const lines = ['201 INVALID', '200 OK', '200 OK im/2 x', `200 OK im/2 ${key}`, '200 OK im/1', ''];
  for (const line of lines) t.is(parseVersionReply(line), undefined, line);
});

test('a banned client learns whether its id or its address is banned, and until when', (t) => {
  const untilMs = Date.UTC(2026, 11, 24, 18);
  for (const [notice, details] of [
    [{ banned: 'id' }, 'BANNED ID'],
    [{ banned: 'address' }, 'BANNED ADDRESS'],
    [{ banned: 'id', untilMs }, 'BANNED ID UNTIL 2026-12-24T18:00:00Z'],
    [{ banned: 'address', untilMs: 0 }, 'BANNED ADDRESS UNTIL 1970-01-01T00:00:00Z'],
  ] as const) {
    t.is(encodeBanDetails(notice), details);
    t.deepEqual(parseBanReply(encodeReply(204, details)), notice);
  }
  t.is(encodeBanDetails({ banned: 'id', untilMs: untilMs + 1 }), 'BANNED ID UNTIL 2026-12-24T18:00:01Z');
  t.is(encodeBanDetails({ banned: 'id', untilMs: Number.MAX_SAFE_INTEGER }), 'BANNED ID');
});

test('a reply without a ban gives no ban notice, and an unreadable end of a ban is ignored', (t) => {
  for (const line of [
    '',
    '204',
    '204 DENIED',
    '204 DENIED BANNED',
    '204 DENIED BANNED X',
    '200 OK BANNED ID',
    '204 DENIED x ID',
  ])
    t.is(parseBanReply(line), undefined, line);
  for (const end of [
    'UNTIL',
    'UNTIL soon',
    'UNTIL 2026-99-24T18:00:00Z',
    'UNTIL 2026-12-24',
    'SINCE 2026-12-24T18:00:00Z',
  ])
    t.deepEqual(parseBanReply(`204 DENIED BANNED ID ${end}`), { banned: 'id' }, end);
});
