import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Report, type ReportFormat } from '../../bench/report.js';
import { atMost } from '../../bench/target.js';

/** What a report of a few figures prints. */
function printed(format: ReportFormat): string {
  const lines: string[] = [];
  const report = new Report(format, (text) => lines.push(text));
  report.section('A section');
  report.result('missed', { ms: 2.004 }, '2.00 ms', { details: 'loop 3 ms', target: atMost(2.004, 2, 'ms') });
  report.result('met', { ms: 2 }, '2.00 ms', { target: atMost(2, 2, 'ms') });
  report.result('nothing was promised', { ms: 9 }, '9.00 ms');
  report.end();
  return lines.join('\n');
}

test('in a table of Markdown the figure is bold that misses its target, and no other', (t) => {
  t.is(
    printed('markdown'),
    `
#### A section

| | measured | target |
| --- | --- | --- |
| missed | **2.00 ms**, loop 3 ms | at most 2 ms |
| met | 2.00 ms | at most 2 ms |
| nothing was promised | 9.00 ms |  |`,
  );
});

test('lines for people say what is missed', (t) => {
  const lines = printed('text').split('\n');
  t.regex(
    lines.find((line) => line.startsWith('missed')) ?? '',
    / 2\.00 ms, loop 3 ms {3}\(at most 2 ms: missed\)$/,
  );
  t.regex(lines.find((line) => line.startsWith('met')) ?? '', / 2\.00 ms {3}\(at most 2 ms\)$/);
  t.regex(lines.find((line) => line.startsWith('nothing')) ?? '', / 9\.00 ms$/);
});

test('the JSON document has each figure with its target, and whether it is met', (t) => {
  t.deepEqual(JSON.parse(printed('json')), {
    results: [
      { section: 'A section', scenario: 'missed', ms: 2.004, target: 'at most 2 ms', isMet: false },
      { section: 'A section', scenario: 'met', ms: 2, target: 'at most 2 ms', isMet: true },
      { section: 'A section', scenario: 'nothing was promised', ms: 9 },
    ],
  });
});

test('in the tables of docs/performance.md a figure is bold where it misses its target, and only there', async (t) => {
  const rows = (await readFile('docs/performance.md', 'utf8'))
    .split('\n')
    .filter((line) => /\| at most /.test(line));
  t.true(rows.length > 20);
  for (const row of rows) {
    const [, , measured = '', target = ''] = row
      .split(' | ')
      .map((cell) => cell.replace(/^\| | \|$/g, ''))
      .toSpliced(0, 0, '');
    const numbers = (text: string) =>
      [...text.matchAll(/[\d,.]*\d/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
    const [figure = Number.NaN] = numbers(measured);
    const [limit = Number.NaN] = numbers(target);
    // As it is rounded, one that is just beyond its limit looks like the limit.
    if (figure !== limit) t.is(measured.startsWith('**'), figure > limit, row);
  }
});
