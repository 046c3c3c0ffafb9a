import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { MAX_ID_LENGTH, type UserId } from '../../../protocol/id.js';
import { DataDirectory } from '../../../storage/files/data-directory.js';
import { DISK } from '../../../storage/files/disk.js';
import type { OpenFile } from '../../../storage/files/files.js';
import { checksumOf } from '../../../storage/format/checksum.js';
import { damaged, readSnapshot, writeSnapshot } from '../../../storage/format/snapshot.js';
import { MAX_BUDDIES, StoreError } from '../../../storage/store.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { bytesFile } from '../bytes-file.js';
import { anyChange, changes, id, KNOWN_IDS } from '../changes.js';
import { wholeStateOf } from '../model.js';
import { temporaryDirectory } from '../temporary-directory.js';

const NAME = 'snapshot-3.txt';
const PATH = `/data/${NAME}`;
const ALICE = sealed('alice bob carol');
const BOB = sealed('bob');
const CAROL = sealed('carol alice');
const HEADER = 'im-snapshot 2 4d0b3cb9\n';
const LINES = [HEADER, ALICE, BOB, CAROL, sealed('# 3 lines, last record 5')];
const SNAPSHOT = LINES.join('');

/** A line with a correct checksum. */
function sealed(body: string): string {
  return `${body} ${checksumOf(body)}\n`;
}

function tableAfter(...lines: readonly string[]): UserTable {
  const table = new UserTable();
  for (const change of changes(...lines)) table.apply(change);
  return table;
}

/** The ids of all users except removed users, in order, each with its list of buddies. */
function contentOf(table: UserTable): (readonly [UserId, readonly UserId[] | undefined])[] {
  const frozen = table.freeze();
  frozen.release();
  const users = Array.from({ length: table.size }, (_, user) => user);
  return users
    .filter((user) => !frozen.removed.has(user))
    .map((user) => {
      const buffer = Buffer.alloc(MAX_ID_LENGTH);
      const name = buffer.toString('latin1', 0, table.copyId(buffer, 0, user)) as UserId;
      return [name, table.buddiesOf(name)] as const;
    });
}

const SAMPLE = tableAfter(
  'REG alice',
  'REG bob',
  'REG carol',
  'ADD alice bob',
  'ADD alice carol',
  'ADD carol alice',
);

/** A directory that returns this file whenever a file is created. */
function directoryOf(file: OpenFile): DataDirectory {
  return new DataDirectory({ ...DISK, create: async () => file }, '/data');
}

/** A directory with an in-memory file, which transfers at most `most` bytes at a time. */
function inMemory(most?: number): { directory: DataDirectory; text: () => string } {
  const file = bytesFile('', most);
  return { directory: directoryOf(file), text: () => file.bytes.toString('latin1') };
}

async function write(table: UserTable, most?: number): Promise<string> {
  const { directory, text } = inMemory(most);
  const frozen = table.freeze();
  const bytes = await writeSnapshot(directory, NAME, frozen, table, { last: 5 });
  frozen.release();
  assert.equal(bytes, text().length);
  return text();
}

async function read(text: string, most?: number): Promise<UserTable> {
  const table = new UserTable();
  const read = await readSnapshot(bytesFile(text, most), PATH, table, (line, byte, reason) => {
    throw damaged(PATH, line, byte, reason);
  });
  assert.deepEqual(read, { last: 5, isEarlier: text.startsWith('im-snapshot 1\n') });
  return table;
}

/** Reads a damaged snapshot: returns the users, and the damaged lines. */
async function salvage(text: string) {
  const table = new UserTable();
  const bad: (readonly [line: number, byte: number])[] = [];
  await readSnapshot(bytesFile(text), PATH, table, (line, byte) => bad.push([line, byte]));
  return { table, bad };
}

