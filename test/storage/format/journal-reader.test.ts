/**
 * What is made of a journal that a crash, a bad disk or an editor left behind.
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

const HEADER = 'im-journal 1\n';
const PATH = '/data/journal-7.txt';

/** Three groups; only the last is not known to be durable. */
const GROUPS = [
  ['REG alice', 'REG bob', 'REG carol'],
  ['ADD alice bob', 'ADD alice carol', 'ADD bob alice'],
  ['REG dave', 'DEL alice bob', 'ADD dave alice'],
];
const EFFECTS = effects(...GROUPS.flat());
const LINES = [HEADER, ...linesOf(GROUPS)];
const JOURNAL = Buffer.from(LINES.join(''));

/** The lines before the last group: a record after them knows them to be durable. */
const DURABLE = LINES.slice(0, 7);
const DURABLE_BYTES = DURABLE.join('').length;

/** The lines that groups of requests, all of them effective, leave in a journal. */
function linesOf(groups: readonly (readonly string[])[], before = 0): string[] {
  let durable = before;
  return groups.flatMap((group) => {
    const known = durable;
    durable += group.length;
    return effects(...group).map((change, index) =>
      lineOf({ sequence: known + 1 + index, durable: known, change }),
    );
  });
}

/** A line with a right checksum, whatever the rest is. */
function sealed(body: string): string {
  return `${body} ${crc32(body).toString(16).padStart(8, '0')}\n`;
}

/** A copy with one byte replaced. */
function changed(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}

/** The number, from 1, of the line of {@link JOURNAL} that holds a byte. */
function lineAt(offset: number): number {
  return JOURNAL.toString('latin1', 0, offset).split('\n').length;
}

/** Where a line of {@link JOURNAL} begins, in bytes. */
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
      const { effect } = table.apply(change);
      if (effect !== undefined) replayed.push(effect);
      return effect !== undefined;
    },
  );
  return { ...found, replayed };
}

/**
 * Of the journal that was written to last so many lines, the header counted, must be good, and the rest torn.
 */
async function assertGood(bytes: Buffer | string, goodLines: number): Promise<void> {
  const isUnended = goodLines < LINES.length && bytes.length === startOf(goodLines + 2) - 1;
  assert.deepEqual(await scan(bytes), {
    ...(isUnended && { unendedLine: goodLines + 1 }),
    last: goodLines - 1,
    goodBytes: startOf(goodLines + 1),
    totalBytes: bytes.length,
    replayed: EFFECTS.slice(0, goodLines - 1),
  });
}

