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
/** Lines, the header counted, that a later record knows to be durable. */
const DURABLE_LINES = 1 + 6;
const DURABLE_BYTES = LINES.slice(0, DURABLE_LINES).join('').length;

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

/** The number, from 1, of the line that holds a byte, and where that line begins. */
function lineAt(offset: number): { line: number; start: number } {
  const before = JOURNAL.subarray(0, offset).toString('latin1');
  return { line: before.split('\n').length, start: before.lastIndexOf('\n') + 1 };
}

async function directoryWith(t: ExecutionContext, bytes: Buffer | string): Promise<string> {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, JOURNAL_FILE), bytes);
  return directory;
}

/**
 * Opens a journal of which only so many lines are good. The rest must be kept aside and cut off, the
 * good lines be the state, and what is committed then be there when the store is opened again.
 */
async function assertCut(
  t: ExecutionContext,
  bytes: Buffer,
  goodLines: number,
  goodBytes: number,
): Promise<void> {
  const directory = await directoryWith(t, bytes);
  const path = join(directory, JOURNAL_FILE);
  const tails: TornTail[] = [];
  const onTornTail = (tail: TornTail) => tails.push(tail);
  const model = modelAfter(changes(...REQUESTS.slice(0, goodLines - 1)));

  const store = await openJournalStore(directory, { onTornTail });
  try {
    assert.deepEqual(await stateOf(store, IDS), stateOfModel(model, IDS));
    assert.deepEqual(await readFile(path), bytes.subarray(0, goodBytes));
    const cutOff = bytes.subarray(goodBytes);
    if (cutOff.length === 0) {
      assert.deepEqual(tails, []);
    } else {
      const [tail] = tails as [TornTail];
      assert.deepEqual(await readFile(tail.keptIn), cutOff);
      assert.deepEqual(tails, [{ bytes: cutOff.length, keptIn: `${path}.${goodBytes}.broken` }]);
    }
    assert.deepEqual(await store.commit(changes('REG late', 'ADD alice late')), [200, 200]);
  } finally {
    await store.close();
  }

  const again = await openJournalStore(directory, { onTornTail: () => assert.fail('cut a second time') });
  try {
    model.set(id('late'), []);
    model.get(id('alice'))?.push(id('late'));
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
  reason: (path: string) => string,
): Promise<void> {
  const directory = await directoryWith(t, bytes);
  const path = join(directory, JOURNAL_FILE);
  await assert.rejects(openJournalStore(directory), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, code);
    assert.ok(error.message.includes(reason(path)), error.message);
    return true;
  });
  assert.deepEqual(await readFile(path), Buffer.from(bytes));
  assert.deepEqual(await readdir(directory), [JOURNAL_FILE]);
}

function assertDamaged(
  t: ExecutionContext,
  bytes: Buffer | string,
  line: number,
  byte: number,
): Promise<void> {
  return assertRefused(
    t,
    bytes,
    'store.corrupt',
    (path) => `${path} is damaged at line ${line}, byte ${byte}:`,
  );
}

function startOf(line: number): number {
  return LINES.slice(0, line - 1).join('').length;
}

test('a last group that was cut anywhere is good up to its last whole line', async (t) => {
  for (let length = DURABLE_BYTES; length <= JOURNAL.length; length++) {
    const bytes = JOURNAL.subarray(0, length);
    const goodLines = bytes.toString('latin1').split('\n').length - 1;
    await t.notThrowsAsync(assertCut(t, bytes, goodLines, startOf(goodLines + 1)), `cut at byte ${length}`);
  }
});

test('a journal of one group that was cut anywhere after the header is good up to its last whole line', async (t) => {
  const whole = Buffer.from(LINES.slice(0, 4).join(''));
  for (let length = HEADER.length; length <= whole.length; length++) {
    const bytes = whole.subarray(0, length);
    const goodLines = bytes.toString('latin1').split('\n').length - 1;
    await t.notThrowsAsync(assertCut(t, bytes, goodLines, startOf(goodLines + 1)), `cut at byte ${length}`);
  }
});

