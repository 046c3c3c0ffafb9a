/**
 * Reading journals that a crash, a bad disk or an editor has altered.
 */

import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { checksumOf } from '../../../storage/format/checksum.js';
import { type JournalFile, type Scan, scanJournal } from '../../../storage/format/journal-reader.js';
import { StoreError, type StoreErrorCode } from '../../../storage/store.js';
import { type EffectiveChange, UserTable } from '../../../storage/tables/user-table.js';
import { bytesFile } from '../bytes-file.js';
import { effects, lineOf } from '../changes.js';

const HEADER = 'im-journal 2 6ef737ee\n';
const PATH = '/data/journal-7.txt';

/** What a scan of a journal without records returns, except for the numbers of records. */
const EMPTY = { goodBytes: HEADER.length, totalBytes: HEADER.length, isEarlier: false };

/** Three commits. Later records mark all but the last commit as durable. */
const COMMITS = [
  ['REG alice', 'REG bob', 'REG carol'],
  ['ADD alice bob', 'ADD alice carol', 'ADD bob alice'],
  ['REG dave', 'DEL alice bob', 'ADD dave alice'],
];
const EFFECTS = effects(...COMMITS.flat());
const LINES = [HEADER, ...linesOf(COMMITS)];
const JOURNAL = Buffer.from(LINES.join(''));

/** The lines before the last commit: a later record marks them as durable. */
const DURABLE = LINES.slice(0, 7);
const DURABLE_BYTES = DURABLE.join('').length;

/** The journal lines of some commits. Every request in them must have an effect. */
function linesOf(commits: readonly (readonly string[])[], before = 0): string[] {
  let durable = before;
  return commits.flatMap((commit) => {
    const known = durable;
    durable += commit.length;
    return effects(...commit).map((change, index) =>
      lineOf({ sequence: known + 1 + index, durable: known, change }),
    );
  });
}

/** A line with a correct checksum. */
function sealed(body: string): string {
  return `${body} ${crc32(body).toString(16).padStart(8, '0')}\n`;
}

/** A copy with one byte replaced. */
function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

/** The number, from 1, of the line of {@link JOURNAL} at an offset. */
function lineAt(offset: number): number {
  return JOURNAL.toString('latin1', 0, offset).split('\n').length;
}

/** The offset of a line of {@link JOURNAL}. */
function startOf(line: number): number {
  return LINES.slice(0, line - 1).join('').length;
}

async function scan(
  bytes: Buffer | string,
  options: Partial<JournalFile> & { readonly most?: number } = {},
): Promise<Scan & { readonly replayed: readonly EffectiveChange[] }> {
  const { most, ...journal } = options;
  const table = new UserTable();
  const replayed: EffectiveChange[] = [];
  const found = await scanJournal(
    { file: bytesFile(bytes, most), path: PATH, first: 1, ...journal },
    ({ change }) => {
      const isPossible = table.replay(change);
      if (isPossible) replayed.push(change);
      return isPossible;
    },
  );
  return { ...found, replayed };
}

/** Asserts that the first lines of an active journal, including the header, are good and the rest is torn. */
async function assertGood(bytes: Buffer | string, goodLines: number): Promise<void> {
  const isUnended = goodLines < LINES.length && bytes.length === startOf(goodLines + 2) - 1;
  assert.deepEqual(await scan(bytes), {
    ...(isUnended && { unendedLine: goodLines + 1 }),
    last: goodLines - 1,
    isEarlier: false,
    goodBytes: startOf(goodLines + 1),
    totalBytes: bytes.length,
    replayed: EFFECTS.slice(0, goodLines - 1),
  });
}

