import xterm from '@xterm/headless';
import test from 'ava';
import { PromptBlock } from '../../../actors/client/prompt-block.js';
/** A block on a real terminal's screen. */
function block(columns) {
    const terminal = new xterm.Terminal({ cols: columns, rows: 8, allowProposedApi: true });
    let written = Promise.resolve();
    const write = (text) => {
        written = new Promise((resolve) => terminal.write(text, resolve));
    };
    const screen = { columns, write };
    return {
        block: new PromptBlock(screen),
        write,
        async looks() {
            await written;
            const { active } = terminal.buffer;
            const rows = Array.from({ length: 8 }, (_, row) => (active.getLine(row)?.translateToString(true) ?? '').trimEnd());
            while (rows.at(-1) === '')
                rows.pop();
            return { rows, cursor: [active.cursorY, active.cursorX] };
        },
    };
}
test('it draws text with the cursor between its halves', async (t) => {
    const { block: prompt, looks } = block(20);
    prompt.draw('> hello', ' world');
    t.deepEqual(await looks(), { rows: ['> hello world'], cursor: [0, 7] });
});
test('it redraws in its place, however many rows it had', async (t) => {
    const { block: prompt, looks } = block(10);
    prompt.draw('> 12345678abcdefghijk', '');
    t.deepEqual(await looks(), { rows: ['> 12345678', 'abcdefghij', 'k'], cursor: [2, 1] });
    prompt.draw('> 1', '');
    t.deepEqual(await looks(), { rows: ['> 1'], cursor: [0, 3] });
});
test('it finds its first row from a cursor in the middle', async (t) => {
    const { block: prompt, looks } = block(10);
    prompt.draw('> 1234', '5678abcdefghijk');
    t.deepEqual(await looks(), { rows: ['> 12345678', 'abcdefghij', 'k'], cursor: [0, 6] });
    prompt.draw('> 12345678ab', 'cd');
    t.deepEqual(await looks(), { rows: ['> 12345678', 'abcd'], cursor: [1, 2] });
});
test('a row that is exactly full puts the cursor at the beginning of the next', async (t) => {
    const { block: prompt, looks } = block(10);
    prompt.draw('> 12345678', '');
    t.deepEqual(await looks(), { rows: ['> 12345678'], cursor: [1, 0] });
    prompt.draw('> 1234567', '');
    t.deepEqual(await looks(), { rows: ['> 1234567'], cursor: [0, 9] });
});
test('erased, it leaves its place to what is written next', async (t) => {
    const { block: prompt, looks, write } = block(10);
    prompt.draw('> 12345678abc', '');
    prompt.erase();
    write('a line\r\n');
    prompt.draw('> x', '');
    t.deepEqual(await looks(), { rows: ['a line', '> x'], cursor: [1, 3] });
});
test('forgotten, it stays on the screen', async (t) => {
    const { block: prompt, looks, write } = block(10);
    prompt.draw('> sent', '');
    write('\r\n');
    prompt.forget();
    prompt.draw('> ', '');
    t.deepEqual(await looks(), { rows: ['> sent', '>'], cursor: [1, 2] });
});