async function assertDamaged(
  t: ExecutionContext,
  text: string,
  line: number,
  byte: number,
  reason: string,
): Promise<void> {
  const error = await t.throwsAsync(read(text), { instanceOf: StoreError, code: 'store.corrupt' }, reason);
  t.true(
    error?.message.startsWith(`${PATH} is damaged at line ${line}, byte ${byte} (`),
    `${reason}: ${error?.message}`,
  );
  t.true(error?.message.includes('--repair'));
}

function startOf(line: number): number {
  return LINES.slice(0, line - 1).join('').length;
}

test('a snapshot is a header, a line for each user, and a line with totals', async (t) => {
  t.is(await write(SAMPLE), SNAPSHOT);
  t.is(await write(new UserTable()), `im-snapshot 2 4d0b3cb9\n${sealed('# 0 lines, last record 5')}`);
});

test('a snapshot is a private file, and writeSnapshot returns its length', async (t) => {
  const directory = new DataDirectory(DISK, await temporaryDirectory(t));
  const bytes = await writeSnapshot(directory, NAME, SAMPLE.freeze(), SAMPLE, { last: 5 });
  const path = directory.pathOf(NAME);
  t.is(bytes, SNAPSHOT.length);
  t.is(await readFile(path, 'latin1'), SNAPSHOT);
  t.is((await stat(path)).mode & 0o777, 0o600);
});

test('any table can be written, read back and written again, even with short reads', async (t) => {
  const anyMost = fc.integer({ min: 1, max: 100 });
  const anyChanges = fc.array(anyChange, { maxLength: 60, size: 'max' });
  const property = fc.asyncProperty(anyChanges, anyMost, anyMost, async (all, writes, reads) => {
    const table = new UserTable();
    for (const change of all) table.apply(change);
    const text = await write(table, writes);
    const again = await read(text, reads);
    for (const each of [again, table]) each.commit();
    assert.deepEqual(wholeStateOf(again), wholeStateOf(table));
    assert.equal(await write(again), text);
  });
  await t.notThrowsAsync(fc.assert(property));
});

test('a table that was read from a snapshot accepts changes like any other table', async (t) => {
  const table = await read(SNAPSHOT);
  const replies = changes(
    'REG alice',
    'ADD alice bob',
    'DEL alice bob',
    'ADD alice bob',
    'REG dave',
    'ADD dave carol',
  );
  t.deepEqual(
    replies.map((change) => table.apply(change).verdict),
    [203, 201, 200, 200, 200, 200],
  );
  t.deepEqual(contentOf(table), [
    [id('alice'), [id('carol'), id('bob')]],
    [id('bob'), []],
    [id('carol'), [id('alice')]],
    [id('dave'), [id('carol')]],
  ]);
});

test('the longest line, and a snapshot of many slices, can be read back', async (t) => {
  const table = new UserTable();
  const users = Array.from(
    { length: MAX_BUDDIES + 1 },
    (_, index) => `${index}`.padStart(MAX_ID_LENGTH, 'x') as UserId,
  );
  for (const user of users) table.apply({ op: 'REG', id: user });
  const [first, ...others] = users as [UserId, ...UserId[]];
  for (const buddy of others) table.apply({ op: 'ADD', id: first, buddy });
  for (const user of others) table.apply({ op: 'ADD', id: user, buddy: first });
  const text = await write(table);
  t.is(text.split('\n')[1]?.length, (MAX_ID_LENGTH + 1) * (MAX_BUDDIES + 1) + 8);
  const again = await read(text);
  t.is(again.size, users.length);
  t.deepEqual(again.buddiesOf(first), others);
  t.true(others.every((user) => again.buddiesOf(user)?.join() === first));
  t.is(await write(again), text);
});

