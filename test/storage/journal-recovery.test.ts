/**
 * What opening makes of a journal that a crash, a bad disk or an editor left behind.
 */

import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { UserId } from '../../protocol/id.js';
import { encodeRecord } from '../../storage/journal-record.js';
import type { TornTail } from '../../storage/journal-recovery.js';
import { JOURNAL_FILE, openJournalStore } from '../../storage/journal-store.js';
import { StoreError, type StoreErrorCode } from '../../storage/store.js';
import { changes, effects, id } from './changes.js';
import { modelAfter, stateOf, stateOfModel } from './model.js';
import { temporaryDirectory } from './temporary-directory.js';

const HEADER = 'im-journal 1\n';
const IDS: readonly UserId[] = ['alice', 'bob', 'carol', 'dave', 'late'].map(id);

/** Three groups; only the last is not known to be durable. */
const GROUPS = [
  ['REG alice', 'REG bob', 'REG carol'],
  ['ADD alice bob', 'ADD alice carol', 'ADD bob alice'],
  ['REG dave', 'DEL alice bob', 'ADD dave alice'],
];
const REQUESTS = GROUPS.flat();
const LINES = [HEADER, ...linesOf(GROUPS)];
const JOURNAL = Buffer.from(LINES.join(''));

/** The lines before the last group: a record after them knows them to be durable. */
const DURABLE = LINES.slice(0, 7);
const DURABLE_BYTES = DURABLE.join('').length;

