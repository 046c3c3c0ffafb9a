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

test('what is between the beginning and the end of a paste is its text', (t) => {
  const { paste, pastes } = reader(t);
  t.false(paste.take({ name: 'a', sequence: 'a' }));
  for (const key of [START, { name: 'y', sequence: 'y' }, { name: 'return', sequence: '\r' }, START])
    t.true(paste.take(key));
  t.deepEqual(pastes, []);
  t.true(paste.take(END));
  t.deepEqual(pastes, ['y\r']);
  t.false(paste.take({ name: 'a', sequence: 'a' }));
});

test('an end without a beginning is no key', (t) => {
  const { paste, pastes } = reader(t);
  t.true(paste.take(END));
  t.deepEqual(pastes, []);
});

test('a paste that pauses too long is taken as over', (t) => {
  const { paste, pastes, pause } = reader(t);
  paste.take(START);
  paste.take({ sequence: 'torn' });
  pause();
  t.deepEqual(pastes, ['torn']);
  t.false(paste.take({ name: 'a', sequence: 'a' }));
});

test('a paste that is too long is told as such, and the next is as good as any', (t) => {
  const { paste, pastes } = reader(t);
  for (const sequence of ['x'.repeat(MAX_PASTE_BYTES), 'y']) {
    paste.take(START);
    paste.take({ sequence });
    if (sequence !== 'y') paste.take({ sequence: 'é' });
    paste.take(END);
  }
  t.deepEqual(pastes, [undefined, 'y']);
});

test('lines end as they do anywhere, and have no controls', (t) => {
  t.deepEqual(linesOfPaste('a\rb\nc\r\nd'), ['a', 'b', 'c', 'd']);
  t.deepEqual(linesOfPaste('a\r\rb\r'), ['a', '', 'b']);
  t.deepEqual(linesOfPaste('a\r'), ['a']);
  t.deepEqual(linesOfPaste(''), ['']);
  t.deepEqual(linesOfPaste('a\tb\u001b[31m\u0007\u009bc\u007f'), ['a b[31mc']);
});