/** Asserts that reading fails, with the reason in the message. */
async function assertRefused(reading: Promise<unknown>, code: StoreErrorCode, reason: string): Promise<void> {
  await assert.rejects(reading, (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${PATH} ${reason}`), error.message);
    if (code === 'store.corrupt') assert.ok(error.message.includes('--repair'), error.message);
    return true;
  });
}

/** Asserts that reading fails, with the file, the line and its offset in the message. */
function assertDamaged(
  bytes: Buffer | string,
  line: number,
  options: Partial<JournalFile> = {},
): Promise<void> {
  return assertRefused(
    scan(bytes, options),
    'store.corrupt',
    `is damaged at line ${line}, byte ${startOf(line)} (`,
  );
}

test('a whole journal is replayed in order, even with short reads', async (t) => {
  const { length } = JOURNAL;
  const whole = { last: 9, goodBytes: length, totalBytes: length, isEarlier: false, replayed: EFFECTS };
  t.deepEqual(await scan(JOURNAL), whole);
  for (const most of [1, 2, 3, 7, 50]) t.deepEqual(await scan(JOURNAL, { most }), whole);
});

test('a journal without records is good; its last number is one less than the first', async (t) => {
  t.deepEqual(await scan(HEADER), { ...EMPTY, last: 0, replayed: [] });
  t.deepEqual(await scan(HEADER, { first: 77 }), { ...EMPTY, last: 76, replayed: [] });
});

test('a journal is torn or damaged if its first record does not have the expected number', async (t) => {
  const lines = [HEADER, ...linesOf([['REG alice'], ['REG bob']], 41)].join('');
  t.is((await scan(lines, { first: 42 })).last, 43);
  for (const first of [1, 41]) await t.notThrowsAsync(assertDamaged(lines, 2, { first }), `${first}`);
  const none = { ...EMPTY, last: 42, totalBytes: lines.length, replayed: [] };
  t.deepEqual(await scan(lines, { first: 43 }), none, 'no record marks one from 43 on as durable');
});

test('a last commit that is cut anywhere is good up to its last whole line', async (t) => {
  for (let length = DURABLE_BYTES; length <= JOURNAL.length; length++) {
    await t.notThrowsAsync(
      assertGood(JOURNAL.subarray(0, length), lineAt(length) - 1),
      `cut at byte ${length}`,
    );
  }
});

test('a single commit that is cut anywhere is good up to its last whole line', async (t) => {
  for (let length = HEADER.length; length <= startOf(5); length++) {
    await t.notThrowsAsync(
      assertGood(JOURNAL.subarray(0, length), lineAt(length) - 1),
      `cut at byte ${length}`,
    );
  }
});

// Pages reach the disk in any order, so a crash may leave holes in a commit.
test('a bad byte in the last commit makes its line and all later lines torn', async (t) => {
  for (let at = DURABLE_BYTES; at < JOURNAL.length; at++) {
    for (const value of [0, (JOURNAL[at] as number) ^ 1]) {
      const bytes = changed(JOURNAL, at, value);
      await t.notThrowsAsync(assertGood(bytes, lineAt(at) - 1), `byte ${at} is ${value}`);
    }
  }
});

test('a hole in the last commit tears the line in which it begins and all later lines', async (t) => {
  const holes = [
    [startOf(8), startOf(8) + 5],
    [startOf(8) + 5, startOf(9) + 5],
    [startOf(9), startOf(10)],
    [startOf(8), JOURNAL.length],
  ] as const;
  for (const [from, to] of holes) {
    const bytes = Buffer.from(JOURNAL).fill(0, from, to);
    await t.notThrowsAsync(assertGood(bytes, lineAt(from) - 1), `a hole from ${from} to ${to}`);
  }
});

test('the whole length of a torn end is counted, even over many reads', async (t) => {
  const bytes = Buffer.concat([JOURNAL, Buffer.alloc(2_500_000, 'x'), Buffer.from('\n'), JOURNAL]);
  await t.notThrowsAsync(assertGood(bytes, LINES.length));
});

test('a bad byte before the last durable point is damage', async (t) => {
  for (let at = HEADER.length; at < DURABLE_BYTES; at++) {
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(at)), `byte ${at}`);
  }
});

test('a replaced or missing byte before the last durable point is damage', async (t) => {
  const anyOffset = fc.integer({ min: HEADER.length, max: DURABLE_BYTES - 1 });
  const anyByte = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined });
  const property = fc.asyncProperty(anyOffset, anyByte, async (at, value) => {
    fc.pre(value !== JOURNAL[at]);
    const without = Buffer.concat([JOURNAL.subarray(0, at), JOURNAL.subarray(at + 1)]);
    await assertDamaged(value === undefined ? without : changed(JOURNAL, at, value), lineAt(at));
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 500 }));
});

test('a hole before the last durable point is damage', async (t) => {
  const bytes = Buffer.from(JOURNAL).fill(0, startOf(3) + 2, startOf(5) + 2);
  await t.notThrowsAsync(assertDamaged(bytes, 3));
});

test('damage is found even if the end is also torn', async (t) => {
  const bytes = changed(JOURNAL, startOf(4), 0).subarray(0, -1);
  await t.notThrowsAsync(assertDamaged(bytes, 4));
});

test('records out of order are damage if a later record marks them as durable', async (t) => {
  const [header, first, second, third, ...rest] = LINES as [string, string, string, string, ...string[]];
  const swapped = [header, first, third, second, ...rest];
  await t.notThrowsAsync(assertDamaged(swapped.join(''), 3), 'two are swapped');
  const missing = [header, first, third, ...rest];
  await t.notThrowsAsync(assertDamaged(missing.join(''), 3), 'one is missing');
  const repeated = [header, first, second, second, third, ...rest];
  await t.notThrowsAsync(assertDamaged(repeated.join(''), 4), 'one is repeated');
  const headless = [header, second, third, ...rest];
  await t.notThrowsAsync(assertDamaged(headless.join(''), 2), 'the first is missing');
});

test('records out of order at the end are torn', async (t) => {
  const [first, second, third] = LINES.slice(7) as [string, string, string];
  await t.notThrowsAsync(assertGood([...DURABLE, first, third, second].join(''), 8), 'two are swapped');
  await t.notThrowsAsync(
    assertGood([...DURABLE, first, first, second, third].join(''), 8),
    'one is repeated',
  );
});

test('a record that marks itself or a later record as durable is damage', async (t) => {
  for (const durable of [10, 11, 1000]) {
    const bytes = `${JOURNAL}${sealed(`10 ${durable} REG late`)}`;
    await t.notThrowsAsync(assertDamaged(bytes, 11), `${durable} is durable`);
  }
});

test('a record without an effect is torn, or damaged if a later record says it was durable', async (t) => {
  for (const request of ['REG alice', 'ADD alice bob', 'ADD stranger bob', 'DEL bob carol', 'ADD bob bob']) {
    const lines = [...DURABLE, sealed(`7 6 ${request}`)];
    await t.notThrowsAsync(assertGood(lines.join(''), 7), request);
    lines.push(sealed('8 7 REG dave'));
    await t.notThrowsAsync(assertDamaged(lines.join(''), 8), request);
  }
});

test('a line beyond the limit is not a record', async (t) => {
  const padded = sealed(`7 6 REG${' '.repeat(300)}dave`);
  for (const long of [padded, `${'x'.repeat(3_000_000)}\n`]) {
    const lines = [...DURABLE, long];
    await t.notThrowsAsync(assertGood(lines.join(''), 7));
    lines.push(sealed('8 7 REG late'));
    await t.notThrowsAsync(assertDamaged(lines.join(''), 8));
  }
});

test('a bad byte anywhere in a sealed journal is damage', async (t) => {
  const sealedBytes = JOURNAL.length;
  t.deepEqual((await scan(JOURNAL, { sealedBytes })).replayed, EFFECTS);
  for (let at = HEADER.length; at < JOURNAL.length; at++) {
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(at), { sealedBytes }), `byte ${at}`);
  }
});

test('a sealed journal that is too short is damaged at its end', async (t) => {
  const sealedBytes = JOURNAL.length;
  for (let length = HEADER.length; length < JOURNAL.length; length++) {
    const bytes = JOURNAL.subarray(0, length);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(length), { sealedBytes }), `cut at byte ${length}`);
  }
});

test('bytes after the end of a sealed journal are ignored', async (t) => {
  const sealedBytes = JOURNAL.length;
  for (const more of [
    'x',
    '\n',
    'garbage\n',
    sealed('10 9 REG late'),
    sealed('10 10 REG late'),
    'x'.repeat(600_000),
  ]) {
    const { last, replayed } = await scan(`${JOURNAL}${more}`, { sealedBytes });
    t.is(last, 9);
    t.deepEqual(replayed, EFFECTS);
  }
});

test('a sealed journal that ends within a record is damaged there', async (t) => {
  await t.notThrowsAsync(assertDamaged(JOURNAL, 10, { sealedBytes: JOURNAL.length - 1 }));
  await t.notThrowsAsync(assertDamaged(JOURNAL, 10, { sealedBytes: startOf(10) + 3 }));
});

test('a journal of a newer format is refused with the name of the format', async (t) => {
  for (const format of ['im-journal 3', 'im-journal 10']) {
    const reason = `was written by a newer im-server (its format is '${format}')`;
    const header = `${format} ${checksumOf(format)}\n`;
    await t.notThrowsAsync(assertRefused(scan(header), 'store.unusable', reason));
    await t.notThrowsAsync(assertRefused(scan(`${header}REG alice\n`), 'store.unusable', reason));
  }
});

test('a file that is not a journal is refused, even if it is empty', async (t) => {
  const records = LINES.slice(1).join('');
  const binary = Buffer.alloc(2_500_000, 0xff);
  const foreign = [
    '',
    '\n',
    'alice\nbob\n',
    'im-journal 2 6ef737ee',
    'im-journal\n',
    `\n${HEADER}`,
    ` ${HEADER}`,
  ];
  for (const bytes of [...foreign, records, binary]) {
    await t.notThrowsAsync(
      assertRefused(scan(bytes), 'store.corrupt', 'is damaged at line 1, byte 0 (it is not a journal'),
    );
  }
});

test('records that end with CR LF are refused, even if none is marked as durable', async (t) => {
  const bytes = HEADER + LINES.slice(1).join('').replaceAll('\n', '\r\n');
  const reason = 'is damaged at line 2, byte 22 (its lines end with CR LF';
  await t.notThrowsAsync(assertRefused(scan(bytes), 'store.corrupt', reason));
});

test('a journal saved with CR LF is refused, not emptied', async (t) => {
  const bytes = JOURNAL.toString('latin1').replaceAll('\n', '\r\n');
  await t.notThrowsAsync(
    assertRefused(scan(bytes), 'store.corrupt', 'is damaged at line 1, byte 0 (it is not a journal'),
  );
});

test('a line with CR LF before the last durable point is damage', async (t) => {
  const lines = LINES.with(3, (LINES[3] as string).replace('\n', '\r\n'));
  await t.notThrowsAsync(assertDamaged(lines.join(''), 4));
});