/** The lines that groups of requests, all of them effective, leave in a journal. */
function linesOf(groups: readonly (readonly string[])[]): string[] {
  let durable = 0;
  return groups.flatMap((group) => {
    const before = durable;
    durable += group.length;
    return effects(...group).map((change, index) =>
      encodeRecord({ sequence: before + 1 + index, durable: before, change }),
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

async function directoryWith(t: ExecutionContext, bytes: Buffer | string): Promise<string> {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, JOURNAL_FILE), bytes);
  return directory;
}

/**
 * Opens a journal of which so many lines, the header counted, are good. The rest must be kept aside
 * and cut off, the good lines be the state, and what is committed then be there when the store is
 * opened again.
 */
async function assertCut(t: ExecutionContext, bytes: Buffer, goodLines: number): Promise<void> {
  const directory = await directoryWith(t, bytes);
  const path = join(directory, JOURNAL_FILE);
  const model = modelAfter(changes(...REQUESTS.slice(0, goodLines - 1)));
  const goodBytes = startOf(goodLines + 1);
  const cutOff = bytes.subarray(goodBytes);
  const keptIn = `${path}.${goodBytes}.broken`;
  const tails: TornTail[] = [];

  const store = await openJournalStore(directory, { onTornTail: (tail) => tails.push(tail) });
  try {
    assert.deepEqual(await stateOf(store, IDS), stateOfModel(model, IDS));
    assert.deepEqual(await readFile(path), bytes.subarray(0, goodBytes));
    assert.deepEqual(tails, cutOff.length === 0 ? [] : [{ bytes: cutOff.length, keptIn }]);
    if (cutOff.length > 0) assert.deepEqual(await readFile(keptIn), cutOff);
    assert.deepEqual(await store.commit(changes('REG late')), [200]);
  } finally {
    await store.close();
  }

  const again = await openJournalStore(directory, { onTornTail: () => assert.fail('cut a second time') });
  try {
    model.set(id('late'), []);
    assert.deepEqual(await stateOf(again, IDS), stateOfModel(model, IDS));
  } finally {
    await again.close();
  }
}

/** Opening must fail, and must leave all as it is. */
async function assertRefused(
  t: ExecutionContext,
  bytes: Buffer | string,
  code: StoreErrorCode,
  reason: string,
): Promise<void> {
  const directory = await directoryWith(t, bytes);
  const path = join(directory, JOURNAL_FILE);
  await assert.rejects(openJournalStore(directory), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${path} ${reason}`), error.message);
    return true;
  });
  assert.deepEqual(await readFile(path), Buffer.from(bytes));
  assert.deepEqual(await readdir(directory), [JOURNAL_FILE]);
}

/** Opening must fail, and must name the file, the line, and the byte where that line begins. */
function assertDamaged(t: ExecutionContext, bytes: Buffer | string, line: number): Promise<void> {
  return assertRefused(t, bytes, 'store.corrupt', `is damaged at line ${line}, byte ${startOf(line)}:`);
}

test('a last group that was cut anywhere is good up to its last whole line', async (t) => {
  for (let length = DURABLE_BYTES; length <= JOURNAL.length; length++) {
    const bytes = JOURNAL.subarray(0, length);
    await t.notThrowsAsync(assertCut(t, bytes, lineAt(length) - 1), `cut at byte ${length}`);
  }
});

test('an only group that was cut anywhere is good up to its last whole line', async (t) => {
  for (let length = HEADER.length; length <= startOf(5); length++) {
    const bytes = JOURNAL.subarray(0, length);
    await t.notThrowsAsync(assertCut(t, bytes, lineAt(length) - 1), `cut at byte ${length}`);
  }
});

// Pages reach the disk in any order: what a crash leaves of a group may have holes.
test('a bad byte in the last group cuts from its line on, whatever good lines follow', async (t) => {
  for (let at = DURABLE_BYTES; at < JOURNAL.length; at++) {
    for (const value of [0, (JOURNAL[at] as number) ^ 1]) {
      const bytes = changed(JOURNAL, at, value);
      await t.notThrowsAsync(assertCut(t, bytes, lineAt(at) - 1), `byte ${at} is ${value}`);
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
    await t.notThrowsAsync(assertCut(t, bytes, lineAt(from) - 1), `a hole from ${from} to ${to}`);
  }
});

test('a torn end longer than one read is kept whole', async (t) => {
  const bytes = Buffer.concat([JOURNAL, Buffer.alloc(2_500_000, 'x'), Buffer.from('\n'), JOURNAL]);
  await t.notThrowsAsync(assertCut(t, bytes, LINES.length));
});

test('what was cut off is kept for its owner alone', async (t) => {
  const directory = await directoryWith(t, JOURNAL.subarray(0, -1));
  const tails: TornTail[] = [];
  const store = await openJournalStore(directory, { onTornTail: (tail) => tails.push(tail) });
  await store.close();
  t.is(tails.length, 1);
  t.is((await stat((tails[0] as TornTail).keptIn)).mode & 0o777, 0o600);
});

test('a bad byte before the last durable point is damage: nothing is opened, nothing is altered', async (t) => {
  for (let at = HEADER.length; at < DURABLE_BYTES; at++) {
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(t, bytes, lineAt(at)), `byte ${at}`);
  }
});

test('any other byte in its place, or none, is damage as well', async (t) => {
  const anyPlace = fc.integer({ min: HEADER.length, max: DURABLE_BYTES - 1 });
  const anyByte = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined });
  const property = fc.asyncProperty(anyPlace, anyByte, async (at, value) => {
    fc.pre(value !== JOURNAL[at]);
    const without = Buffer.concat([JOURNAL.subarray(0, at), JOURNAL.subarray(at + 1)]);
    await assertDamaged(t, value === undefined ? without : changed(JOURNAL, at, value), lineAt(at));
  });
  await t.notThrowsAsync(fc.assert(property));
});

test('a hole before the last durable point is damage', async (t) => {
  const bytes = Buffer.from(JOURNAL).fill(0, startOf(3) + 2, startOf(5) + 2);
  await t.notThrowsAsync(assertDamaged(t, bytes, 3));
});

test('damage is found even where the end is torn, too', async (t) => {
  const bytes = changed(JOURNAL, startOf(4), 0).subarray(0, -1);
  await t.notThrowsAsync(assertDamaged(t, bytes, 4));
});

test('records out of their order are damage where a later one knows them to be durable', async (t) => {
  const [header, first, second, third, ...rest] = LINES as [string, string, string, string, ...string[]];
  const swapped = [header, first, third, second, ...rest];
  await t.notThrowsAsync(assertDamaged(t, swapped.join(''), 3), 'two are swapped');
  const missing = [header, first, third, ...rest];
  await t.notThrowsAsync(assertDamaged(t, missing.join(''), 3), 'one is missing');
  const repeated = [header, first, second, second, third, ...rest];
  await t.notThrowsAsync(assertDamaged(t, repeated.join(''), 4), 'one is repeated');
  const headless = [header, second, third, ...rest];
  await t.notThrowsAsync(assertDamaged(t, headless.join(''), 2), 'the first is missing');
});

test('records out of their order at the end are torn', async (t) => {
  const [first, second, third] = LINES.slice(7) as [string, string, string];
  const swapped = Buffer.from([...DURABLE, first, third, second].join(''));
  await t.notThrowsAsync(assertCut(t, swapped, 8), 'two are swapped');
  const repeated = Buffer.from([...DURABLE, first, first, second, third].join(''));
  await t.notThrowsAsync(assertCut(t, repeated, 8), 'one is repeated');
});

test('a record that knows itself, or what never was, to be durable is damage', async (t) => {
  for (const durable of [10, 11, 1000]) {
    const bytes = `${JOURNAL}${sealed(`10 ${durable} REG late`)}`;
    await t.notThrowsAsync(assertDamaged(t, bytes, 11), `${durable} is durable`);
  }
});

test('a record that changes nothing follows none: it is torn, or damage where one knows it', async (t) => {
  for (const request of ['REG alice', 'ADD alice bob', 'ADD nobody bob', 'DEL bob carol', 'ADD bob bob']) {
    const lines = [...DURABLE, sealed(`7 6 ${request}`)];
    await t.notThrowsAsync(assertCut(t, Buffer.from(lines.join('')), 7), request);
    lines.push(sealed('8 7 REG dave'));
    await t.notThrowsAsync(assertDamaged(t, lines.join(''), 8), request);
  }
});

test('a line beyond the limit is no record, whatever it says and however long it is', async (t) => {
  const padded = sealed(`7 6 REG${' '.repeat(300)}dave`);
  for (const long of [padded, `${'x'.repeat(3_000_000)}\n`]) {
    const lines = [...DURABLE, long];
    await t.notThrowsAsync(assertCut(t, Buffer.from(lines.join('')), 7));
    lines.push(sealed('8 7 REG late'));
    await t.notThrowsAsync(assertDamaged(t, lines.join(''), 8));
  }
});

test('a journal of a newer format is refused by the format’s name', async (t) => {
  for (const format of ['im-journal 2', 'im-journal 10']) {
    const reason = `was written by a newer im-server (its format is '${format}')`;
    await t.notThrowsAsync(assertRefused(t, `${format}\n`, 'store.unusable', reason));
    await t.notThrowsAsync(assertRefused(t, `${format}\nREG alice\n`, 'store.unusable', reason));
  }
});

test('a file that is no journal is refused, an empty one too', async (t) => {
  const records = LINES.slice(1).join('');
  const binary = Buffer.alloc(2_500_000, 0xff);
  const foreign = ['', '\n', 'alice\nbob\n', 'im-journal 1', 'im-journal\n', `\n${HEADER}`, ` ${HEADER}`];
  for (const bytes of [...foreign, records, binary]) {
    await t.notThrowsAsync(assertRefused(t, bytes, 'store.corrupt', 'is no journal'));
  }
});

test('records that were ended with CR LF are refused even where none is known durable', async (t) => {
  const bytes = HEADER + JOURNAL.subarray(HEADER.length).toString('latin1').replaceAll('\n', '\r\n');
  await t.notThrowsAsync(
    assertRefused(t, bytes, 'store.corrupt', 'is damaged at line 2, byte 13: lines were ended with CR LF'),
  );
});

test('a journal that was saved with CR LF is refused, not emptied', async (t) => {
  const bytes = JOURNAL.toString('latin1').replaceAll('\n', '\r\n');
  await t.notThrowsAsync(assertRefused(t, bytes, 'store.corrupt', 'is no journal'));
});

test('one line that was ended with CR LF before the last durable point is damage', async (t) => {
  const lines = LINES.with(3, (LINES[3] as string).replace('\n', '\r\n'));
  await t.notThrowsAsync(assertDamaged(t, lines.join(''), 4));
});
