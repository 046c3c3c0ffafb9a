import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { type ReadLines, readLines } from '../../../storage/files/lines.js';
import { bytesFile } from '../bytes-file.js';

/** How many bytes are read at a time. */
const READ_BYTES = 256 * 1024;

interface Line {
  readonly text: string;
  readonly byte: number;
}

async function linesOf(
  content: Buffer | string,
  options: ReadLines,
  most?: number,
): Promise<{ lines: Line[]; bytes: number }> {
  const lines: Line[] = [];
  const bytes = await readLines(bytesFile(content, most), options, (data, start, end, byte) => {
    lines.push({ text: data.toString('latin1', start, end), byte });
  });
  return { lines, bytes };
}

/** A naive model of `readLines`. */
function naiveLines(content: string, { maxLineBytes, until = content.length }: ReadLines): Line[] {
  const whole = content.slice(0, until).split('\n').slice(0, -1);
  let byte = 0;
  return whole.map((line) => {
    const begin = byte;
    byte += line.length + 1;
    return { text: line.slice(0, maxLineBytes + 1), byte: begin };
  });
}

test('each line that ends in LF is passed on with its offset; CR is an ordinary byte', async (t) => {
  const { lines, bytes } = await linesOf('a\n\nb\r\nc\rd\nnot over', { maxLineBytes: 20 });
  t.deepEqual(lines, [
    { text: 'a', byte: 0 },
    { text: '', byte: 2 },
    { text: 'b\r', byte: 3 },
    { text: 'c\rd', byte: 6 },
  ]);
  t.is(bytes, 'a\n\nb\r\nc\rd\nnot over'.length);
});

test('an empty file has no lines', async (t) => {
  t.deepEqual(await linesOf('', { maxLineBytes: 5 }), { lines: [], bytes: 0 });
});

test('a line that is too long is cut to one byte more than the limit', async (t) => {
  const { lines } = await linesOf('123456\n12345\n1234567890\nx\n', { maxLineBytes: 5 });
  t.deepEqual(lines, [
    { text: '123456', byte: 0 },
    { text: '12345', byte: 7 },
    { text: '123456', byte: 13 },
    { text: 'x', byte: 24 },
  ]);
});

test('short reads give the same lines, wherever the range ends', async (t) => {
  const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r'), maxLength: 60 });
  const anyOptions = fc.record(
    { maxLineBytes: fc.nat({ max: 12 }), until: fc.nat({ max: 70 }) },
    { requiredKeys: ['maxLineBytes'], noNullPrototype: true },
  );
  const property = fc.asyncProperty(
    anyText,
    anyOptions,
    fc.integer({ min: 1, max: 70 }),
    async (text, options, most) => {
      const { lines, bytes } = await linesOf(text, options, most);
      assert.deepEqual(lines, naiveLines(text, options));
      assert.equal(bytes, Math.min(text.length, options.until ?? text.length));
    },
  );
  await t.notThrowsAsync(fc.assert(property, { numRuns: 1000 }));
});

test('a line that spans two reads is whole', async (t) => {
  for (const maxLineBytes of [100, 70_000]) {
    for (const before of [-2, -1, 0, 1, 2, 50]) {
      const first = 'x'.repeat(READ_BYTES - before);
      const text = `${first}\n${'y'.repeat(before + 60)}\n\n${'z'.repeat(3 * READ_BYTES)}\nlast\n`;
      const { lines } = await linesOf(text, { maxLineBytes });
      const expected = naiveLines(text, { maxLineBytes });
      t.deepEqual(
        lines.map(({ byte }) => byte),
        expected.map(({ byte }) => byte),
      );
      t.true(
        lines.every(({ text }, index) => text === expected[index]?.text),
        `${maxLineBytes}, ${before}`,
      );
    }
  }
});

test('many short lines over many reads are complete', async (t) => {
  const text = Array.from({ length: 200_000 }, (_, index) => `line ${index}\n`).join('');
  const { lines, bytes } = await linesOf(text, { maxLineBytes: 256 });
  t.is(bytes, text.length);
  const expected = naiveLines(text, { maxLineBytes: 256 });
  t.is(lines.length, expected.length);
  t.true(lines.every(({ text, byte }, at) => text === expected[at]?.text && byte === expected[at]?.byte));
});

test('an error of the callback stops reading', async (t) => {
  let lines = 0;
  const reading = readLines(bytesFile('a\nb\nc\n'), { maxLineBytes: 5 }, () => {
    lines += 1;
    if (lines === 2) throw new Error('enough');
  });
  await t.throwsAsync(reading, { message: 'enough' });
  t.is(lines, 2);
});
