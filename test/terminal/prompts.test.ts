import test from 'ava';
import { MAX_LINE_BYTES } from '../../terminal/console.js';
import { History } from '../../terminal/input-history.js';
import { LineEditor } from '../../terminal/line-editor.js';
import { type Key, KeyPrompt, LinePrompt } from '../../terminal/prompts.js';

const LEFT: Key = { name: 'left', sequence: '\x1b[D' };
const RIGHT: Key = { name: 'right', sequence: '\x1b[C' };
const ENTER: Key = { name: 'return', sequence: '\r' };

/** A prompt with a draft and a history. `drawn` marks the cursor with a `|`. */
function prompted(kind: 'key' | 'line', draft = '', sent: readonly string[] = []) {
  const answers: string[] = [];
  let bells = 0;
  let edits = 0;
  const editor = new LineEditor();
  editor.set(draft);
  const history = new History();
  for (const line of sent) history.add(line);
  const stdout = { write: () => ++bells } as never;
  const onAnswer = (value: string) => answers.push(value);
  const prompt: KeyPrompt | LinePrompt =
    kind === 'key'
      ? new KeyPrompt({ prompt: { text: '? ', kind, keys: 'yn' }, stdout, onAnswer })
      : new LinePrompt({
          prompt: { text: '> ', kind },
          stdout,
          onAnswer,
          editor,
          history: history.walk(),
          onEdit: () => edits++,
        });
  return {
    answers,
    bells: () => bells,
    edits: () => edits,
    drawn: () => `${prompt.shown.before}|${prompt.shown.after}`,
    prompt,
    /** Presses keys: characters, or keys by name. */
    async press(...keys: readonly (string | Key)[]) {
      for (const key of keys) {
        if (typeof key === 'string')
          for (const text of key) await prompt.keypress(text, { name: text, sequence: text });
        // As in node:readline, an escape sequence comes without text.
        else await prompt.keypress(key.sequence?.startsWith('\x1b') ? undefined : key.sequence, key);
      }
    },
  };
}

function ctrl(name: string): Key {
  return { name, ctrl: true, sequence: String.fromCharCode(name.charCodeAt(0) - 96) };
}

test('a key prompt is answered by one of its keys, in either case', async (t) => {
  for (const key of ['y', 'Y', 'n']) {
    const { answers, press } = prompted('key');
    await press(key);
    t.deepEqual(answers, [key]);
  }
});

test('a key prompt rings the bell for any other key', async (t) => {
  const { answers, bells, press } = prompted('key');
  await press('x', '1', ' ', ENTER, LEFT, ctrl('a'), { name: 'escape', sequence: '\x1b' });
  t.deepEqual(answers, []);
  t.true(bells() > 0);
});

test('a line prompt is answered by a line', async (t) => {
  const { answers, drawn, press } = prompted('line');
  await press('hello 1');
  t.is(drawn(), '> hello 1|');
  await press(ENTER);
  t.deepEqual(answers, ['hello 1']);
});

test('a line prompt begins with its draft', async (t) => {
  const { answers, drawn, press, prompt } = prompted('line', 'half');
  t.is(drawn(), '> half|');
  await press('way', LEFT);
  t.is(prompt.typed, 'halfway');
  await press(ENTER);
  t.deepEqual(answers, ['halfway']);
});

test('keys move the cursor and delete by grapheme clusters', async (t) => {
  const { drawn, press } = prompted('line', 'a👩‍🚀你b');
  await press(LEFT);
  t.is(drawn(), '> a👩‍🚀你|b');
  await press({ name: 'backspace', sequence: '\x7f' });
  t.is(drawn(), '> a👩‍🚀|b');
  await press(LEFT, { name: 'delete', sequence: '\x1b[3~' });
  t.is(drawn(), '> a|b');
  await press(RIGHT, RIGHT, 'c');
  t.is(drawn(), '> abc|');
});

