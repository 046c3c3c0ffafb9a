import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { type Line, LineSplitter } from '../../protocol/line-splitter.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A line as text. `…` marks a cut line. */
const shown = ({ bytes, cut }: Line): string => Buffer.from(bytes).toString('latin1') + (cut ? '…' : '');

/** All lines of a stream that arrives in these chunks and then ends. */
function linesOf(limit: number, ...chunks: readonly Uint8Array[]): string[] {
  const splitter = new LineSplitter(limit);
  const lines = chunks.flatMap((chunk) => splitter.push(chunk));
  const last = splitter.end();
  return (last === undefined ? lines : [...lines, last]).map(shown);
}

/** The lines that a splitter must return for a text, according to the protocol. */
function expectedLines(limit: number, text: string): string[] {
  const pieces = text.split('\n');
  if (pieces.at(-1) === '') pieces.pop();
  return pieces
    .map((piece) => piece.replace(/\r$/, ''))
    .map((line) => (line.length > limit ? `${line.slice(0, limit)}…` : line));
}

/** Streams with many line ends and CRs, and streams of arbitrary bytes. */
const streams = fc.oneof(
  fc.uint8Array({ size: 'medium' }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\r\n'), size: 'medium' }).map(bytesOf),
);
const limits = fc.integer({ min: 1, max: 8 });

test('a line ends at LF and does not include it', (t) => {
  t.deepEqual(linesOf(10, bytesOf('one\ntwo\n')), ['one', 'two']);
});

test('only one CR before the LF is dropped', (t) => {
  t.deepEqual(linesOf(10, bytesOf('one\r\n')), ['one']);
  t.deepEqual(linesOf(10, bytesOf('one\r\r\n')), ['one\r']);
  t.deepEqual(linesOf(10, bytesOf('o\rne\n')), ['o\rne']);
  t.deepEqual(linesOf(10, bytesOf('\rone\n')), ['\rone']);
});

test('a line end alone is an empty line', (t) => {
  t.deepEqual(linesOf(10, bytesOf('\n\r\n\n')), ['', '', '']);
});

test('the end of input also ends a line', (t) => {
  t.deepEqual(linesOf(10, bytesOf('one\ntwo')), ['one', 'two']);
  t.deepEqual(linesOf(10, bytesOf('one\r')), ['one']);
});

test('there is no line after a final LF', (t) => {
  t.is(new LineSplitter(10).end(), undefined);
  const splitter = new LineSplitter(10);
  splitter.push(bytesOf('one\n'));
  t.is(splitter.end(), undefined);
});

test('a line is returned as soon as its LF arrives, and not before', (t) => {
  const splitter = new LineSplitter(10);
  t.deepEqual(splitter.push(bytesOf('on')), []);
  t.deepEqual(splitter.push(bytesOf('e\r')), []);
  t.deepEqual(splitter.push(bytesOf('\nt')).map(shown), ['one']);
  t.deepEqual(splitter.push(bytesOf('wo\nthree\n')).map(shown), ['two', 'three']);
});

test('a line of exactly the limit is not cut, whatever its line end', (t) => {
  for (const end of ['', '\n', '\r', '\r\n']) {
    t.deepEqual(linesOf(4, bytesOf(`abcd${end}`)), ['abcd'], JSON.stringify(end));
  }
});

test('a line one byte over the limit is cut to the limit', (t) => {
  for (const end of ['', '\n', '\r', '\r\n']) {
    t.deepEqual(linesOf(4, bytesOf(`abcde${end}`)), ['abcd…'], JSON.stringify(end));
  }
});

test('a CR past the limit cuts the line, unless the CR belongs to the line end', (t) => {
  t.deepEqual(linesOf(4, bytesOf('abcd\re\n')), ['abcd…']);
  t.deepEqual(linesOf(4, bytesOf('abcd\r\r\n')), ['abcd…']);
});

test('a cut line is returned without waiting for its end', (t) => {
  const splitter = new LineSplitter(4);
  t.deepEqual(splitter.push(bytesOf('abcd')), []);
  t.deepEqual(splitter.push(bytesOf('e')).map(shown), ['abcd…']);
});

test('bytes after a cut line are dropped up to its LF, and the next line is complete', (t) => {
  const splitter = new LineSplitter(4);
  t.deepEqual(splitter.push(bytesOf('abcdefgh')).map(shown), ['abcd…']);
  t.deepEqual(splitter.push(bytesOf('more\r')), []);
  t.deepEqual(splitter.push(bytesOf('and more\nnext\n')).map(shown), ['next']);
});

test('the end of input after a cut line does not produce a second line', (t) => {
  const splitter = new LineSplitter(4);
  splitter.push(bytesOf('abcdefgh'));
  t.is(splitter.end(), undefined);
});

test('any bytes give the lines that the protocol defines', (t) => {
  const property = fc.property(streams, limits, (stream, limit) => {
    assert.deepEqual(linesOf(limit, stream), expectedLines(limit, Buffer.from(stream).toString('latin1')));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('a stream in two chunks, split at any byte, gives the same lines as one push', (t) => {
  const limit = 4;
  const samples = [
    'abc\r\nabcd\r\nabcde\r\nabcdef\r\nx',
    'abcd\r\r\nabcd\rx\r\nabcd\r',
    'abcd\n\r\n\n\r\r\nabcd',
    'abcdefghijklmnop\r\n\nabcdefgh',
  ];
  for (const sample of samples) {
    const stream = bytesOf(sample);
    const whole = linesOf(limit, stream);
    for (let at = 0; at <= stream.length; at++) {
      const split = linesOf(limit, stream.subarray(0, at), stream.subarray(at));
      t.deepEqual(split, whole, `${JSON.stringify(sample)} split at ${at}`);
    }
  }
});

test('any stream in any chunks gives the same lines as one push', (t) => {
  const property = fc.property(streams, limits, fc.array(fc.nat(100)), (stream, limit, points) => {
    const cuts = [0, ...points.toSorted((a, b) => a - b), stream.length];
    const chunks = cuts.slice(1).map((end, index) => stream.subarray(cuts[index], end));
    assert.deepEqual(linesOf(limit, ...chunks), linesOf(limit, stream));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('pushing byte by byte gives the same lines as one push', (t) => {
  const property = fc.property(streams, limits, (stream, limit) => {
    const chunks = Array.from(stream, (byte) => Uint8Array.of(byte));
    assert.deepEqual(linesOf(limit, ...chunks), linesOf(limit, stream));
  });
  t.notThrows(() => fc.assert(property));
});

test('no returned line holds more memory than the limit', (t) => {
  const splitter = new LineSplitter(4);
  const lines = splitter.push(bytesOf(`ab\nabcd\r\n${'x'.repeat(10_000)}`));
  t.is(lines.length, 3);
  for (const { bytes } of lines) t.true(bytes.buffer.byteLength <= 4);
});

test('a chunk may be overwritten after it was pushed', (t) => {
  const splitter = new LineSplitter(10);
  const chunk = Buffer.from('one\ntwo');
  const lines = splitter.push(chunk);
  chunk.fill('x');
  lines.push(...splitter.push(bytesOf('\n')));
  t.deepEqual(lines.map(shown), ['one', 'two']);
});

test('an endless line is returned once, and uses less than 1 MiB while it continues', (t) => {
  const mebibyte = 1024 * 1024;
  const chunk = new Uint8Array(mebibyte).fill(0x61);
  const splitter = new LineSplitter(512);
  const before = process.memoryUsage().arrayBuffers;
  let lines = 0;
  for (let pushed = 0; pushed < 64; pushed++) lines += splitter.push(chunk).length;
  t.is(lines, 1);
  t.true(process.memoryUsage().arrayBuffers - before < mebibyte);
});
