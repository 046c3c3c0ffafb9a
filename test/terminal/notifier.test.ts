import test from 'ava';
import { SimulatedClock } from 'xstate';
import type { NotifyMode } from '../../terminal/console.js';
import { ATTENTION_MS, MAX_NOTICE_CHARACTERS, NOTICE_PAUSE_MS, Notifier } from '../../terminal/notifier.js';

function notifier(mode: NotifyMode, isPrivate = false) {
  const written: string[] = [];
  const simulated = new SimulatedClock();
  const given = new Notifier({
    mode,
    isPrivate,
    write: (codes) => written.push(codes),
    clock: {
      now: () => simulated.now(),
      callLater(callback, delayMs) {
        const timer = simulated.setTimeout(callback, delayMs);
        return () => simulated.clearTimeout(timer);
      },
    },
    guard: (callback) => callback,
  });
  return {
    notifier: given,
    written,
    pass: (ms: number) => simulated.increment(ms),
  };
}

test('`off` does nothing, `bell` rings, and `osc` shows the message', (t) => {
  const cases: readonly (readonly [NotifyMode, boolean, string[]])[] = [
    ['off', false, []],
    ['bell', false, ['\u0007']],
    ['osc', false, ['\u001b]9;bob: hi\u0007']],
    ['osc', true, ['\u001b]9;New message\u0007']],
  ];
  for (const [mode, isPrivate, expected] of cases) {
    const { notifier: given, written } = notifier(mode, isPrivate);
    given.notify('bob: hi');
    t.deepEqual(written, expected);
    given.close();
  }
});

test('all notices during a pause become one notice at the end of the pause', (t) => {
  const { notifier: given, pass, written } = notifier('osc');
  for (let count = 0; count < 4; count++) given.notify(`message ${count}`);
  t.is(written.length, 1);
  pass(NOTICE_PAUSE_MS - 1);
  t.is(written.length, 1);
  pass(1);
  t.deepEqual(written.slice(1), ['\u001b]9;3 messages\u0007']);
  given.notify('in the next pause');
  pass(NOTICE_PAUSE_MS);
  t.deepEqual(written.slice(2), ['\u001b]9;1 message\u0007']);
  pass(NOTICE_PAUSE_MS);
  given.notify('later');
  t.is(written.at(-1), '\u001b]9;later\u0007');
});

test('a user who has just pressed a key gets no notice, not even when a pause ends', (t) => {
  const { notifier: given, pass, written } = notifier('bell');
  given.keyPressed();
  given.notify('one');
  t.is(written.length, 0);
  pass(ATTENTION_MS);
  given.notify('two');
  given.notify('three');
  t.is(written.length, 1);
  given.keyPressed();
  pass(NOTICE_PAUSE_MS);
  t.is(written.length, 1);
});

test('a notification is text of limited length, and not a command', (t) => {
  const { notifier: given, pass, written } = notifier('osc');
  for (const text of ['a\u001b\\\u0007\u009c\u202e', '4;1;50', 'x'.repeat(MAX_NOTICE_CHARACTERS + 1)]) {
    given.notify(text);
    pass(NOTICE_PAUSE_MS);
  }
  t.deepEqual(written, [
    '\u001b]9;a\uFFFD\\\uFFFD\uFFFD\uFFFD\u0007',
    '\u001b]9; 4;1;50\u0007',
    `\u001b]9;${'x'.repeat(MAX_NOTICE_CHARACTERS)}\u0007`,
  ]);
});

test('`close` leaves no timer running', (t) => {
  const { notifier: given, pass, written } = notifier('bell');
  given.notify('one');
  given.notify('two');
  given.close();
  pass(NOTICE_PAUSE_MS);
  t.is(written.length, 1);
});