test('a bad byte in the last group cuts from its line on, whatever good lines follow', async (t) => {
  for (let at = DURABLE_BYTES; at < JOURNAL.length; at++) {
    const { line, start } = lineAt(at);
    for (const value of [0, (JOURNAL[at] as number) ^ 1]) {
      const bytes = changed(JOURNAL, at, value);
      await t.notThrowsAsync(assertCut(t, bytes, line - 1, start), `byte ${at} is ${value}`);
    }
  }
});

test('pages of the last group that never reached the disk cut from the first of them on', async (t) => {
  const first = DURABLE_BYTES;
  for (const [from, to] of [
    [first, first + 5],
    [first + 5, startOf(9) + 5],
    [startOf(9), startOf(10)],
    [first, JOURNAL.length],
  ] as const) {
    const bytes = Buffer.from(JOURNAL).fill(0, from, to);
    const { line, start } = lineAt(from);
    await t.notThrowsAsync(assertCut(t, bytes, line - 1, start), `bytes ${from} to ${to} are 0`);
  }
});

test('a torn end longer than one read is kept whole', async (t) => {
  const bytes = Buffer.concat([JOURNAL, Buffer.alloc(2_500_000, 'x'), Buffer.from('\n'), JOURNAL]);
  await t.notThrowsAsync(assertCut(t, bytes, LINES.length, JOURNAL.length));
});

test('what was cut off is kept for its owner alone', async (t) => {
  const directory = await directoryWith(t, JOURNAL.subarray(0, -1));
  const tails: TornTail[] = [];
  const store = await openJournalStore(directory, { onTornTail: (tail) => tails.push(tail) });
  await store.close();
  t.is(tails.length, 1);
  t.is((await stat((tails[0] as TornTail).keptIn)).mode & 0o777, 0o600);
});

test('any bad byte before the last durable point is damage: nothing is opened, nothing is altered', async (t) => {
  for (let at = HEADER.length; at < DURABLE_BYTES; at++) {
    const { line, start } = lineAt(at);
    const bytes = changed(JOURNAL, at, (JOURNAL[at] as number) ^ 1);
    await t.notThrowsAsync(assertDamaged(t, bytes, line, start), `byte ${at}`);
  }
});

test('any other byte there, or none, is damage as well', async (t) => {
  const anyPlace = fc.integer({ min: HEADER.length, max: DURABLE_BYTES - 1 });
  const property = fc.asyncProperty(anyPlace, fc.integer({ min: -1, max: 255 }), async (at, value) => {
    fc.pre(value !== JOURNAL[at]);
    const bytes =
      value === -1
        ? Buffer.concat([JOURNAL.subarray(0, at), JOURNAL.subarray(at + 1)])
        : changed(JOURNAL, at, value);
    const { line, start } = lineAt(at);
    await assertDamaged(t, bytes, line, start);
  });
  await t.notThrowsAsync(fc.assert(property));
});

test('a whole range of zeros before the last durable point is damage', async (t) => {
  const bytes = Buffer.from(JOURNAL).fill(0, startOf(3) + 2, startOf(5) + 2);
  await t.notThrowsAsync(assertDamaged(t, bytes, 3, startOf(3)));
});

test('damage is found even where the end is torn, too', async (t) => {
  const bytes = changed(JOURNAL, startOf(4), 0).subarray(0, -1);
  await t.notThrowsAsync(assertDamaged(t, bytes, 4, startOf(4)));
});

test('records out of their order are damage while a later one knows them to be durable', async (t) => {
  const [first, second, third, ...rest] = LINES.slice(1) as [string, string, string, ...string[]];
  const swapped = [HEADER, first, third, second, ...rest].join('');
  await t.notThrowsAsync(assertDamaged(t, swapped, 3, startOf(3)), 'two are swapped');
  const missing = [HEADER, first, third, ...rest].join('');
  await t.notThrowsAsync(assertDamaged(t, missing, 3, startOf(3)), 'one is missing');
  const repeated = [HEADER, first, second, second, third, ...rest].join('');
  await t.notThrowsAsync(assertDamaged(t, repeated, 4, startOf(4)), 'one is repeated');
  const headless = [HEADER, second, third, ...rest].join('');
  await t.notThrowsAsync(assertDamaged(t, headless, 2, startOf(2)), 'the first is missing');
});

