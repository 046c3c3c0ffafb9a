import { readdir, readFile } from 'node:fs/promises';
import test from 'ava';

/** How many cases there are. */
const CASES = 46;

/** The folders with tests of cases. Tests that take long have a folder of their own. */
const FOLDERS = ['test/supervision/cases/', 'test/long/'];

interface Case {
  readonly number: number;
  /** The sentence as a test title has it: without the full stop, the backquotes and the capital. */
  readonly sentence: string;
  readonly file: string;
}

async function listedCases(): Promise<Case[]> {
  const list = await readFile('docs/supervision-cases.md', 'utf8');
  const rows = list.matchAll(/^\| (\d+) \| (.+)\. \| \[(.+)\]\(\.\.\/(.+)\) \|$/gm);
  return [...rows].map(([, number, sentence = '', name = '', path]) => ({
    number: Number(number),
    sentence: (sentence.charAt(0).toLowerCase() + sentence.slice(1)).replaceAll('`', ''),
    file: path?.endsWith(`/${name}`) ? path : `${name} and ${path}`,
  }));
}

/** The numbered tests. Omits the part of a title that comes from a loop, such as a strategy. */
async function testedCases(): Promise<Case[]> {
  const cases: Case[] = [];
  const files = await Promise.all(
    FOLDERS.map(async (folder) => (await readdir(folder)).map((name) => folder + name)),
  );
  for (const file of files.flat()) {
    if (!file.endsWith('.test.ts')) continue;
    const source = await readFile(file, 'utf8');
    for (const [, , number, title = ''] of source.matchAll(/\btest(?:\.serial)?\(\s*(['"`])(\d+) (.+?)\1,/g))
      cases.push({ number: Number(number), sentence: title.replace(/: \$\{.*/, ''), file });
  }
  return cases;
}

test('the list has each case once, in order', async (t) => {
  const numbers = (await listedCases()).map(({ number }) => number);
  t.deepEqual(
    numbers,
    Array.from({ length: CASES }, (_, index) => index + 1),
  );
});

test('each case of the list is the title of a test in the file that the list names', async (t) => {
  const tested = await testedCases();
  for (const listed of await listedCases()) {
    const titles = tested.filter(({ number, file }) => number === listed.number && file === listed.file);
    t.true(
      titles.some(({ sentence }) => sentence === listed.sentence),
      `${listed.number} ${listed.sentence}: ${listed.file} has ${titles.map(({ sentence }) => sentence)}`,
    );
  }
});

test('the number of each numbered test is in the list, with the file of the test', async (t) => {
  const listed = await listedCases();
  for (const { number, sentence, file } of await testedCases())
    t.is(listed.find((other) => other.number === number)?.file, file, `${number} ${sentence}`);
});
