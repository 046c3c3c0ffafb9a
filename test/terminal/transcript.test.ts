import test from 'ava';
import { MAX_TRANSCRIPT_LINES, Transcript } from '../../terminal/transcript.js';

function transcriptOf(...texts: readonly string[]): Transcript {
  const transcript = new Transcript();
  for (const text of texts) transcript.add({ text, styles: [] });
  return transcript;
}

test('the last rows are the wrapped rows of the last lines', (t) => {
  const transcript = transcriptOf('one', '1234567890abc', 'two');
  t.deepEqual(transcript.lastRows(9, 10), ['one', '1234567890', '   abc', 'two']);
  t.deepEqual(transcript.lastRows(2, 10), ['   abc', 'two']);
  t.deepEqual(transcript.lastRows(0, 10), []);
});

test('a transcript keeps a limited number of lines', (t) => {
  const texts = Array.from({ length: MAX_TRANSCRIPT_LINES + 1 }, (_, index) => `line ${index}`);
  const rows = transcriptOf(...texts).lastRows(Number.POSITIVE_INFINITY, 80);
  t.is(rows.length, MAX_TRANSCRIPT_LINES);
  t.is(rows[0], 'line 1');
});

test('after `clear`, a transcript is empty', (t) => {
  const transcript = transcriptOf('one');
  transcript.clear();
  t.deepEqual(transcript.lastRows(9, 10), []);
});
