import test from 'ava';
import { LONG_LISTS, LONG_PREFIX, makeDatabase, ownerOf, PREFIX } from '../../../bench/speed/database.js';
import { LISTS, listId } from '../../../bench/speed/tcp-load.js';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import { readDatabase } from '../../../storage/text/database-check.js';
import { id } from '../../storage/changes.js';
import { temporaryDirectory } from '../../storage/temporary-directory.js';

/** The smallest number of users in the bench. */
const USERS = 1_000;

test('half of the users have short lists, a few have long ones, and the others have none', async (t) => {
  const directory = await temporaryDirectory(t);
  await makeDatabase(directory, USERS);
  const { table } = await readDatabase(new DataDirectory(DISK, directory));
  t.is(table.size, USERS + LONG_LISTS + LISTS);
  const lengthOf = (name: string) => table.buddiesOf(id(name))?.length ?? Number.NaN;
  for (let user = 0; user < USERS; user++) {
    const length = lengthOf(`${PREFIX}${user}`);
    // The list is one shorter if the user would be on their own list.
    if (user < USERS / 2) t.true(length === 20 || length === 19, `${user}: ${length}`);
    else t.is(length, 0);
  }
  for (let user = 0; user < LONG_LISTS; user++) t.is(lengthOf(`${LONG_PREFIX}${user}`), 200);
  for (let user = 0; user < LISTS; user++) t.is(lengthOf(listId(user)), 0);
});

test('ownerOf finds the user of a list by its first buddy', async (t) => {
  const directory = await temporaryDirectory(t);
  await makeDatabase(directory, USERS);
  const { table } = await readDatabase(new DataDirectory(DISK, directory));
  for (let user = 0; user < USERS / 2; user++) {
    const [first] = table.buddiesOf(id(`${PREFIX}${user}`)) ?? [];
    t.is(ownerOf(Number(first?.slice(PREFIX.length)), USERS), user);
  }
});

test('every user is the first buddy on exactly one list, for both sizes of the bench', (t) => {
  for (const users of [1_000, 1_000_000]) {
    const owners = new Set(Array.from({ length: users }, (_, first) => ownerOf(first, users)));
    t.is(owners.size, users);
    t.true([...owners].every((owner) => owner >= 0 && owner < users));
  }
});