/** Reading must fail, and say why. */
async function assertRefused(reading: Promise<unknown>, code: StoreErrorCode, reason: string): Promise<void> {
  await assert.rejects(reading, (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${PATH} ${reason}`), error.message);
    if (code === 'store.corrupt') assert.ok(error.message.includes('--repair'), error.message);
    return true;
  });
}

/** Reading must fail, and must name the file, the line, and the byte where that line begins. */
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

test('a whole journal is replayed in its order, however few bytes each read gives', async (t) => {
  const whole = { last: 9, goodBytes: JOURNAL.length, totalBytes: JOURNAL.length, replayed: EFFECTS };
  t.deepEqual(await scan(JOURNAL), whole);
  for (const most of [1, 2, 3, 7, 50]) t.deepEqual(await scan(JOURNAL, { most }), whole);
});

test('a journal without records is good, and the last is the one before its first', async (t) => {
  t.deepEqual(await scan(HEADER), { last: 0, goodBytes: 13, totalBytes: 13, replayed: [] });
  t.deepEqual(await scan(HEADER, { first: 77 }), { last: 76, goodBytes: 13, totalBytes: 13, replayed: [] });
});

test('records go on where the journal before ended: any other first number is torn, or damage', async (t) => {
  const lines = [HEADER, ...linesOf([['REG alice'], ['REG bob']], 41)].join('');
  t.is((await scan(lines, { first: 42 })).last, 43);
  for (const first of [1, 41]) await t.notThrowsAsync(assertDamaged(lines, 2, { first }), `${first}`);
  const none = { last: 42, goodBytes: 13, totalBytes: lines.length, replayed: [] };
  t.deepEqual(
    await scan(lines, { first: 43 }),
    none,
    'none of these knows a record from 43 on to be durable',
  );
});

test('a last group that was cut anywhere is good up to its last whole line', async (t) => {
  for (let length = DURABLE_BYTES; length <= JOURNAL.length; length++) {
    await t.notThrowsAsync(
      assertGood(JOURNAL.subarray(0, length), lineAt(length) - 1),
      `cut at byte ${length}`,
    );
  }
});

test('an only group that was cut anywhere is good up to its last whole line', async (t) => {
  for (let length = HEADER.length; length <= startOf(5); length++) {
    await t.notThrowsAsync(
      assertGood(JOURNAL.subarray(0, length), lineAt(length) - 1),
      `cut at byte ${length}`,
    );
  }
});

// Pages reach the disk in any order: what a crash leaves of a group may have holes.
test('a bad byte in the last group cuts from its line on, whatever good lines follow', async (t) => {
  for (let at = DURABLE_BYTES; at < JOURNAL.length; at++) {
    for (const value of [0, (JOURNAL[at] as number) ^ 1]) {
      const bytes = changed(JOURNAL, at, value);
      await t.notThrowsAsync(assertGood(bytes, lineAt(at) - 1), `byte ${at} is ${value}`);
    }
  }
});

test('a hole in the last group cuts from the line in which it begins', async (t) => {
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

test('a torn end longer than many reads is counted whole', async (t) => {
  const bytes = Buffer.concat([JOURNAL, Buffer.alloc(2_500_000, 'x'), Buffer.from('\n'), JOURNAL]);
  await t.notThrowsAsync(assertGood(bytes, LINES.length));
});

test('a bad byte before the last durable point is damage', async (t) => {
  for (let at = HEADER.length; at < DURABLE_BYTES; at++) {
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(at)), `byte ${at}`);
  }
});

test('any other byte in its place, or none, is damage as well', async (t) => {
  const anyPlace = fc.integer({ min: HEADER.length, max: DURABLE_BYTES - 1 });
  const anyByte = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined });
  const property = fc.asyncProperty(anyPlace, anyByte, async (at, value) => {
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

test('damage is found even where the end is torn, too', async (t) => {
  const bytes = changed(JOURNAL, startOf(4), 0).subarray(0, -1);
  await t.notThrowsAsync(assertDamaged(bytes, 4));
});

test('records out of their order are damage where a later one knows them to be durable', async (t) => {
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

test('records out of their order at the end are torn', async (t) => {
  const [first, second, third] = LINES.slice(7) as [string, string, string];
  await t.notThrowsAsync(assertGood([...DURABLE, first, third, second].join(''), 8), 'two are swapped');
  await t.notThrowsAsync(
    assertGood([...DURABLE, first, first, second, third].join(''), 8),
    'one is repeated',
  );
});

test('a record that knows itself, or what never was, to be durable is damage', async (t) => {
  for (const durable of [10, 11, 1000]) {
    const bytes = `${JOURNAL}${sealed(`10 ${durable} REG late`)}`;
    await t.notThrowsAsync(assertDamaged(bytes, 11), `${durable} is durable`);
  }
});

test('a record that changes nothing follows none: it is torn, or damage where one knows it', async (t) => {
  for (const request of ['REG alice', 'ADD alice bob', 'ADD nobody bob', 'DEL bob carol', 'ADD bob bob']) {
    const lines = [...DURABLE, sealed(`7 6 ${request}`)];
    await t.notThrowsAsync(assertGood(lines.join(''), 7), request);
    lines.push(sealed('8 7 REG dave'));
    await t.notThrowsAsync(assertDamaged(lines.join(''), 8), request);
  }
});

test('a line beyond the limit is no record, whatever it says and however long it is', async (t) => {
  const padded = sealed(`7 6 REG${' '.repeat(300)}dave`);
  for (const long of [padded, `${'x'.repeat(3_000_000)}\n`]) {
    const lines = [...DURABLE, long];
    await t.notThrowsAsync(assertGood(lines.join(''), 7));
    lines.push(sealed('8 7 REG late'));
    await t.notThrowsAsync(assertDamaged(lines.join(''), 8));
  }
});

test('of a sealed journal nothing is torn: a bad byte anywhere is damage', async (t) => {
  const sealedBytes = JOURNAL.length;
  t.deepEqual((await scan(JOURNAL, { sealedBytes })).replayed, EFFECTS);
  for (let at = HEADER.length; at < JOURNAL.length; at++) {
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(at), { sealedBytes }), `byte ${at}`);
  }
});

test('a sealed journal that is too short is damaged where it ends', async (t) => {
  const sealedBytes = JOURNAL.length;
  for (let length = HEADER.length; length < JOURNAL.length; length++) {
    const bytes = JOURNAL.subarray(0, length);
    await t.notThrowsAsync(assertDamaged(bytes, lineAt(length), { sealedBytes }), `cut at byte ${length}`);
  }
});

test('what follows the end of a sealed journal does not count, whatever it is', async (t) => {
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

test('a sealed journal whose end is in the middle of a record is damaged there', async (t) => {
  await t.notThrowsAsync(assertDamaged(JOURNAL, 10, { sealedBytes: JOURNAL.length - 1 }));
  await t.notThrowsAsync(assertDamaged(JOURNAL, 10, { sealedBytes: startOf(10) + 3 }));
});

test('a journal of a newer format is refused by the format’s name', async (t) => {
  for (const format of ['im-journal 2', 'im-journal 10']) {
    const reason = `was written by a newer im-server (its format is '${format}')`;
    const header = `${format} ${checksumOf(format)}\n`;
    await t.notThrowsAsync(assertRefused(scan(header), 'store.unusable', reason));
    await t.notThrowsAsync(assertRefused(scan(`${header}REG alice\n`), 'store.unusable', reason));
  }
});

test('a file that is no journal is refused, an empty one too', async (t) => {
  const records = LINES.slice(1).join('');
  const binary = Buffer.alloc(2_500_000, 0xff);
  const foreign = ['', '\n', 'alice\nbob\n', 'im-journal 1', 'im-journal\n', `\n${HEADER}`, ` ${HEADER}`];
  for (const bytes of [...foreign, records, binary]) {
    await t.notThrowsAsync(
      assertRefused(scan(bytes), 'store.corrupt', 'is damaged at line 1, byte 0 (it is no journal'),
    );
  }
});

test('records that were ended with CR LF are refused even where none is known durable', async (t) => {
  const bytes = HEADER + LINES.slice(1).join('').replaceAll('\n', '\r\n');
  const reason = 'is damaged at line 2, byte 13 (lines were ended with CR LF';
  await t.notThrowsAsync(assertRefused(scan(bytes), 'store.corrupt', reason));
});

test('a journal that was saved with CR LF is refused, not emptied', async (t) => {
  const bytes = JOURNAL.toString('latin1').replaceAll('\n', '\r\n');
  await t.notThrowsAsync(
    assertRefused(scan(bytes), 'store.corrupt', 'is damaged at line 1, byte 0 (it is no journal'),
  );
});

test('one line that was ended with CR LF before the last durable point is damage', async (t) => {
  const lines = LINES.with(3, (LINES[3] as string).replace('\n', '\r\n'));
  await t.notThrowsAsync(assertDamaged(lines.join(''), 4));
});
