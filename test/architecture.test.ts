import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import test from 'ava';

/** The rooms whose files ARCHITECTURE.md lists. */
const ROOMS = [
  'protocol',
  'supervision',
  'machines',
  'keys',
  'storage',
  'user-files',
  'terminal',
  'actors',
  'inspector',
  'bin',
] as const;

/** The section of ARCHITECTURE.md that lists the files of a room. */
async function sectionOf(room: string): Promise<string> {
  const text = await readFile('ARCHITECTURE.md', 'utf8');
  const [, after = ''] = text.split(`### ${room}/\n`);
  return after.split(/\n##+ /)[0] ?? '';
}

for (const room of ROOMS) {
  test(`ARCHITECTURE.md lists each source file of ${room}/, and no other`, async (t) => {
    const tracked = execFileSync('git', ['ls-files', room], { encoding: 'utf8' }).split('\n');
    const sources = tracked.filter((file) => /\.(ts|tsx|css)$/.test(file)).map((file) => basename(file));
    const listed = [...(await sectionOf(room)).matchAll(/`([\w-]+\.(?:ts|tsx|css))`/g)].map(
      ([, name]) => name,
    );
    t.deepEqual([...listed].sort(), [...sources].sort());
  });
}

test('the paths that ARCHITECTURE.md names exist', async (t) => {
  const text = await readFile('ARCHITECTURE.md', 'utf8');
  const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.tsx?)`/g)].map(([, path]) => path ?? '');
  const tracked = new Set(execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n'));
  t.deepEqual(
    named.filter((path) => !tracked.has(path)),
    [],
  );
});
