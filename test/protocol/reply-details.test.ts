import test from 'ava';
import type { Device } from '../../protocol/device.js';
import { type IdentityKey, parseKey } from '../../protocol/key.js';
import { encodeReply } from '../../protocol/reply.js';
import {
  encodeVersionDetails,
  encodeWhoDetails,
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

test('any other reply to WHO names no key', (t) => {
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

test('a server that answers VER with anything else keeps no keys', (t) => {
  const lines = ['201 INVALID', '200 OK', '200 OK im/2 x', `200 OK im/2 ${key}`, '200 OK im/1', ''];
  for (const line of lines) t.is(parseVersionReply(line), undefined, line);
});
