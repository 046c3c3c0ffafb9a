import test from 'ava';
import type { DisplayText } from '../../protocol/display-text.js';
import type { Prompt } from '../../terminal/console.js';
import { QUIET_MS } from '../../terminal/console-effects.js';
import { consoleInProcess } from '../helpers/console-in-process.js';

const MENU: Prompt = { text: 'Your choice: ', kind: 'key', keys: 'ms' };
const ID: Prompt = { text: 'Enter buddy id: ', kind: 'line', draft: 'id' };
const CALL: Prompt = { text: 'Accept (y/n)? ', kind: 'key', keys: 'yn', isSudden: true };
const CHAT: Prompt = { text: '> ', kind: 'line', isMessage: true };

const OWN = { name: 'alice' as DisplayText, isOwn: true, text: 'sent' as DisplayText, atMs: 0 };

test('a call can be answered only after a quiet time, in which no key is pressed', (t) => {
  const { console, clock, press, told } = consoleInProcess(t);
  console.ask(ID);
  press('y');
  console.ask(CALL);
  press('y');
  clock.pass(QUIET_MS - 1);
  press('y');
  clock.pass(QUIET_MS - 1);
  press('\r');
  t.deepEqual(told, []);
  clock.pass(QUIET_MS);
  press('n');
  console.ask(ID);
  press('\r');
  t.deepEqual(told, ['n', 'yyy']);
});

test('a key that is held down at the menu answers no call, and the hint is shown once', (t) => {
  const { console, clock, press, told, output } = consoleInProcess(t);
  console.ask(MENU);
  press('y');
  clock.pass(50);
  console.ask(CALL);
  for (let count = 0; count < 60; count++) {
    press('y');
    clock.pass(50);
  }
  t.deepEqual(told, []);
  t.is(output().split('Press y or n again.').length, 2);
  clock.pass(QUIET_MS);
  press('y');
  t.deepEqual(told, ['y']);
});

test('a key that comes after a caller hung up does not answer the next call before a quiet time', (t) => {
  const { console, clock, press, told } = consoleInProcess(t);
  console.ask(CALL);
  clock.pass(QUIET_MS - 1);
  console.dropPrompt();
  console.ask({ ...CALL });
  clock.pass(QUIET_MS - 1);
  press('y');
  clock.pass(QUIET_MS);
  console.dropPrompt();
  console.ask({ ...CALL });
  press('y');
  t.deepEqual(told, []);
  clock.pass(QUIET_MS);
  press('n');
  t.deepEqual(told, ['n']);
});

test('a key pressed just after a line of a chat was sent chooses nothing from the menu', (t) => {
  const { console, clock, press, told, output } = consoleInProcess(t);
  console.ask(CHAT);
  press('hi\r');
  console.ask({ ...MENU, keys: 'msx' });
  press('m');
  t.deepEqual(told, ['hi']);
  t.true(output().includes('Press the key again.'));
  clock.pass(QUIET_MS);
  press('m');
  t.deepEqual(told, ['hi', 'm']);
});

test('typed-ahead input answers one question after the other', (t) => {
  const next = new Map([
    ['m', ID],
    ['bob', MENU],
  ]);
  const { console, press, told } = consoleInProcess(t, {
    onAnswer: (value, asking) => asking.ask(next.get(value) ?? CHAT),
  });
  press('mbob\rshi');
  console.ask(MENU);
  press('\r');
  t.deepEqual(told, ['m', 'bob', 's', 'hi']);
});

test('typed-ahead input does not answer a call that comes immediately after an answer', (t) => {
  const { console, press, told, clock } = consoleInProcess(t, {
    onAnswer: (value, asking) => asking.ask(value === 's' ? CALL : MENU),
  });
  press('sy');
  console.ask(MENU);
  t.deepEqual(told, ['s']);
  clock.pass(QUIET_MS);
  press('y');
  t.deepEqual(told, ['s', 'y']);
});

test('keys that are pressed between two calls are not added to the line that the calls interrupted', (t) => {
  const { console, clock, press, told } = consoleInProcess(t);
  console.ask(ID);
  press('bo');
  console.ask(CALL);
  clock.pass(QUIET_MS);
  press('n');
  press('x');
  console.ask(CALL);
  press('z');
  clock.pass(QUIET_MS);
  press('n');
  console.ask(ID);
  press('\r');
  t.deepEqual(told, ['n', 'n', 'bo']);
});

test('an exception that the listener throws on a key is reported, and the console goes on', async (t) => {
  const { console, press, errors, told } = consoleInProcess(t, {
    onAnswer(value) {
      if (value === 's') throw new Error('the listener failed');
    },
  });
  console.ask(MENU);
  press('s');
  await Promise.resolve();
  t.deepEqual(errors.map(String), ['Error: the listener failed']);
  console.ask(MENU);
  press('m');
  t.deepEqual(told, ['s', 'm']);
});

test('an exception that the listener throws on a line is reported as an error', async (t) => {
  const { console, press, errors } = consoleInProcess(t, {
    onAnswer() {
      throw new Error('the listener failed');
    },
  });
  console.ask(ID);
  press('bob\r');
  await Promise.resolve();
  t.deepEqual(errors.map(String), ['Error: the listener failed']);
});

test('the listener may close the console while Ctrl-C is handled', (t) => {
  const { console, press, told, output } = consoleInProcess(t, { onEnd: (ending) => ending.close() });
  console.ask(CHAT);
  press('\u0003\u0003');
  press('x\r');
  console.ask(MENU);
  t.deepEqual(told, ['(interrupt)', '(end)']);
  t.false(output().includes(MENU.text));
});

test('Ctrl-C clears the line, then interrupts; pressed twice within a second, it ends the input', (t) => {
  const { console, clock, press, told } = consoleInProcess(t);
  console.ask(CHAT);
  press('half a line\u0003');
  clock.pass(1_000);
  t.deepEqual(told, []);
  press('\u0003');
  t.deepEqual(told, ['(interrupt)']);
  clock.pass(1_000);
  // Ctrl-Y puts the cleared text back.
  console.dropPrompt();
  console.ask(CHAT);
  press('\u0019\r');
  t.deepEqual(told, ['(interrupt)', 'half a line']);
  console.ask(CHAT);
  press('text\u0003');
  clock.pass(999);
  press('\u0003');
  t.deepEqual(told, ['(interrupt)', 'half a line', '(end)']);
});

test('if an answer makes the program close the console, the unsent pasted lines are still listed', (t) => {
  const given = consoleInProcess(t, { onAnswer: (_, closing) => closing.close() });
  given.console.ask(CHAT);
  given.paste('one\rtwo');
  given.press('y');
  t.deepEqual(given.told, ['one']);
  const output = given.output();
  t.true(output.includes('(Not sent: two)'));
  t.true(output.indexOf('(Not sent: two)') < output.lastIndexOf('\u001b[?2004l'));
  t.deepEqual(given.errors, []);
});

test('closing the console during a quiet time leaves no timer running', (t) => {
  const { console, clock, press } = consoleInProcess(t);
  console.ask(ID);
  press('bo');
  console.ask(CALL);
  t.is(clock.pending, 1);
  console.close();
  t.is(clock.pending, 0);
});

test('each pasted line is sent only when the previous pasted line has been shown', (t) => {
  const { console, paste, press, told } = consoleInProcess(t);
  console.ask(CHAT);
  paste('one\rtwo\rthree');
  press('y');
  console.ask(CHAT);
  console.ask(CHAT);
  t.deepEqual(told, ['one']);
  console.show(OWN);
  console.ask(CHAT);
  t.deepEqual(told, ['one', 'two']);
});