test('the usual keys of a shell edit the line', async (t) => {
  const cases: readonly (readonly [Key, string])[] = [
    [ctrl('a'), '> |one two'],
    [{ name: 'home', sequence: '\x1b[H' }, '> |one two'],
    [ctrl('w'), '> one |'],
    [ctrl('u'), '> |'],
    [{ name: 'escape', sequence: '\x1b' }, '> |'],
    [ctrl('b'), '> one tw|o'],
    [ctrl('t'), '> one tow|'],
    [{ name: 'b', meta: true, sequence: '\x1bb' }, '> one |two'],
    [{ name: 'left', ctrl: true, sequence: '\x1b[1;5D' }, '> one |two'],
    [{ name: 'left', meta: true, sequence: '\x1b[1;3D' }, '> one |two'],
    [{ name: 'left', meta: true, sequence: '\x1b\x1b[D' }, '> one |two'],
    [{ name: 'backspace', meta: true, sequence: '\x1b\x7f' }, '> one |'],
  ];
  for (const [key, drawn] of cases) {
    const line = prompted('line', 'one two');
    await line.press(key);
    t.is(line.drawn(), drawn, key.name);
  }
  const killed = prompted('line', 'one two');
  await killed.press(ctrl('a'), RIGHT, ctrl('k'));
  t.is(killed.drawn(), '> o|');
  const moved = prompted('line', 'one two');
  await moved.press(ctrl('a'), ctrl('f'), ctrl('e'), '!');
  t.is(moved.drawn(), '> one two!|');
});

test('a full line takes no more text, and the bell rings', async (t) => {
  const { bells, press, prompt } = prompted('line', 'x'.repeat(MAX_LINE_BYTES - 1));
  await press('y');
  t.is(bells(), 0);
  await press('z');
  t.is(bells(), 1);
  t.is(prompt.typed.length, MAX_LINE_BYTES);
});

test('an accent joins the letter that was typed before it', async (t) => {
  const { drawn, press } = prompted('line', 'e');
  await press('\u0301', LEFT);
  t.is(drawn(), '> |e\u0301');
});

test('keys without a meaning change nothing', async (t) => {
  const { drawn, press } = prompted('line', 'text');
  await press(
    { name: 'f1', sequence: '\x1bOP' },
    { name: 'pageup', sequence: '\x1b[5~' },
    { name: 'x', meta: true, sequence: '\x1bx' },
    ctrl('g'),
    ctrl('v'),
    ctrl('y'),
    { name: 'up', ctrl: true, sequence: '\x1b[1;5A' },
  );
  t.is(drawn(), '> text|');
});

test('typed text passes the text gate before it is drawn, but is sent unchanged', async (t) => {
  const { answers, drawn, press } = prompted('line', 'a\u202eb');
  t.is(drawn(), '> a\uFFFDb|');
  await press(ENTER);
  t.deepEqual(answers, ['a\u202eb']);
});

test('keys with Alt and Ctrl move and delete by words in both directions', async (t) => {
  const cases: readonly (readonly [Key, string])[] = [
    [{ name: 'f', meta: true, sequence: '\x1bf' }, '> one| two'],
    [{ name: 'right', ctrl: true, sequence: '\x1b[1;5C' }, '> one| two'],
    [{ name: 'right', meta: true, sequence: '\x1b[1;3C' }, '> one| two'],
    [{ name: 'right', meta: true, sequence: '\x1b\x1b[C' }, '> one| two'],
    [{ name: 'd', meta: true, sequence: '\x1bd' }, '> | two'],
    [{ name: 'delete', ctrl: true, sequence: '\x1b[3;5~' }, '> | two'],
    [ctrl('d'), '> |ne two'],
  ];
  for (const [key, drawn] of cases) {
    const line = prompted('line', 'one two');
    await line.press(ctrl('a'), key);
    t.is(line.drawn(), drawn, JSON.stringify(key));
  }
});

test('Ctrl-Y puts back cut text', async (t) => {
  const { drawn, press } = prompted('line', 'one two');
  await press(ctrl('w'), ctrl('a'), ctrl('y'), ' ');
  t.is(drawn(), '> two |one ');
});

test('the arrow keys, Ctrl-P and Ctrl-N recall the lines that were sent before', async (t) => {
  const { answers, bells, drawn, press } = prompted('line', 'dra', ['first', 'second']);
  await press({ name: 'up', sequence: '\x1b[A' });
  t.is(drawn(), '> second|');
  await press(ctrl('p'));
  t.is(drawn(), '> first|');
  t.is(bells(), 0);
  await press({ name: 'up', sequence: '\x1b[A' });
  t.is(bells(), 1);
  await press(ctrl('n'), { name: 'down', sequence: '\x1b[B' });
  t.is(drawn(), '> dra|');
  await press('ft', ENTER);
  t.deepEqual(answers, ['draft']);
});

test('Enter sends the line and does not move the cursor', async (t) => {
  const { answers, drawn, press } = prompted('line', 'text');
  await press(LEFT, ENTER);
  t.deepEqual(answers, ['text']);
  t.is(drawn(), '> tex|t');
});

test('every key that changes something calls onEdit', async (t) => {
  const { edits, press } = prompted('line', 'text');
  await press('a', LEFT, ctrl('a'), ctrl('e'), ctrl('u'));
  t.is(edits(), 5);
});
