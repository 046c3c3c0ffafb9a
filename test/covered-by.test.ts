import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Reach, readSources } from './helpers/reach.js';

const TABLE = 'test/covered-by.md';

/** What stands in the table where no test reaches a file. */
const NONE = 'none';

interface Row {
  readonly file: string;
  readonly tests: readonly string[];
  readonly note: string;
}

const sources = await readSources();
const reach = new Reach(sources);
const rows = rowsIn(await readFile(TABLE, 'utf8'));

const files = [...sources.keys()].filter((path) => !path.startsWith('test/'));

/** This test starts nothing, although it has texts that do. */
const tests = [...sources.keys()].filter(
  (path) => path.endsWith('.test.ts') && !reach.filesFrom(path).has('test/helpers/reach.ts'),
);

function rowsIn(table: string): Row[] {
  const lines = table.matchAll(/^\| (\S+\.tsx?) \| (.+?) \|(.*)\|$/gm);
  return [...lines].map(([, file = '', named = '', note = '']) => ({
    file,
    tests: named === NONE ? [] : named.split(', '),
    note: note.trim(),
  }));
}

function mirrorOf(file: string): string {
  return `test/${file.replace(/\.tsx?$/, '.test.ts')}`;
}

/** The tests that reach a file, the nearest first. */
function testsThatReach(file: string): string[] {
  const places = tests.map((path) => [path, [...reach.filesFrom(path)].indexOf(file)] as const);
  const reaching = places.filter(([, place]) => place !== -1).sort(([, one], [, other]) => one - other);
  return reaching.map(([path]) => path);
}

/** A row for a file, with the test that is nearest to it. */
function rowFor(file: string): string {
  const [nearest] = testsThatReach(file);
  if (nearest !== undefined) return `| ${file} | ${nearest} | |`;
  return `| ${file} | ${NONE} | (say why; better, write ${mirrorOf(file)}) |`;
}

test('each source file has a test that is its mirror, or a row in the table', (t) => {
  const covered = new Set(rows.map(({ file }) => file));
  const mirrored = files.filter((file) => sources.has(mirrorOf(file)));
  const missing = files.filter((file) => !covered.has(file) && !mirrored.includes(file));
  t.log(`${mirrored.length} of ${files.length} source files have a mirror`);
  for (const file of missing) t.log(`${file} is reached by ${testsThatReach(file).join(', ') || NONE}`);
  t.deepEqual(missing.map(rowFor), [], `add these rows to ${TABLE}`);
});

test('each mirror reaches the file that it mirrors', (t) => {
  const mirrors = files.map((file) => [file, mirrorOf(file)] as const);
  const broken = mirrors.filter(
    ([file, mirror]) => sources.has(mirror) && !reach.filesFrom(mirror).has(file),
  );
  t.deepEqual(broken, []);
});

test('the table has no row of a file that is gone, or has a mirror', (t) => {
  const superfluous = rows.filter(({ file }) => !sources.has(file) || sources.has(mirrorOf(file)));
  t.deepEqual(
    superfluous.map(({ file }) => file),
    [],
    `remove their rows from ${TABLE}`,
  );
});

test('the table has each file once, in the order of their paths', (t) => {
  const named = rows.map(({ file }) => file);
  t.deepEqual(named, [...new Set(named)].sort());
});

test('each test in the table is there, and reaches the file of its row', (t) => {
  const wrong = rows.flatMap(({ file, tests: named }) =>
    named
      .filter((path) => !tests.includes(path) || !reach.filesFrom(path).has(file))
      .map((path) => `${path} does not reach ${file}; this row is true: ${rowFor(file)}`),
  );
  t.deepEqual(wrong, []);
});

test('a file without a test has a note in the table that says why, and no test reaches it', (t) => {
  const untested = rows.filter(({ tests: named }) => named.length === 0);
  const wrong = untested.filter(({ file, note }) => note === '' || testsThatReach(file).length > 0);
  t.deepEqual(
    wrong.map(({ file }) => rowFor(file)),
    [],
    `correct these rows of ${TABLE}`,
  );
});

/** What a file reaches among these few. */
function reachedBy(path: string, few: Readonly<Record<string, string>>): string[] {
  return [...new Reach(new Map(Object.entries(few))).filesFrom(path)];
}

test('a test reaches what it imports, on however many stops, but no code whose types it imports', (t) => {
  const few = {
    'a/code.ts':
      "import { b } from './more.js';\nimport type { C } from './other.js';\nexport const a = b;\n",
    'a/more.tsx': "export { b } from '../b/code.js';\nconst view = await import('./view.js');\n",
    'a/other.ts': 'export const c = 1;\nexport type C = 1;\n',
    'a/types.ts': 'export interface D {\n  readonly d: number;\n}\n',
    'a/view.ts': "// import { c } from './other.js';\nexport function view(): void {}\n",
    'b/code.ts': "import type { D } from '../a/types.js';\nexport const b: D = { d: 1 };\n",
    'test/a/code.test.ts': "import { a } from '../../a/code.js';\n",
  };
  const [itself, ...reached] = reachedBy('test/a/code.test.ts', few);
  t.is(itself, 'test/a/code.test.ts');
  t.deepEqual(reached.sort(), ['a/code.ts', 'a/more.tsx', 'a/types.ts', 'a/view.ts', 'b/code.ts']);
});

test('a test reaches the programs that it starts, and not those that its helper can start', (t) => {
  const few = {
    'bench/worker.ts': 'export const w = 1;\n',
    'bin/im-client.ts': "const w = new URL('../bench/worker.js', import.meta.url);\n",
    'bin/im-server.ts': 'const s = 1;\n',
    'test/helpers/programs.ts': "export const s = () => new Program(t, 'im-server');\n",
    'test/client.test.ts':
      "import { Program } from './helpers/programs.js';\nnew Program(t, { name: 'im-client' });\n",
    'test/server.test.ts':
      "import { startServerProgram } from './helpers/programs.js';\nawait startServerProgram(t);\n",
    'test/neither.test.ts': "import { Program } from './helpers/programs.js';\n",
    'test/dist.test.ts': "resolve('dist/bench/worker.js');\n",
  };
  const programs = (path: string) => reachedBy(path, few).filter((file) => !file.startsWith('test/'));
  t.deepEqual(programs('test/client.test.ts'), ['bin/im-client.ts', 'bench/worker.ts']);
  t.deepEqual(programs('test/server.test.ts'), ['bin/im-server.ts']);
  t.deepEqual(programs('test/neither.test.ts'), []);
  t.deepEqual(programs('test/dist.test.ts'), ['bench/worker.ts']);
});
