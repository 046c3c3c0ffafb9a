import xterm from '@xterm/headless';
import test from 'ava';
import { PromptBlock } from '../../terminal/prompt-block.js';

/** A block on the screen of a terminal emulator. */
function block(columns: number, height = 8) {
  const terminal = new xterm.Terminal({ cols: columns, rows: height, allowProposedApi: true });
  let written = Promise.resolve();
  const write = (text: string) => {
    written = new Promise((resolve) => terminal.write(text, resolve));
  };
  const codes = new PromptBlock();
  return {
    block: {
      draw: (before: string, after: string, ...status: readonly string[]) =>
        write(codes.draw({ status, before, after }, { columns, rows: height })),
      erase: () => write(codes.erase()),
      forget: () => codes.forget(),
    },
    write,
    async looks() {
      await written;
      const { active } = terminal.buffer;
      const rows = Array.from({ length: active.length }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
      );
      while (rows.at(-1) === '') rows.pop();
      return { rows, cursor: [active.baseY + active.cursorY, active.cursorX] };
    },
  };
}

test('the block draws the text before the cursor and the text after it', async (t) => {
  const { block: prompt, looks } = block(20);
  prompt.draw('> hello', ' world');
  t.deepEqual(await looks(), { rows: ['> hello world'], cursor: [0, 7] });
});

test('the block is redrawn in the same place, whatever its previous height was', async (t) => {
  const { block: prompt, looks } = block(10);
  prompt.draw('> 12345678abcdefghijk', '');
  t.deepEqual(await looks(), { rows: ['> 12345678', 'abcdefghij', 'k'], cursor: [2, 1] });
  prompt.draw('> 1', '');
  t.deepEqual(await looks(), { rows: ['> 1'], cursor: [0, 3] });
});

test('the block is redrawn from its first row if the cursor is in the middle of the text', async (t) => {
  const { block: prompt, looks } = block(10);
  prompt.draw('> 1234', '5678abcdefghijk');
  t.deepEqual(await looks(), { rows: ['> 12345678', 'abcdefghij', 'k'], cursor: [0, 6] });
  prompt.draw('> 12345678ab', 'cd');
  t.deepEqual(await looks(), { rows: ['> 12345678', 'abcd'], cursor: [1, 2] });
});

test('after a full row of text, the cursor is at the beginning of the next row', async (t) => {
  const { block: prompt, looks } = block(10);
  prompt.draw('> 12345678', '');
  t.deepEqual(await looks(), { rows: ['> 12345678'], cursor: [1, 0] });
  prompt.draw('> 1234567', '');
  t.deepEqual(await looks(), { rows: ['> 1234567'], cursor: [0, 9] });
});

test('the next output takes the place of an erased block', async (t) => {
  const { block: prompt, looks, write } = block(10);
  prompt.draw('> 12345678abc', '');
  prompt.erase();
  write('a line\r\n');
  prompt.draw('> x', '');
  t.deepEqual(await looks(), { rows: ['a line', '> x'], cursor: [1, 3] });
});

test('after `forget`, the block stays on the screen, and the next block is drawn below it', async (t) => {
  const { block: prompt, looks, write } = block(10);
  prompt.draw('> sent', '');
  write('\r\n');
  prompt.forget();
  prompt.draw('> ', '');
  t.deepEqual(await looks(), { rows: ['> sent', '>'], cursor: [1, 2] });
});

test('each status line takes one row above the question', async (t) => {
  const { block: prompt, looks } = block(20);
  prompt.draw('Choice: ', '', 'bob   ONLINE', 'a line that is too long for it');
  t.deepEqual(await looks(), {
    rows: ['bob   ONLINE', 'a line that is too …', 'Choice:'],
    cursor: [2, 8],
  });
  prompt.draw('Choice: ', '', 'bob   OFFLINE');
  t.deepEqual(await looks(), { rows: ['bob   OFFLINE', 'Choice:'], cursor: [1, 8] });
  prompt.draw('Choice: ', '');
  t.deepEqual(await looks(), { rows: ['Choice:'], cursor: [0, 8] });
});

test('a status with too many lines ends with the number of omitted lines', async (t) => {
  const { block: prompt, looks } = block(20, 5);
  const buddies = Array.from({ length: 12 }, (_, index) => `buddy ${index}`);
  prompt.draw('Choice: ', '', ...buddies);
  t.deepEqual((await looks()).rows, ['buddy 0', 'buddy 1', '… and 10 more', 'Choice:']);
  const { block: higher, looks: looksHigher } = block(20, 24);
  higher.draw('Choice: ', '', ...buddies);
  t.deepEqual((await looksHigher()).rows, [...buddies.slice(0, 9), '… and 3 more', 'Choice:']);
});

test('if a text is higher than the screen, the rows around the cursor are shown', async (t) => {
  const { block: prompt, looks } = block(10, 3);
  const text = [...'abcd']
    .map((letter) => letter.repeat(10))
    .join('')
    .concat('e');
  for (let length = 1; length <= text.length; length++) prompt.draw(text.slice(0, length), '');
  t.deepEqual(await looks(), { rows: ['dddddddddd', 'e'], cursor: [1, 1] });
  prompt.draw(text.slice(0, 5), text.slice(5));
  t.deepEqual(await looks(), { rows: ['aaaaaaaaaa', 'bbbbbbbbbb'], cursor: [0, 5] });
});

test('the cursor is in the right column even after emoji that have no agreed width', async (t) => {
  const { block: prompt, looks } = block(20);
  prompt.draw('> 👩‍🚀x', 'yz');
  const { cursor } = await looks();
  const plain = block(20);
  plain.write('> 👩‍🚀x');
  t.deepEqual(cursor, (await plain.looks()).cursor);
});
