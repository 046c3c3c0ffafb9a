import test from 'ava';
import fc from 'fast-check';
import { MAX_USER_LINE_BYTES } from '../../../storage/format/user-lines.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { type ForeignEntry, readDump, writeDump } from '../../../storage/transfer/dump.js';
import { bytesFile } from '../bytes-file.js';
import { anyBatches, changes, device, id, KEYS } from '../changes.js';

const PATH = 'users.txt';

async function written(table: UserTable): Promise<string> {
  let text = '';
  await writeDump(table, async (bytes) => {
    text += bytes.toString('latin1');
  });
  return text;
}

/** The users of a dump, and the lines that are skipped. */
async function read(content: Buffer | string): Promise<{ users: ForeignEntry[]; skipped: string[] }> {
  const users: ForeignEntry[] = [];
  const skipped: string[] = [];
  await readDump(
    bytesFile(content),
    PATH,
    async (some) => {
      users.push(...some);
    },
    (source, reason) => skipped.push(`${source}: ${reason}`),
  );
  return { users, skipped };
}

test('a dump has users in order of registration, each with the buddies in list order', async (t) => {
  const table = new UserTable();
  const lines = ['REG carol', 'REG alice', 'REG bob', 'ADD carol bob', 'ADD carol alice', 'ADD bob carol'];
  for (const change of changes(...lines)) table.apply(change);
  t.is(await written(table), '# im-server dump: 3 users\ncarol bob alice\nalice\nbob carol\n');
});

test('a dump shows the users at the moment when it began, without later changes', async (t) => {
  const table = new UserTable();
  for (const change of changes('REG alice', 'REG bob', 'ADD alice bob')) table.apply(change);
  let text = '';
  await writeDump(table, async (bytes) => {
    if (text === '') for (const change of changes('REG carol', 'DEL alice bob')) table.apply(change);
    text += bytes.toString('latin1');
  });
  t.is(text, '# im-server dump: 2 users\nalice bob\nbob\n');
  t.is(await written(table), '# im-server dump: 3 users\nalice\nbob\ncarol\n');
});

test('any dump can be read back', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyBatches, async (batches) => {
      const table = new UserTable();
      for (const change of batches.flat()) table.apply(change);
      const text = await written(table);
      const { users, skipped } = await read(text);
      const lines = users.map((entry) => {
        if ('mark' in entry) return `${[entry.mark, ...entry.fields].join(' ')}\n`;
        const { id, key, buddies } = entry;
        return `${[id, ...(key === undefined ? [] : [key]), ...buddies].join(' ')}\n`;
      });
      return (
        skipped.length === 0 && text === `# im-server dump: ${table.countUsers()} users\n${lines.join('')}`
      );
    }),
  );
  t.pass();
});

test('a dump may have extra spaces, tabs, CR LF, comments and empty lines', async (t) => {
  const { users, skipped } = await read('\tAlice  bob\t$\r\n\r\n# bob\n  # carol\nbob');
  t.deepEqual(users, [
    { id: 'Alice', buddies: ['bob', '$'], source: 'users.txt:1' },
    { id: 'bob', buddies: [], source: 'users.txt:5' },
  ]);
  t.deepEqual(skipped, []);
});

test('a byte order mark is not part of the first id', async (t) => {
  const { users } = await read(Buffer.from('\ufeffalice bob\n'));
  t.deepEqual(users, [{ id: 'alice', buddies: ['bob'], source: 'users.txt:1' }]);
});

test('a line that is too long is skipped, and the next line is read', async (t) => {
  const longest = `${'x'.repeat(MAX_USER_LINE_BYTES)}\n`;
  const { users, skipped } = await read(`${longest}x${longest}bob\n`);
  t.deepEqual(
    users.map((entry) => ['id' in entry && entry.id.length, entry.source]),
    [
      [MAX_USER_LINE_BYTES, 'users.txt:1'],
      [3, 'users.txt:3'],
    ],
  );
  t.deepEqual(skipped, ['users.txt:2: the line is too long']);
});

test('a dump has keys, reserved ids and bans, but no freed ids', async (t) => {
  const table = new UserTable();
  for (const change of [
    { op: 'REG', id: id('alice'), device: device(7, 3) },
    ...changes('REG bob', 'REG carol', 'REG dave', 'ADD dave bob'),
    { op: 'ADD', id: id('alice'), buddy: id('bob'), device: device(7) },
    { op: 'REMOVE', id: id('carol'), atMs: 17 },
    { op: 'REMOVE', id: id('dave'), atMs: 18 },
    { op: 'FREE', id: id('dave') },
    { op: 'BAN', ban: { kind: 'address', name: '192.0.2.7', untilMs: 5 } },
  ] as const) {
    t.is(table.apply(change).verdict, 200);
  }
  const text = [
    '# im-server dump: 2 users',
    `alice key:${KEYS[0]}:7:3 bob`,
    ...['bob', '- carol 17', '! address 192.0.2.7 5', ''],
  ].join('\n');
  t.is(await written(table), text);
  const { users } = await read(text);
  t.deepEqual(users, [
    { id: 'alice', key: `key:${KEYS[0]}:7:3`, buddies: ['bob'], source: 'users.txt:2' },
    { id: 'bob', buddies: [], source: 'users.txt:3' },
    { mark: '-', fields: ['carol', '17'], source: 'users.txt:4' },
    { mark: '!', fields: ['address', '192.0.2.7', '5'], source: 'users.txt:5' },
  ]);
});
