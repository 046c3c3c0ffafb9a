import test from 'ava';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import {
  formatHistoryLine,
  type HistoryMessage,
  MAX_HISTORY_LINE_BYTES,
  parseHistoryLine,
} from '../../user-files/history-line.js';

const fromBob: HistoryMessage = {
  isOwn: false,
  own: 'alice' as UserId,
  buddy: 'bob' as UserId,
  address: undefined,
  text: 'hello' as DisplayText,
  atMs: Date.UTC(2026, 10, 25, 14, 5, 9, 120),
};

test('a message is one line of JSON, and can be read back', (t) => {
  const line = formatHistoryLine(fromBob);
  t.is(line, '{"event":"message","at":"2026-11-25T14:05:09.120Z","id":"alice","buddy":"bob","text":"hello"}');
  t.deepEqual(parseHistoryLine(line), fromBob);
  const own = { ...fromBob, isOwn: true };
  t.regex(formatHistoryLine(own), /^\{"event":"sent",/);
  t.deepEqual(parseHistoryLine(formatHistoryLine(own)), own);
});

test('a caller without an id is recorded by address', (t) => {
  const stranger = { ...fromBob, own: undefined, buddy: undefined, address: '192.0.2.7' as DisplayText };
  t.regex(formatHistoryLine(stranger), /Z","address":"192\.0\.2\.7","text"/);
  t.deepEqual(parseHistoryLine(formatHistoryLine(stranger)), stranger);
});

test('text passes the text gate when it is written, and again when it is read', (t) => {
  const hostile = 'a\u001b[2J\r\n\u202eb' as DisplayText;
  t.false(/[\p{Cc}\p{Cf}]/u.test(formatHistoryLine({ ...fromBob, text: hostile })));
  const line = formatHistoryLine(fromBob).replace('hello', 'a\\u001b[2J\\r\\n\\u202eb');
  t.is(parseHistoryLine(line)?.text as string, 'a\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}b');
});

test('invalid names are dropped', (t) => {
  const line = formatHistoryLine(fromBob);
  t.is(parseHistoryLine(line.replace('"bob"', '"../bob"'))?.buddy, undefined);
  t.is(parseHistoryLine(line.replace('"bob"', '["bob"]'))?.buddy, undefined);
  t.is(parseHistoryLine(line.replace('"alice"', '"a\\u001bb"'))?.own, undefined);
  const address = line.replace('"buddy":"bob"', '"address":"\\u001b[2J"');
  t.is(parseHistoryLine(address)?.address, undefined);
});

test('a line that is not a message is refused', (t) => {
  const line = formatHistoryLine(fromBob);
  const lines = [
    '',
    'null',
    '7',
    '[]',
    '{}',
    line.slice(0, -1),
    line.replace('message', 'left'),
    line.replace('2026-', 'x'),
    line.replace('"hello"', '7'),
    `${line}${line}`,
  ];
  for (const other of lines) t.is(parseHistoryLine(other), undefined, other);
});

test('the longest message that the text gate can produce fits in a line', (t) => {
  for (const character of ['\u0007', '"', '\\', 'a']) {
    const text = character.repeat(16 * 1024) as DisplayText;
    t.true(Buffer.byteLength(formatHistoryLine({ ...fromBob, text })) <= MAX_HISTORY_LINE_BYTES);
  }
});
