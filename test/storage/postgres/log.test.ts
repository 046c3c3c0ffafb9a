import test from 'ava';
import fc from 'fast-check';
import { decodeChanges, encodeChanges, type LogRow } from '../../../storage/postgres/log.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { anyBatches, effects } from '../changes.js';

const [SERVER, SIZE] = ['d0c6e5a0-0000-4000-8000-000000000000', 2];
const CHANGES = encodeChanges(7, effects('REG alice', 'REG bob'));
const ROW: LogRow = { seq: 9, size: SIZE, server: SERVER, group: 1, changes: CHANGES };

test('the changes of a row are lines of a journal', (t) => {
  t.is(CHANGES.replaceAll(/ [0-9a-f]{8}$/gm, ''), '8 7 REG alice\n9 7 REG bob\n');
});

test('any effects can be encoded and decoded', (t) => {
  const property = fc.property(anyBatches, fc.nat(), (batches, seq) => {
    const table = new UserTable();
    const made = batches.flat().flatMap((change) => table.apply(change).effect ?? []);
    const row = { ...ROW, seq: seq + made.length, size: made.length, changes: encodeChanges(seq, made) };
    t.deepEqual(decodeChanges(row), made);
  });
  t.notThrows(() => fc.assert(property));
});

const DAMAGED: Readonly<Record<string, Partial<LogRow>>> = {
  'a number that does not match its changes': { seq: 10 },
  'more changes than its size': { size: 1 },
  'fewer changes than its size': { size: 3, seq: 10 },
  'a changed letter': { changes: CHANGES.replace('bob', 'rob') },
  'no end of the last line': { changes: CHANGES.trimEnd() },
  'no changes': { changes: '' },
};

for (const [what, difference] of Object.entries(DAMAGED)) {
  test(`a row with ${what} is damaged`, (t) => {
    t.deepEqual(decodeChanges(ROW), effects('REG alice', 'REG bob'));
    t.is(decodeChanges({ ...ROW, ...difference }), undefined);
  });
}
