import test from 'ava';
import fc from 'fast-check';
import { graphemesOf, placeAfter, wrapLine } from '../../../actors/client/layout.js';
test('what a user sees as one character is one', (t) => {
    t.deepEqual(graphemesOf('añ👩‍🚀你'), ['a', 'ñ', '👩‍🚀', '你']);
});
test('text fills a row and goes on in the next', (t) => {
    t.deepEqual(placeAfter('', 10), { row: 0, column: 0 });
    t.deepEqual(placeAfter('123456789', 10), { row: 0, column: 9 });
    t.deepEqual(placeAfter('1234567890', 10), { row: 1, column: 0 });
    t.deepEqual(placeAfter('12345678901', 10), { row: 1, column: 1 });
});
test('a wide character takes two columns, and none is split', (t) => {
    t.deepEqual(placeAfter('你', 10), { row: 0, column: 2 });
    t.deepEqual(placeAfter('123456789你', 10), { row: 1, column: 2 });
    t.deepEqual(placeAfter('👩‍🚀', 10), { row: 0, column: 2 });
});
test('a line that fits is one row', (t) => {
    t.deepEqual(wrapLine('', 10), ['']);
    t.deepEqual(wrapLine('1234567890', 10), ['1234567890']);
});
test('the second and later rows of a line are indented', (t) => {
    t.deepEqual(wrapLine('1234567890abcdefghij', 10), ['1234567890', '   abcdefg', '   hij']);
});
test('a buddy cannot fill a row so that the next looks like a line of ours', (t) => {
    const rows = wrapLine(`B: ${' '.repeat(77)}Buddy connection closed.`, 80);
    t.deepEqual(rows.slice(1), ['   Buddy connection closed.']);
});
test('a row ends at a space where there is one', (t) => {
    t.deepEqual(wrapLine('one two three four', 10), ['one two ', '   three ', '   four']);
    t.deepEqual(wrapLine('antidisestablishment', 10), ['antidisest', '   ablishm', '   ent']);
});
test('a tab goes to the next tab stop', (t) => {
    t.deepEqual(wrapLine('bob\tONLINE', 14), ['bob\tONLINE']);
    t.deepEqual(wrapLine('bob\tONLINE', 13), ['bob\t', '   ONLINE']);
});
test('no row is wider than the screen, and none of the text is lost', (t) => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 10, max: 40 }), (text, columns) => {
        const rows = wrapLine(text.replaceAll('\t', ' '), columns);
        for (const row of rows) {
            const { row: lines, column } = placeAfter(row, columns);
            t.true(lines === 0 || (lines === 1 && column === 0));
        }
        const joined = rows.map((row, index) => (index === 0 ? row : row.slice(3))).join('');
        t.is(joined, text.replaceAll('\t', ' '));
    }));
});
