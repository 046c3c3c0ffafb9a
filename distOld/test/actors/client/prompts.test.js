import test from 'ava';
import { MAX_LINE_BYTES } from '../../../actors/client/console.js';
import { KeyPrompt, LinePrompt } from '../../../actors/client/prompts.js';
const LEFT = { name: 'left', sequence: '\x1b[D' };
const RIGHT = { name: 'right', sequence: '\x1b[C' };
const ENTER = { name: 'return', sequence: '\r' };
/** A prompt whose block only remembers what was drawn last, the cursor as `|`. */
function prompted(kind, draft = '') {
    const answers = [];
    let drawn = '';
    let bells = 0;
    const block = {
        draw: (before, after) => {
            drawn = `${before}|${after}`;
        },
    };
    const stdout = { write: () => ++bells };
    const onAnswer = (value) => answers.push(value);
    const prompt = kind === 'key'
        ? new KeyPrompt({ prompt: { text: '? ', kind, keys: 'yn' }, block, stdout, onAnswer })
        : new LinePrompt({
            prompt: { text: '> ', kind },
            block,
            stdout,
            onAnswer,
            draft,
            onEdit: () => prompt.draw(),
        });
    prompt.draw();
    return {
        answers,
        bells: () => bells,
        drawn: () => drawn,
        prompt,
        /** Presses keys: characters, or keys by name. */
        async press(...keys) {
            for (const key of keys) {
                if (typeof key === 'string')
                    for (const text of key)
                        await prompt.keypress(text, { name: text, sequence: text });
                // As node:readline has it, an escape sequence comes with no text.
                else
                    await prompt.keypress(key.sequence?.startsWith('\x1b') ? undefined : key.sequence, key);
            }
        },
    };
}
function ctrl(name) {
    return { name, ctrl: true, sequence: String.fromCharCode(name.charCodeAt(0) - 96) };
}
test('a key prompt takes one of its keys, in either case', async (t) => {
    for (const key of ['y', 'Y', 'n']) {
        const { answers, drawn, press } = prompted('key');
        await press(key);
        t.deepEqual(answers, [key]);
        t.is(drawn(), `? ${key.toUpperCase()}|`);
    }
});
test('a key prompt rings the bell for any other key', async (t) => {
    const { answers, bells, press } = prompted('key');
    await press('x', '1', ' ', ENTER, LEFT, ctrl('a'), { name: 'escape', sequence: '\x1b' });
    t.deepEqual(answers, []);
    t.true(bells() > 0);
});
test('a line prompt takes a line', async (t) => {
    const { answers, drawn, press } = prompted('line');
    await press('hello 1');
    t.is(drawn(), '> hello 1|');
    await press(ENTER);
    t.deepEqual(answers, ['hello 1']);
});
test('a line prompt begins with the draft it is given', async (t) => {
    const { answers, drawn, press, prompt } = prompted('line', 'half');
    t.is(drawn(), '> half|');
    await press('way', LEFT);
    t.is(prompt.typed, 'halfway');
    await press(ENTER);
    t.deepEqual(answers, ['halfway']);
});
test('the cursor moves and edits by what a user sees as characters', async (t) => {
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
    const cases = [
        [ctrl('a'), '> |one two'],
        [{ name: 'home', sequence: '\x1b[H' }, '> |one two'],
        [ctrl('w'), '> one |'],
        [ctrl('u'), '> |'],
        [{ name: 'escape', sequence: '\x1b' }, '> |'],
        [ctrl('b'), '> one tw|o'],
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
test('a line has an end', async (t) => {
    const { bells, press, prompt } = prompted('line', 'x'.repeat(MAX_LINE_BYTES - 1));
    await press('y');
    t.is(bells(), 0);
    await press('z');
    t.is(bells(), 1);
    t.is(prompt.typed.length, MAX_LINE_BYTES);
});
test('an accent that is typed after its letter joins it', async (t) => {
    const { drawn, press } = prompted('line', 'e');
    await press('\u0301', LEFT);
    t.is(drawn(), '> |e\u0301');
});
test('keys that mean nothing change nothing', async (t) => {
    const { drawn, press } = prompted('line', 'text');
    await press({ name: 'up', sequence: '\x1b[A' }, { name: 'f1', sequence: '\x1bOP' }, { name: 'pageup', sequence: '\x1b[5~' }, { name: 'x', meta: true, sequence: '\x1bx' }, ctrl('t'));
    t.is(drawn(), '> text|');
});
test('what is typed passes the text gate before it is drawn, and is sent as it is', async (t) => {
    const { answers, drawn, press } = prompted('line', 'a\u202eb');
    t.is(drawn(), '> a\uFFFDb|');
    await press(ENTER);
    t.deepEqual(answers, ['a\u202eb']);
});
