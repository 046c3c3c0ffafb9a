import { readFile } from 'node:fs/promises';
import test from 'ava';

const MAX_README_LINES = 120;
const MAX_TERMS = 25;
const MAX_ENTRY_LINES = 2;

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n');
}

test('README.md is short', async (t) => {
  t.true((await linesOf('README.md')).length <= MAX_README_LINES);
});

test('the glossary is short', async (t) => {
  const lines = await linesOf('ARCHITECTURE.md');
  const after = lines.slice(lines.indexOf('## Glossary') + 1);
  const section = after.slice(
    0,
    after.findIndex((line) => line.startsWith('## ')),
  );
  const [, , ...rows] = section.filter((line) => line.startsWith('| '));
  t.true(rows.length > 0 && rows.length <= MAX_TERMS, `${rows.length} terms`);
});

test('each entry of CHANGELOG.md is short', async (t) => {
  const text = (await linesOf('CHANGELOG.md')).join('\n');
  const entries = text.match(/^- .*(?:\n {2}.*)*/gm) ?? [];
  t.true(entries.length > 0);
  t.deepEqual(
    entries.filter((entry) => entry.split('\n').length > MAX_ENTRY_LINES),
    [],
  );
});
