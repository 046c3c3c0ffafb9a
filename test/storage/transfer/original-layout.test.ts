import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MAX_USER_LINE_BYTES } from '../../../storage/format/user-lines.js';
import type { ForeignUser } from '../../../storage/transfer/dump.js';
import { readOriginalLayout } from '../../../storage/transfer/original-layout.js';
import { temporaryDirectory } from '../temporary-directory.js';

/** The maximum number of bytes in a file, as in original-layout.ts. */
const MAX_FILE_BYTES = 2 * MAX_USER_LINE_BYTES;

/** Makes a directory with these files. */
async function directoryOf(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, 'latin1');
  return directory;
}

/** Reads a directory. Returns the users in the portions that the reader passes on, and what it skips. */
async function read(directory: string): Promise<{ portions: ForeignUser[][]; skipped: string[] }> {
  const portions: ForeignUser[][] = [];
  const skipped: string[] = [];
  await readOriginalLayout(
    directory,
    async (users) => {
      portions.push([...users]);
    },
    (source, reason) => skipped.push(`${source}: ${reason}`),
  );
  return { portions, skipped };
}

test('each file is a user with a buddy on each line, and files are sorted by name', async (t) => {
  const directory = await directoryOf(t, {
    'carol.txt': '',
    'Alice.txt': 'bob\r\n\r\n carol \r\n',
    'b.o.b.txt': 'alice',
  });
  const { portions, skipped } = await read(directory);
  t.deepEqual(portions, [
    [
      { id: 'Alice', buddies: ['bob', 'carol'], source: join(directory, 'Alice.txt') },
      { id: 'b.o.b', buddies: ['alice'], source: join(directory, 'b.o.b.txt') },
      { id: 'carol', buddies: [], source: join(directory, 'carol.txt') },
    ],
  ]);
  t.deepEqual(skipped, []);
});

test('anything but a regular file <id>.txt is skipped', async (t) => {
  const directory = await directoryOf(t, { readme: 'x', 'alice.txt': '', 'bob.TXT': '' });
  await mkdir(join(directory, 'folder.txt'));
  await symlink('alice.txt', join(directory, 'link.txt'));
  const { portions, skipped } = await read(directory);
  t.deepEqual(
    portions.flat().map(({ id }) => id),
    ['alice'],
  );
  t.deepEqual(
    skipped,
    ['bob.TXT', 'folder.txt', 'link.txt', 'readme'].map(
      (name) => `${join(directory, name)}: it is not a file <id>.txt`,
    ),
  );
});

test('a file of the maximum length is read, and a file that is longer is skipped', async (t) => {
  const longest = 'x'.repeat(MAX_FILE_BYTES);
  const directory = await directoryOf(t, { 'a.txt': `${longest}x`, 'b.txt': longest });
  const { portions, skipped } = await read(directory);
  t.deepEqual(
    portions.flat().map(({ id, buddies }) => [id, buddies.map(({ length }) => length)]),
    [['b', [MAX_FILE_BYTES]]],
  );
  t.deepEqual(skipped, [`${join(directory, 'a.txt')}: it has more than ${MAX_FILE_BYTES} bytes`]);
});

test('users are passed on a thousand at a time', async (t) => {
  const names = Array.from({ length: 1_001 }, (_, index) => [`${index}.txt`, ''] as const);
  const { portions } = await read(await directoryOf(t, Object.fromEntries(names)));
  t.deepEqual(
    portions.map(({ length }) => length),
    [1_000, 1],
  );
});

test('a byte order mark is not part of the first buddy', async (t) => {
  const { portions } = await read(await directoryOf(t, { 'alice.txt': '\u00ef\u00bb\u00bfbob\ncarol\n' }));
  t.deepEqual(portions[0]?.[0]?.buddies, ['bob', 'carol']);
});
