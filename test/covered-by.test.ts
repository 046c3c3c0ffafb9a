import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Reach, readSources } from './helpers/reach.js';

const TABLE = 'test/covered-by.md';

/** The table's entry for a file that no test reaches. */
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

/** All tests except this one, whose sample sources look as if they started programs. */
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
  const distances = tests.map((path) => [path, [...reach.filesFrom(path)].indexOf(file)] as const);
  const reaching = distances.filter(([, at]) => at !== -1).sort(([, one], [, other]) => one - other);
  return reaching.map(([path]) => path);
}

/** A row for a file, with the test nearest to it. */
function rowFor(file: string): string {
  const [nearest] = testsThatReach(file);
  if (nearest !== undefined) return `| ${file} | ${nearest} | |`;
  return `| ${file} | ${NONE} | (give the reason, or better write ${mirrorOf(file)}) |`;
}

test('each source file has a mirror test or a row in the table', (t) => {
  const covered = new Set(rows.map(({ file }) => file));
  const mirrored = files.filter((file) => sources.has(mirrorOf(file)));
  const missing = files.filter((file) => !covered.has(file) && !mirrored.includes(file));
  t.log(`${mirrored.length} of ${files.length} source files have a mirror`);
  for (const file of missing) t.log(`${file} is reached by ${testsThatReach(file).join(', ') || NONE}`);
  t.deepEqual(missing.map(rowFor), [], `add these rows to ${TABLE}`);
});

test('each mirror test reaches its source file', (t) => {
  const mirrors = files.map((file) => [file, mirrorOf(file)] as const);
  const broken = mirrors.filter(
    ([file, mirror]) => sources.has(mirror) && !reach.filesFrom(mirror).has(file),
  );
  t.deepEqual(broken, []);
});

test('the table has no row for a missing file or a file with a mirror test', (t) => {
  const superfluous = rows.filter(({ file }) => !sources.has(file) || sources.has(mirrorOf(file)));
  t.deepEqual(
    superfluous.map(({ file }) => file),
    [],
    `remove their rows from ${TABLE}`,
  );
});

test('the table has each file once, sorted by path', (t) => {
  const named = rows.map(({ file }) => file);
  t.deepEqual(named, [...new Set(named)].sort());
});

test('each test in the table exists and reaches the file of its row', (t) => {
  const wrong = rows.flatMap(({ file, tests: named }) =>
    named
      .filter((path) => !tests.includes(path) || !reach.filesFrom(path).has(file))
      .map((path) => `${path} does not reach ${file}; the correct row is: ${rowFor(file)}`),
  );
  t.deepEqual(wrong, []);
});

test('a file without a test has a note with the reason, and no test reaches it', (t) => {
  const untested = rows.filter(({ tests: named }) => named.length === 0);
  const wrong = untested.filter(({ file, note }) => note === '' || testsThatReach(file).length > 0);
  t.deepEqual(
    wrong.map(({ file }) => rowFor(file)),
    [],
    `correct these rows of ${TABLE}`,
  );
});

/** Returns which of the sample files a given sample file reaches. */
function reachedBy(path: string, samples: Readonly<Record<string, string>>): string[] {
  return [...new Reach(new Map(Object.entries(samples))).filesFrom(path)];
}

test('a test reaches its direct and indirect imports, but no code through type imports', (t) => {
  const samples = {
    'a/code.ts':
      "import { b } from './more.js';\nimport type { C } from './other.js';\nexport const a = b;\n",
    'a/more.tsx': "export { b } from '../b/code.js';\nconst view = await import('./view.js');\n",
    'a/other.ts': 'export const c = 1;\nexport type C = 1;\n',
    'a/types.ts': 'export interface D {\n  readonly d: number;\n}\n',
    'a/view.ts': "// import { c } from './other.js';\nexport function view(): void {}\n",
    'b/code.ts': "import type { D } from '../a/types.js';\nexport const b: D = { d: 1 };\n",
    'test/a/code.test.ts': "import { a } from '../../a/code.js';\n",
  };
  const [itself, ...reached] = reachedBy('test/a/code.test.ts', samples);
  t.is(itself, 'test/a/code.test.ts');
  t.deepEqual(reached.sort(), ['a/code.ts', 'a/more.tsx', 'a/types.ts', 'a/view.ts', 'b/code.ts']);
});

test('a test reaches the programs that it starts, and no others that its helper can start', (t) => {
  const samples = {
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
  const programs = (path: string) => reachedBy(path, samples).filter((file) => !file.startsWith('test/'));
  t.deepEqual(programs('test/client.test.ts'), ['bin/im-client.ts', 'bench/worker.ts']);
  t.deepEqual(programs('test/server.test.ts'), ['bin/im-server.ts']);
  t.deepEqual(programs('test/neither.test.ts'), []);
  t.deepEqual(programs('test/dist.test.ts'), ['bench/worker.ts']);
});
