import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MAX_USER_LINE_BYTES } from '../../../storage/format/user-lines.js';
import type { ForeignUser } from '../../../storage/transfer/dump.js';
import { readOriginalLayout } from '../../../storage/transfer/original-layout.js';
import { temporaryDirectory } from '../temporary-directory.js';

/** Most bytes of a file, as original-layout.ts has it. */
const MAX_FILE_BYTES = 2 * MAX_USER_LINE_BYTES;

/** A directory with these files. */
async function directoryOf(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, 'latin1');
  return directory;
}

/** What a directory has, some users at a time, and what is skipped. */
async function read(directory: string): Promise<{ taken: ForeignUser[][]; skipped: string[] }> {
  const taken: ForeignUser[][] = [];
  const skipped: string[] = [];
  await readOriginalLayout(
    directory,
    async (users) => {
      taken.push([...users]);
    },
    (at, reason) => skipped.push(`${at}: ${reason}`),
  );
  return { taken, skipped };
}

test('a file is a user with a buddy on each line, and the files come in the order of their names', async (t) => {
  const directory = await directoryOf(t, {
    'carol.txt': '',
    'Alice.txt': 'bob\r\n\r\n carol \r\n',
    'b.o.b.txt': 'alice',
  });
  const { taken, skipped } = await read(directory);
  t.deepEqual(taken, [
    [
      { id: 'Alice', buddies: ['bob', 'carol'], at: join(directory, 'Alice.txt') },
      { id: 'b.o.b', buddies: ['alice'], at: join(directory, 'b.o.b.txt') },
      { id: 'carol', buddies: [], at: join(directory, 'carol.txt') },
    ],
  ]);
  t.deepEqual(skipped, []);
});

test('what is no plain file <id>.txt is skipped', async (t) => {
  const directory = await directoryOf(t, { readme: 'x', 'alice.txt': '', 'bob.TXT': '' });
  await mkdir(join(directory, 'folder.txt'));
  await symlink('alice.txt', join(directory, 'link.txt'));
  const { taken, skipped } = await read(directory);
  t.deepEqual(
    taken.flat().map(({ id }) => id),
    ['alice'],
  );
  t.deepEqual(
    skipped,
    ['bob.TXT', 'folder.txt', 'link.txt', 'readme'].map(
      (name) => `${join(directory, name)}: it is no file <id>.txt`,
    ),
  );
});

test('a file that is too long for a list is skipped, and one that is just not is read', async (t) => {
  const longest = 'x'.repeat(MAX_FILE_BYTES);
  const directory = await directoryOf(t, { 'a.txt': `${longest}x`, 'b.txt': longest });
  const { taken, skipped } = await read(directory);
  t.deepEqual(
    taken.flat().map(({ id, buddies }) => [id, buddies.map(({ length }) => length)]),
    [['b', [MAX_FILE_BYTES]]],
  );
  t.deepEqual(skipped, [`${join(directory, 'a.txt')}: it has more than ${MAX_FILE_BYTES} bytes`]);
});

test('users are handed out a thousand at a time', async (t) => {
  const names = Array.from({ length: 1_001 }, (_, index) => [`${index}.txt`, ''] as const);
  const { taken } = await read(await directoryOf(t, Object.fromEntries(names)));
  t.deepEqual(
    taken.map(({ length }) => length),
    [1_000, 1],
  );
});

test('a byte order mark is no part of the first buddy', async (t) => {
  const { taken } = await read(await directoryOf(t, { 'alice.txt': '\u00ef\u00bb\u00bfbob\ncarol\n' }));
  t.deepEqual(taken[0]?.[0]?.buddies, ['bob', 'carol']);
});