test('writing a snapshot yields to the event loop, and leaves out later changes', async (t) => {
  const table = new UserTable();
  const users = Array.from({ length: 20_000 }, (_, index) => id(`user-${index}`));
  for (const user of users) table.apply({ op: 'REG', id: user });
  for (const [index, user] of users.entries()) {
    table.apply({ op: 'ADD', id: user, buddy: users[(index + 1) % users.length] as UserId });
  }
  const before = await write(table);

  const { directory, text } = inMemory();
  const frozen = table.freeze();
  let isOver = false;
  const written = writeSnapshot(directory, NAME, frozen, table, { last: 5 }).then(() => {
    isOver = true;
  });
  let iterations = 0;
  for (; !isOver; iterations++) {
    table.apply({ op: 'REG', id: id(`late-${iterations}`) });
    for (let count = 0; count < 500; count++) {
      const user = users[(iterations * 7919 + count * 104_729) % users.length] as UserId;
      const buddy = users[(iterations + count) % users.length] as UserId;
      const added = table.apply({ op: 'ADD', id: user, buddy });
      if (count % 3 === 0) table.undo(added);
      if (count % 3 === 1) table.apply({ op: 'DEL', id: user, buddy });
    }
    await new Promise(setImmediate);
  }
  await written;
  frozen.release();
  t.true(iterations > 3, `${iterations}`);
  t.is(text(), before);
  t.not(await write(table), before);
});

test('the writing of a snapshot can be stopped, and only a complete snapshot is synced', async (t) => {
  for (const stopAt of [1, 2, 3, 100]) {
    const calls: string[] = [];
    const file = {
      ...bytesFile(''),
      datasync: async () => void calls.push('datasync'),
      close: async () => void calls.push('close'),
    };
    const table = new UserTable();
    for (let user = 0; user < 10_000; user++) table.apply({ op: 'REG', id: id(`user-${user}`) });
    let asked = 0;
    const written = writeSnapshot(directoryOf(file), NAME, table.freeze(), table, {
      last: 5,
      isStopped: () => {
        asked += 1;
        return asked === stopAt;
      },
    });
    if (stopAt === 100) await t.notThrowsAsync(written);
    else await t.throwsAsync(written, { code: 'snapshot.stopped' });
    t.deepEqual(calls, stopAt === 100 ? ['datasync', 'close'] : ['close']);
  }
});

test('a changed byte counts as damage at its line', async (t) => {
  t.deepEqual(contentOf(await read(SNAPSHOT)), contentOf(SAMPLE));
  for (let at = 0; at < SNAPSHOT.length; at++) {
    for (const flip of [2, 0x80]) {
      // Another digit here would be another format.
      if (at === 'im-snapshot '.length && flip === 2) continue;
      const bytes = Buffer.from(SNAPSHOT);
      bytes[at] = (bytes[at] as number) ^ flip;
      const line = SNAPSHOT.slice(0, at).split('\n').length;
      // A last line without its LF does not count, so the error names the end of the file.
      const byte = at === SNAPSHOT.length - 1 ? SNAPSHOT.length : startOf(line);
      await assertDamaged(t, bytes.toString('latin1'), line, byte, `byte ${at}`);
    }
  }
});

test('a snapshot that is cut anywhere is damaged, at the incomplete line', async (t) => {
  for (let length = 0; length < SNAPSHOT.length; length++) {
    const error = await t.throwsAsync(
      read(SNAPSHOT.slice(0, length)),
      { code: 'store.corrupt' },
      `${length}`,
    );
    const line = SNAPSHOT.slice(0, length).split('\n').length;
    t.true(error?.message.startsWith(`${PATH} is damaged at line ${line}, byte `), error?.message);
  }
});

test('lines that are missing, repeated or after the last line count as damage', async (t) => {
  const [header, alice, bob, carol, end] = LINES as [string, string, string, string, string];
  const cases: readonly (readonly [lines: readonly string[], line: number])[] = [
    [[header, alice, bob, end], 4],
    [[header, alice, bob, bob, carol, end], 4],
    [[header, alice, bob, carol, end, end], 6],
    [[header, alice, bob, carol, end, sealed('dave')], 6],
    [[header, alice, bob, carol, sealed('# 4 lines, last record 5')], 5],
    [[header, alice, '\n', bob, carol, end], 3],
    [[alice, bob, carol, end], 1],
  ];
  for (const [lines, line] of cases) {
    const byte = lines.slice(0, line - 1).join('').length;
    await assertDamaged(t, lines.join(''), line, byte, lines.join('|'));
  }
});

