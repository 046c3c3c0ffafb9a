import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { MAX_ID_LENGTH, type UserId } from '../../../protocol/id.js';
import {
  type JournalRecord,
  MAX_RECORD_BYTES,
  parseRecord as parseRecordAt,
} from '../../../storage/format/journal-record.js';
import type { EffectiveChange } from '../../../storage/tables/user-table.js';
import { anyOperatorChange, device, effects, id, KEYS, KNOWN_DEVICES, lineOf } from '../changes.js';

const anyId = fc.stringMatching(/^[a-z0-9_][a-z0-9_.@+-]{0,63}$/).map(id);

const anyRecord: fc.Arbitrary<JournalRecord> = fc.record(
  {
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    durable: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    change: fc.oneof(
      anyOperatorChange as fc.Arbitrary<EffectiveChange>,
      fc.record(
        { op: fc.constant('REG' as const), id: anyId, device: fc.constantFrom(...KNOWN_DEVICES) },
        { noNullPrototype: true },
      ),
      fc
        .tuple(anyId, fc.constantFrom(...KNOWN_DEVICES))
        .map(([id, { serial, floor }]): EffectiveChange => ({ op: 'LOG', id, serial, floor })),
      fc.record({ op: fc.constant('REG' as const), id: anyId }, { noNullPrototype: true }),
      fc.record(
        { op: fc.constantFrom('ADD' as const, 'DEL' as const), id: anyId, buddy: anyId },
        { noNullPrototype: true },
      ),
    ),
  },
  { noNullPrototype: true },
);

/** The bytes of a record's line, without its LF. */
function bytesOf(record: JournalRecord): Buffer {
  return Buffer.from(lineOf(record).slice(0, -1));
}

/** Parses a line that fills its buffer. */
function parseRecord(line: Buffer): JournalRecord | undefined {
  return parseRecordAt(line, 0, line.length);
}

/** A line with a correct checksum. */
function sealed(body: string): Buffer {
  return Buffer.from(`${body} ${crc32(body).toString(16).padStart(8, '0')}`);
}

function record(sequence: number, durable: number, line: string): JournalRecord {
  return { sequence, durable, change: effects(line)[0] as JournalRecord['change'] };
}

test('a record is a line with two numbers, a change and a checksum of eight digits', (t) => {
  t.is(lineOf(record(1, 0, 'REG alice')), '1 0 REG alice f0e841fe\n');
  t.is(lineOf(record(3, 2, 'ADD alice bob')), '3 2 ADD alice bob c037d4c7\n');
  t.is(lineOf(record(4, 3, 'DEL alice bob')), '4 3 DEL alice bob 65176d5d\n');
  t.is(lineOf(record(66, 0, 'REG alice')), '66 0 REG alice 004077e1\n', 'padded with zeros');
});

test('changes of keys, removed users and bans are encoded and parsed', (t) => {
  const alice = id('alice');
  const atMs = 1_764_463_200_000;
  const cases: readonly (readonly [EffectiveChange, string])[] = [
    [{ op: 'REG', id: alice, device: device(7, 3) }, `REG alice ${KEYS[0]} 7 3`],
    [{ op: 'LOG', id: alice, serial: 9, floor: 4 }, 'LOG alice 9 4'],
    [{ op: 'KEY', id: alice, key: KEYS[1] }, `KEY alice ${KEYS[1]}`],
    [{ op: 'KEY', id: alice, key: undefined }, 'KEY alice -'],
    [{ op: 'REMOVE', id: alice, atMs }, 'REMOVE alice 1764463200000'],
    [{ op: 'RESERVE', id: alice, atMs }, 'RESERVE alice 1764463200000'],
    [{ op: 'FREE', id: alice }, 'FREE alice'],
    [{ op: 'BAN', ban: { kind: 'id', name: alice } }, 'BAN id alice'],
    [{ op: 'BAN', ban: { kind: 'address', name: '::1', untilMs: atMs } }, 'BAN address ::1 1764463200000'],
    [{ op: 'UNBAN', target: { kind: 'address', name: '192.0.2.0/24' } }, 'UNBAN address 192.0.2.0/24'],
  ];
  for (const [change, text] of cases) {
    t.is(lineOf({ sequence: 2, durable: 1, change }), `${sealed(`2 1 ${text}`).toString()}\n`);
    t.deepEqual(parseRecord(sealed(`2 1 ${text}`)), { sequence: 2, durable: 1, change });
  }
});

test('a line with a refused key, a floor above its serial or another wrong field is not a record', (t) => {
  for (const body of [
    `REG a ${'A'.repeat(43)} 7 3`,
    `REG a ${KEYS[0]} 3 7`,
    `REG a ${KEYS[0]} 7`,
    `REG a ${KEYS[0]} 7 3 1`,
    `KEY a ${'A'.repeat(43)}`,
    ...['KEY a', 'KEY a - -', 'KEY - -', 'LOG a 1', 'LOG a 1 2', 'LOG a 2 1 0', 'LOG a 2 01', 'REMOVE a'],
    ...['REMOVE a -1', 'REMOVE a 1 2', 'RESERVE a', 'FREE a b', 'FREE', 'BAN a', 'BAN id A', 'BAN id a x'],
    ...['BAN id a 1 2', 'BAN address a', 'BAN', 'UNBAN id a 1', 'UNBAN id', 'remove a 1'],
  ]) {
    t.is(parseRecord(sealed(`1 0 ${body}`)), undefined, body);
  }
});

