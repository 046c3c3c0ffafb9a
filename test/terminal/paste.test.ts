import test, { type ExecutionContext } from 'ava';
import { linesOfPaste, MAX_PASTE_BYTES, PasteReader } from '../../terminal/paste.js';

const START = { name: 'paste-start', sequence: '\u001b[200~' };
const END = { name: 'paste-end', sequence: '\u001b[201~' };

function reader(t: ExecutionContext) {
  const pastes: (string | undefined)[] = [];
  const timers: (() => void)[] = [];
  const paste = new PasteReader({
    onPaste: (text) => pastes.push(text),
    guard: (callback) => {
      timers.push(callback);
      return callback;
    },
  });
  t.teardown(() => paste.close());
  return { paste, pastes, pause: () => timers[0]?.() };
}

test('the keys between the beginning and the end of a paste are its text', (t) => {
  const { paste, pastes } = reader(t);
  t.false(paste.handle({ name: 'a', sequence: 'a' }));
  for (const key of [START, { name: 'y', sequence: 'y' }, { name: 'return', sequence: '\r' }, START])
    t.true(paste.handle(key));
  t.deepEqual(pastes, []);
  t.true(paste.handle(END));
  t.deepEqual(pastes, ['y\r']);
  t.false(paste.handle({ name: 'a', sequence: 'a' }));
});

test('an end mark without a beginning is not passed on as a key', (t) => {
  const { paste, pastes } = reader(t);
  t.true(paste.handle(END));
  t.deepEqual(pastes, []);
});

test('if a paste pauses too long, it counts as ended', (t) => {
  const { paste, pastes, pause } = reader(t);
  paste.handle(START);
  paste.handle({ sequence: 'torn' });
  pause();
  t.deepEqual(pastes, ['torn']);
  t.false(paste.handle({ name: 'a', sequence: 'a' }));
});

test('a paste that is too long is reported, and the next paste works', (t) => {
  const { paste, pastes } = reader(t);
  for (const sequence of ['x'.repeat(MAX_PASTE_BYTES), 'y']) {
    paste.handle(START);
    paste.handle({ sequence });
    if (sequence !== 'y') paste.handle({ sequence: 'é' });
    paste.handle(END);
  }
  t.deepEqual(pastes, [undefined, 'y']);
});

test('all kinds of line ends are recognised, and control characters are removed', (t) => {
  t.deepEqual(linesOfPaste('a\rb\nc\r\nd'), ['a', 'b', 'c', 'd']);
  t.deepEqual(linesOfPaste('a\r\rb\r'), ['a', '', 'b']);
  t.deepEqual(linesOfPaste('a\r'), ['a']);
  t.deepEqual(linesOfPaste(''), ['']);
  t.deepEqual(linesOfPaste('a\tb\u001b[31m\u0007\u009bc\u007f'), ['a b[31mc']);
});
