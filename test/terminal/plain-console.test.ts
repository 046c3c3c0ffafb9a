import { PassThrough } from 'node:stream';
import test from 'ava';
import { MAX_LINES_AHEAD, openPlainConsole } from '../../terminal/plain-console.js';

/** A console on pipes, with its output and the events that it reported. */
function console() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const told: string[] = [];
  let written = '';
  stdout.on('data', (chunk) => {
    written += chunk;
  });
  const opened = openPlainConsole(
    { stdin: stdin as never, stdout: stdout as never },
    {
      onAnswer: (value) => told.push(value),
      onActivity: () => {},
      onEnd: () => told.push('END'),
      onInterrupt: () => told.push('INTERRUPT'),
      onExhausted: () => told.push('EXHAUSTED'),
      onError: (error) => told.push(String(error)),
      guard: (callback) => callback,
    },
  );
  return {
    console: opened,
    stdin,
    stdout,
    told,
    async type(text: string) {
      stdin.write(text);
      await new Promise(setImmediate);
    },
    written: () => written,
  };
}

const QUESTION = { text: 'What? ', kind: 'line' } as const;
const OTHER = { text: 'Really? ', kind: 'key', keys: 'yn' } as const;

test('a prompt is shown without a line end, and the next line answers it', async (t) => {
  const { console: plain, told, type, written } = console();
  plain.ask(QUESTION);
  t.is(written(), 'What? ');
  await type('this\nand that\n');
  t.deepEqual(told, ['this']);
  plain.ask(OTHER);
  t.deepEqual(told, ['this', 'and that']);
});

test('printed lines never continue the line of a prompt', async (t) => {
  const { console: plain, type, written } = console();
  plain.print(['one']);
  plain.ask(QUESTION);
  await type('this\n');
  plain.print(['two', 'three']);
  t.is(written(), 'one\nWhat? \ntwo\nthree\n');
});

test('if lines are printed while a prompt is open, the prompt is shown again below them', (t) => {
  const { console: plain, written } = console();
  plain.ask(QUESTION);
  plain.print(['news']);
  t.is(written(), 'What? \nnews\nWhat? ');
});

test('after a prompt was replaced, a line answers only the new prompt', async (t) => {
  const { console: plain, told, type, written } = console();
  plain.ask(QUESTION);
  plain.dropPrompt();
  plain.print(['news']);
  plain.ask(OTHER);
  t.is(written(), 'What? \nnews\nReally? ');
  await type('y\n');
  t.deepEqual(told, ['y']);
});

test('asking the open question again changes nothing', (t) => {
  const { console: plain, written } = console();
  plain.ask(QUESTION);
  plain.ask(QUESTION);
  t.is(written(), 'What? ');
});

test('the end of input is reported after all lines were used', async (t) => {
  const { console: plain, stdin, told } = console();
  stdin.end('one\ntwo');
  await new Promise(setImmediate);
  plain.ask(QUESTION);
  t.deepEqual(told, ['one']);
  plain.ask(OTHER);
  t.deepEqual(told, ['one', 'two', 'EXHAUSTED']);
  plain.ask(QUESTION);
  t.deepEqual(told, ['one', 'two', 'EXHAUSTED', 'END']);
});

test('if the input has ended before the console is opened, the console reports the end', async (t) => {
  const first = console();
  first.stdin.end();
  await new Promise(setImmediate);
  first.console.close();
  const told: string[] = [];
  const second = openPlainConsole(
    { stdin: first.stdin as never, stdout: first.stdout as never },
    {
      onAnswer: () => {},
      onActivity: () => {},
      onEnd: () => told.push('END'),
      onInterrupt: () => told.push('INTERRUPT'),
      onExhausted: () => told.push('EXHAUSTED'),
      onError: () => {},
      guard: (callback) => callback,
    },
  );
  second.ask(QUESTION);
  t.deepEqual(told, ['END']);
});

test('reading pauses when too many lines wait', async (t) => {
  const { stdin, type } = console();
  await type('x\n'.repeat(MAX_LINES_AHEAD - 1));
  t.false(stdin.isPaused());
  await type('x\n');
  t.true(stdin.isPaused());
});

test('if the reader of the output is gone, the end is reported', (t) => {
  const { stdout, told } = console();
  stdout.emit('error', new Error('EPIPE'));
  t.deepEqual(told, ['END']);
});

test('after close, a failed write is ignored', (t) => {
  const { console: closed, stdout } = console();
  closed.close();
  t.notThrows(() => stdout.emit('error', new Error('EPIPE')));
});

test('consoles that are opened one after the other add no further listeners to the stream', (t) => {
  const { console: first, stdin, stdout } = console();
  first.close();
  const listeners = stdout.listenerCount('error');
  for (let count = 0; count < 3; count++) {
    const listener = {
      onAnswer() {},
      onActivity() {},
      onInterrupt() {},
      onEnd() {},
      onExhausted() {},
      onError() {},
    };
    const guard = (callback: never) => callback;
    openPlainConsole({ stdin: stdin as never, stdout: stdout as never }, { ...listener, guard }).close();
  }
  t.is(stdout.listenerCount('error'), listeners);
});