test('any record is read back as it was written', (t) => {
  const property = fc.property(anyRecord, (written) => {
    assert.deepEqual(parseRecord(bytesOf(written)), written);
  });
  t.notThrows(() => fc.assert(property));
});

test('any record is read at any offset of a buffer, but only with its exact bounds', (t) => {
  const anyAround = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
  const property = fc.property(anyRecord, anyAround, anyAround, (written, before, after) => {
    const line = bytesOf(written);
    const data = Buffer.concat([before, line, after]);
    const [start, end] = [before.length, before.length + line.length];
    assert.deepEqual(parseRecordAt(data, start, end), written);
    assert.equal(parseRecordAt(data, start, end - 1), undefined);
    assert.equal(parseRecordAt(data, start + 1, end), undefined);
    if (start > 0) assert.equal(parseRecordAt(data, start - 1, end), undefined);
    if (end < data.length) assert.equal(parseRecordAt(data, start, end + 1), undefined);
  });
  t.notThrows(() => fc.assert(property));
});

test('a line that is too long is not a record, even with a correct checksum', (t) => {
  const longest = sealed(`1 0 REG ${'a'.repeat(MAX_ID_LENGTH)}`);
  t.truthy(parseRecord(longest));
  t.is(parseRecord(sealed(`1 0 REG ${'a'.repeat(MAX_ID_LENGTH + 1)}`)), undefined);
  t.is(parseRecord(sealed(`1 0 REG a${' '.repeat(MAX_RECORD_BYTES)}`)), undefined);
});

test('the longest record is within the limit of a line', (t) => {
  const number = Number.MAX_SAFE_INTEGER;
  const longId = 'x'.repeat(MAX_ID_LENGTH) as UserId;
  const longest = bytesOf({
    sequence: number,
    durable: number,
    change: { op: 'ADD', id: longId, buddy: longId },
  });
  t.true(longest.length <= MAX_RECORD_BYTES);
  const keyed: EffectiveChange = { op: 'REG', id: longId, device: device(number, number) };
  t.true(bytesOf({ sequence: number, durable: number, change: keyed }).length <= MAX_RECORD_BYTES);
});

test('a line with one changed byte is never another record', (t) => {
  const property = fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, flip) => {
    const line = bytesOf(written);
    const index = at % line.length;
    line[index] = (line[index] as number) ^ flip;
    const read = parseRecord(line);
    if (read !== undefined) assert.deepEqual(read, written);
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('a line that is cut or has more bytes is not a record', (t) => {
  const line = bytesOf(record(3, 2, 'ADD alice bob'));
  t.truthy(parseRecord(line));
  for (let length = 0; length < line.length; length++) {
    t.is(parseRecord(line.subarray(0, length)), undefined, line.toString('latin1', 0, length));
  }
  for (const more of [' ', '0', '\r', '\n', '\0', ' x']) {
    t.is(parseRecord(Buffer.concat([line, Buffer.from(more)])), undefined, JSON.stringify(more));
  }
});

test('random bytes are not a record, and cause no error', (t) => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 300 }),
    (line) => parseRecord(Buffer.from(line)) === undefined,
  );
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('a line with bytes other than printable ASCII is not a record', (t) => {
  t.truthy(parseRecord(sealed('1 0 REG alice')));
  for (const foreign of ['é', '\0', '\r', '\x7f', '\x1b', '\u2028']) {
    t.is(parseRecord(sealed(`1 0 REG al${foreign}ce`)), undefined, JSON.stringify(foreign));
    t.is(parseRecord(sealed(`1 0 REG alice${foreign}`)), undefined, JSON.stringify(foreign));
  }
});

test('a line without a valid change is not a record, even with a correct checksum', (t) => {
  const bodies = ['', '1', '1 0', '1 0 REG', '1 0 REG a b', '1 0 ADD a', '1 0 ADD a b c', '1 0 reg a'];
  for (const body of [...bodies, '1 0 SET a', '1 0 DEL a', '1 0 ADD a $', '1 0 REG -a', 'REG a', '1 REG a']) {
    t.is(parseRecord(sealed(body)), undefined, body);
  }
});

test('a record has exactly one encoding', (t) => {
  const spaced = ['1  0 REG a', ' 1 0 REG a', '1 0 REG a ', '1\t0 REG a', '1 0 REG\ta'];
  const numbered = ['01 0 REG a', '1 00 REG a', '+1 0 REG a', '0x1 0 REG a', '1e0 0 REG a', '1.0 0 REG a'];
  const unnumbered = ['x 0 REG a', 'NaN 0 REG a', '1 Infinity REG a', '1 -1 REG a', '1 0.5 REG a'];
  const upperCase = ['1 0 REG A', '1 0 ADD a B'];
  for (const body of [...spaced, ...numbered, ...unnumbered, ...upperCase]) {
    t.is(parseRecord(sealed(body)), undefined, JSON.stringify(body));
  }
});
