import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Report, type ReportFormat } from '../../bench/report.js';
import { atMost } from '../../bench/target.js';

/** The output of a report with a few figures. */
function printed(format: ReportFormat): string {
  const lines: string[] = [];
  const report = new Report(format, (text) => lines.push(text));
  report.section('A section');
  report.result('missed', { ms: 2.004 }, '2.00 ms', { details: 'loop 3 ms', target: atMost(2.004, 2, 'ms') });
  report.result('met', { ms: 2 }, '2.00 ms', { target: atMost(2, 2, 'ms') });
  report.result('no target', { ms: 9 }, '9.00 ms');
  report.end();
  return lines.join('\n');
}

test('in a Markdown table only figures that miss their target are bold', (t) => {
  t.is(
    printed('markdown'),
    `
#### A section

| | measured | target |
| --- | --- | --- |
| missed | **2.00 ms**, loop 3 ms | at most 2 ms |
| met | 2.00 ms | at most 2 ms |
| no target | 9.00 ms |  |`,
  );
});

test('lines of text mark a missed target', (t) => {
  const lines = printed('text').split('\n');
  t.regex(
    lines.find((line) => line.startsWith('missed')) ?? '',
    / 2\.00 ms, loop 3 ms {3}\(at most 2 ms: missed\)$/,
  );
  t.regex(lines.find((line) => line.startsWith('met')) ?? '', / 2\.00 ms {3}\(at most 2 ms\)$/);
  t.regex(lines.find((line) => line.startsWith('no target')) ?? '', / 9\.00 ms$/);
});

test('the JSON document has each figure, its target, and whether the target is met', (t) => {
  t.deepEqual(JSON.parse(printed('json')), {
    results: [
      { section: 'A section', scenario: 'missed', ms: 2.004, target: 'at most 2 ms', isMet: false },
      { section: 'A section', scenario: 'met', ms: 2, target: 'at most 2 ms', isMet: true },
      { section: 'A section', scenario: 'no target', ms: 9 },
    ],
  });
});

test('in docs/performance.md only figures that miss their target are bold', async (t) => {
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
    // A rounded figure that is equal to its limit may be just beyond it.
    if (figure !== limit) t.is(measured.startsWith('**'), figure > limit, row);
  }
});
