import test from 'ava';
import fc from 'fast-check';
import { MAX_LINE_BYTES } from '../../terminal/console.js';
import { graphemesOf } from '../../terminal/layout.js';
import { clipToBytes, LineEditor } from '../../terminal/line-editor.js';

/** An editor with this text; `|` marks the cursor. */
function editorAt(marked: string): LineEditor {
  const [before = '', after = ''] = marked.split('|');
  const editor = new LineEditor();
  editor.set(after);
  editor.toStart();
  editor.insert(before);
  return editor;
}

function looks(editor: LineEditor): string {
  return `${editor.before}|${editor.after}`;
}

/** Every command without an argument. */
const COMMANDS = [
  'left',
  'right',
  'wordLeft',
  'wordRight',
  'toStart',
  'toEnd',
  'deleteLeft',
  'deleteRight',
  'cutToStart',
  'cutToEnd',
  'cutAll',
  'cutWordLeft',
  'cutToSpaceLeft',
  'cutWordRight',
  'yank',
  'transpose',
] as const;

type Command = (typeof COMMANDS)[number];

test('each command edits a line as a shell does', (t) => {
  const cases: readonly (readonly [Command, string, string])[] = [
    ['left', 'ab|c', 'a|bc'],
    ['right', 'ab|c', 'abc|'],
    ['wordLeft', 'one, two|', 'one, |two'],
    ['wordLeft', 'one, |two', '|one, two'],
    ['wordRight', '|one, two', 'one|, two'],
    ['wordRight', 'one|, two', 'one, two|'],
    ['toStart', 'ab|c', '|abc'],
    ['toEnd', 'a|bc', 'abc|'],
    ['deleteLeft', 'ab|c', 'a|c'],
    ['deleteRight', 'ab|c', 'ab|'],
    ['cutToStart', 'one |two', '|two'],
    ['cutToEnd', 'one| two', 'one|'],
    ['cutAll', 'one| two', '|'],
    ['cutWordLeft', 'a path/to|.', 'a path/|.'],
    ['cutToSpaceLeft', 'a path/to|.', 'a |.'],
    ['cutToSpaceLeft', 'one two  |', 'one |'],
    ['cutWordRight', 'one| two.', 'one|.'],
    ['transpose', 'ab|c', 'acb|'],
    ['transpose', 'abc|', 'acb|'],
  ];
  for (const [command, before, after] of cases) {
    const editor = editorAt(before);
    t.true(editor[command](), `${command} of ${before}`);
    t.is(looks(editor), after, `${command} of ${before}`);
  }
});

test('a command without effect returns false, and changes nothing', (t) => {
  const cases: readonly (readonly [Command, string])[] = [
    ['left', '|a'],
    ['right', 'a|'],
    ['wordLeft', '|a'],
    ['wordRight', 'a|'],
    ['deleteLeft', '|a'],
    ['deleteRight', 'a|'],
    ['cutToStart', '|a'],
    ['cutToEnd', 'a|'],
    ['cutAll', '|'],
    ['cutWordLeft', '|a'],
    ['cutToSpaceLeft', '|a'],
    ['cutWordRight', 'a|'],
    ['yank', 'a|'],
    ['transpose', 'a|'],
    ['transpose', '|ab'],
  ];
  for (const [command, line] of cases) {
    const editor = editorAt(line);
    t.false(editor[command](), `${command} of ${line}`);
    t.is(looks(editor), line, `${command} of ${line}`);
  }
});

test('yank inserts the text of the last cut, in any line with the same clipboard', (t) => {
  const clipboard = { text: '' };
  const first = new LineEditor(clipboard);
  first.set('one two');
  first.cutToSpaceLeft();
  first.left();
  first.cutToSpaceLeft();
  const second = new LineEditor(clipboard);
  second.yank();
  second.yank();
  t.is(second.text, 'oneone');
});

test('consecutive cuts are put back together', (t) => {
  const editor = editorAt('one two| three four');
  editor.cutToSpaceLeft();
  editor.cutWordRight();
  editor.cutToStart();
  t.is(looks(editor), '| four');
  editor.yank();
  t.is(looks(editor), 'one two three| four');
  editor.cutToStart();
  editor.yank();
  t.is(looks(editor), 'one two three| four');
});

test('emoji and accents stay whole', (t) => {
  const editor = editorAt('a👩‍🚀e\u0301|你🇩🇪');
  editor.left();
  t.is(looks(editor), 'a👩‍🚀|e\u0301你🇩🇪');
  editor.deleteLeft();
  t.is(looks(editor), 'a|e\u0301你🇩🇪');
  editor.toEnd();
  editor.transpose();
  t.is(looks(editor), 'ae\u0301🇩🇪你|');
});

test('when characters join, the cursor moves to the end of the joined character', (t) => {
  const editor = editorAt('|\u0301x');
  editor.insert('e');
  t.is(looks(editor), 'e\u0301|x');
  const flags = editorAt('🇩|🇪🇫🇷');
  t.is(looks(flags), '🇩🇪|🇫🇷');
});

test('a line has a maximum length, and `insert` inserts only the part of a text that fits', (t) => {
  const editor = editorAt(`${'x'.repeat(MAX_LINE_BYTES - 4)}|`);
  t.false(editor.insert('你你'));
  t.is(editor.text.slice(-2), 'x你');
  t.true(editor.insert('y'));
  t.false(editor.insert('z'));
  editor.deleteLeft();
  t.true(editor.insert('z'));
  t.is(Buffer.byteLength(editor.text), MAX_LINE_BYTES);
});

test('a text is clipped to a number of bytes without splitting a character', (t) => {
  t.is(clipToBytes('abc', 3), 'abc');
  t.is(clipToBytes('ab你', 4), 'ab');
  t.is(clipToBytes('ab👩‍🚀', 12), 'ab');
});

/** Texts whose pieces may join into one character. */
const pieces = fc
  .array(fc.constantFrom('a', ' ', 'é', '\u0301', '\u200d', '👩', '🚀', '🇩', '🇪', '你', '가', 'ᄀ', 'ᅡ', '-'))
  .map((parts) => parts.join(''));

test('after any commands the cursor is between characters, and the text has the right length', (t) => {
  const step = fc.oneof(fc.constantFrom(...COMMANDS), pieces);
  fc.assert(
    fc.property(pieces, fc.array(step), (text, steps) => {
      const editor = editorAt(text);
      for (const next of steps) {
        const before = editor.text.length;
        if (!(COMMANDS as readonly string[]).includes(next)) {
          editor.insert(next);
          t.is(editor.text.length, before + next.length);
        } else {
          const { text: old } = editor;
          editor[next as Command]();
          if (/left$|right$|word(Left|Right)$|^to/.test(next)) t.is(editor.text, old);
          if (/^cut|^delete/.test(next)) t.true(editor.text.length <= old.length);
          if (next === 'transpose') t.is(editor.text.length, old.length);
        }
        const whole = graphemesOf(editor.text);
        const count = graphemesOf(editor.before).length;
        t.is(whole.slice(0, count).join(''), editor.before);
      }
    }),
  );
});
