import test from 'ava';
import type { ShownMessage } from '../../machines/client/notices.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { MessageLines, styledRows } from '../../terminal/message-lines.js';

const STARTED_AT_MS = Date.UTC(2026, 10, 26, 14, 0);

function message(atMs: number, more: Partial<ShownMessage> = {}): ShownMessage {
  return { name: toDisplayText('bob'), isOwn: false, text: toDisplayText('hello'), atMs, ...more };
}

function textsOf(lines: MessageLines, ...messages: readonly ShownMessage[]): string[] {
  return messages.flatMap((shown) => lines.linesOf(shown)).map(({ text }) => text);
}

test('the line of a message has the time, the name and the text', (t) => {
  const lines = new MessageLines({ hasColor: false, startedAtMs: STARTED_AT_MS, timeZone: 'UTC' });
  t.deepEqual(textsOf(lines, message(STARTED_AT_MS + 5 * 60_000)), ['14:05 bob: hello']);
});

test('a line with the date precedes the first message of another day', (t) => {
  const lines = new MessageLines({ hasColor: false, startedAtMs: STARTED_AT_MS, timeZone: 'UTC' });
  const midnight = Date.UTC(2026, 10, 27);
  t.deepEqual(textsOf(lines, message(midnight - 1), message(midnight), message(midnight + 60_000)), [
    '23:59 bob: hello',
    '--- Friday, 27 November 2026 ---',
    '00:00 bob: hello',
    '00:01 bob: hello',
  ]);
});

test('dates and times are in the given time zone', (t) => {
  const lines = new MessageLines({ hasColor: false, startedAtMs: STARTED_AT_MS, timeZone: 'Asia/Tokyo' });
  t.deepEqual(textsOf(lines, message(Date.UTC(2026, 10, 26, 15, 0))), [
    '--- Friday, 27 November 2026 ---',
    '00:00 bob: hello',
  ]);
});

test("with colours, the time is dim, the name is bold, and the user's own name has another colour", (t) => {
  const lines = new MessageLines({ hasColor: true, startedAtMs: STARTED_AT_MS, timeZone: 'UTC' });
  const rows = (shown: ShownMessage) => lines.linesOf(shown).flatMap((line) => styledRows(line, 80));
  t.deepEqual(rows(message(STARTED_AT_MS)), ['\u001b[2m14:00\u001b[0m \u001b[1;36mbob\u001b[0m: hello']);
  t.deepEqual(rows(message(STARTED_AT_MS, { isOwn: true })), [
    '\u001b[2m14:00\u001b[0m \u001b[1;32mbob\u001b[0m: hello',
  ]);
});

test('if a name continues in the next row, it keeps its style, and the indentation has none', (t) => {
  const line = {
    text: '12345 a-long-name: text',
    styles: [
      { length: 6, code: '' },
      { length: 11, code: '1' },
    ],
  };
  t.deepEqual(styledRows(line, 10), [
    '12345 ',
    '   \u001b[1ma-long-\u001b[0m',
    '   \u001b[1mname\u001b[0m: ',
    '   text',
  ]);
});