test('records out of their order at the end are torn', async (t) => {
  const good = LINES.slice(0, DURABLE_LINES);
  const [first, second, third] = LINES.slice(DURABLE_LINES) as [string, string, string];
  const swapped = Buffer.from([...good, first, third, second].join(''));
  await t.notThrowsAsync(assertCut(t, swapped, 8, startOf(9)), 'two are swapped');
  const repeated = Buffer.from([...good, first, first, second, third].join(''));
  await t.notThrowsAsync(assertCut(t, repeated, 8, startOf(9)), 'one is repeated');
});

test('a record that knows itself, or what never was, to be durable is damage', async (t) => {
  const start = JOURNAL.length;
  for (const durable of [10, 11, 1000]) {
    const bytes = `${JOURNAL}${sealed(`10 ${durable} REG late`)}`;
    await t.notThrowsAsync(assertDamaged(t, bytes, 11, start), `${durable} is durable`);
  }
});

test('a record that changes nothing cannot follow: it is damage where a later one knows it to be durable', async (t) => {
  for (const without of ['REG alice', 'ADD alice bob', 'ADD nobody bob', 'DEL bob carol', 'ADD bob bob']) {
    const lines = [...LINES.slice(0, DURABLE_LINES), sealed(`7 6 ${without}`)];
    const bytes = Buffer.from(lines.join(''));
    await t.notThrowsAsync(assertCut(t, bytes, DURABLE_LINES, DURABLE_BYTES), without);
    const known = `${bytes}${sealed('8 7 REG dave')}`;
    await t.notThrowsAsync(assertDamaged(t, known, DURABLE_LINES + 1, DURABLE_BYTES), without);
  }
});

test('a line beyond the limit is no record, whatever it says and however long it is', async (t) => {
  const padded = sealed(`7 6 REG${' '.repeat(300)}dave`);
  for (const long of [padded, `${'x'.repeat(3_000_000)}\n`]) {
    const good = LINES.slice(0, DURABLE_LINES);
    const torn = Buffer.from([...good, long].join(''));
    await t.notThrowsAsync(assertCut(t, torn, DURABLE_LINES, DURABLE_BYTES));
    const known = [...good, long, sealed('8 7 REG late')].join('');
    await t.notThrowsAsync(assertDamaged(t, known, DURABLE_LINES + 1, DURABLE_BYTES));
  }
});

test('a journal of a newer format is refused by the format’s name', async (t) => {
  for (const format of ['im-journal 2', 'im-journal 10']) {
    const reason = (path: string) => `${path} was written by a newer im-server (its format is '${format}')`;
    await t.notThrowsAsync(assertRefused(t, `${format}\n`, 'store.unusable', reason));
    await t.notThrowsAsync(assertRefused(t, `${format}\nREG alice\n`, 'store.unusable', reason));
  }
});

test('a file that is no journal is refused, an empty one too', async (t) => {
  const records = LINES.slice(1).join('');
  const binary = Buffer.alloc(2_500_000, 0xff);
  const foreign = ['', '\n', 'alice\nbob\n', 'im-journal 1', 'im-journal\n', `\n${HEADER}`, ` ${HEADER}`];
  for (const bytes of [...foreign, records, binary]) {
    await t.notThrowsAsync(assertRefused(t, bytes, 'store.corrupt', (path) => `${path} is no journal`));
  }
});

test('a journal that was saved with CR LF is refused, not emptied', async (t) => {
  const bytes = JOURNAL.toString('latin1').replaceAll('\n', '\r\n');
  await t.notThrowsAsync(assertRefused(t, bytes, 'store.corrupt', (path) => `${path} is no journal`));
});

test('one line that was ended with CR LF before the last durable point is damage', async (t) => {
  const lines = LINES.with(3, (LINES[3] as string).replace('\n', '\r\n'));
  await t.notThrowsAsync(assertDamaged(t, lines.join(''), 4, startOf(4)));
});