test('lines that end with CR LF are read like lines that end with LF', async (t) => {
  const text = LINES.join('');
  t.deepEqual(contentOf(await read(text.replaceAll('\n', '\r\n'))), contentOf(await read(text)));
});

test('a file that is not a snapshot is damaged at its first line', async (t) => {
  for (const text of ['', '\n', 'im-journal 2 6ef737ee\n', 'im-snapshot\n', 'x'.repeat(1_000_000)]) {
    await assertDamaged(t, text, 1, text.includes('\n') ? 0 : text.length, text.slice(0, 20));
  }
});

test('a snapshot of a newer format is refused with the name of the format', async (t) => {
  for (const format of ['im-snapshot 3', 'im-snapshot 10']) {
    const error = await t.throwsAsync(read(`${format} ${checksumOf(format)}\nanything\n`), {
      instanceOf: StoreError,
      code: 'store.unusable',
    });
    t.true(error?.message.startsWith(`${PATH} was written by a newer im-server (its format is '${format}')`));
  }
});

test('reading past damage gives all readable users, and lists without lost buddies', async (t) => {
  const [header, alice, bob, carol, end] = LINES as [string, string, string, string, string];
  const { table, bad } = await salvage([header, alice, bob.replace('b', 'x'), carol, end].join(''));
  t.deepEqual(bad, [[3, startOf(3)]]);
  t.deepEqual(contentOf(table), [
    [id('alice'), [id('carol')]],
    [id('carol'), [id('alice')]],
  ]);

  const headless = await salvage(['im-snapshot x\n', alice, bob, carol, end].join(''));
  t.deepEqual(headless.bad, [[1, 0]]);
  t.deepEqual(contentOf(headless.table), contentOf(SAMPLE));

  const cut = await salvage([header, alice, bob].join(''));
  t.deepEqual(cut.bad, [[4, startOf(4)]]);
  t.deepEqual(contentOf(cut.table), [
    [id('alice'), [id('bob')]],
    [id('bob'), []],
  ]);
});

test('the last line is not read as a list if other lines follow it', async (t) => {
  // If the last line were read as a list, it would name these users.
  const lines = [
    'im-snapshot 2 4d0b3cb9\n',
    sealed('record'),
    sealed('2'),
    sealed('# 2 lines, last record 5'),
    sealed('junk'),
  ];
  const { table, bad } = await salvage(lines.join(''));
  t.is(bad.length, 1);
  for (const change of changes('REG late')) table.apply(change);
  t.deepEqual(contentOf(table), [
    [id('record'), []],
    [id('2'), []],
    [id('late'), []],
  ]);
});

test('reading past any damage invents no data, and gives a working table', async (t) => {
  const property = fc.asyncProperty(
    fc.array(anyChange, { maxLength: 60, size: 'max' }),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
    async (all, hits) => {
      const whole = new UserTable();
      for (const change of all) whole.apply(change);
      const bytes = Buffer.from(await write(whole));
      for (const [at, value] of hits) bytes[HEADER.length + (at % (bytes.length - HEADER.length))] = value;
      const { table } = await salvage(bytes.toString('latin1'));
      for (const [user, list = []] of contentOf(table)) {
        const before = whole.buddiesOf(user) ?? [];
        assert.deepEqual(
          list,
          before.filter((buddy) => table.buddiesOf(buddy) !== undefined),
        );
      }
      for (const user of KNOWN_IDS) {
        const isReserved = table.reservations().some(({ id }) => id === user);
        const verdict = table.buddiesOf(user) === undefined && !isReserved ? 200 : 203;
        assert.equal(table.apply({ op: 'REG', id: user }).verdict, verdict);
        if (verdict === 200) assert.deepEqual(table.buddiesOf(user), []);
      }
    },
  );
  await t.notThrowsAsync(fc.assert(property, { numRuns: 300 }));
});
