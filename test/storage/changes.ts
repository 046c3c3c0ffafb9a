/**
 * Changes for tests: parsed from request lines, or arbitrary.
 */

import fc from 'fast-check';
import type { Device } from '../../protocol/device.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { type IdentityKey, parseKey } from '../../protocol/key.js';
import { type Change, isChange, parseRequest } from '../../protocol/request.js';
import { type JournalRecord, MAX_RECORD_BYTES, writeRecord } from '../../storage/format/journal-record.js';
import type { Ban, BanTarget, StoreChange } from '../../storage/store.js';
import type { EffectiveChange } from '../../storage/tables/user-table.js';

/** Parses a valid id. */
export function id(token: string): UserId {
  const parsed = parseId(token);
  if (parsed === undefined) throw new Error(`not a valid id: ${token}`);
  return parsed;
}

/** Reads request lines, such as `ADD alice bob`; a buddy may be missing or malformed. */
export function changes(...lines: readonly string[]): Change[] {
  return lines.map((line) => {
    const change = parseRequest(Buffer.from(line));
    if (change === undefined || !isChange(change)) throw new Error(`not a change: ${line}`);
    return change;
  });
}

/** Reads request lines in which no buddy is missing. Does not check whether the changes have an effect. */
export function effects(...lines: readonly string[]): EffectiveChange[] {
  return changes(...lines) as EffectiveChange[];
}

/** A few ids, so that random changes interact. Two of them are properties of every JavaScript object. */
export const KNOWN_IDS = ['a', 'b', 'c', '__proto__', 'constructor'].map(id);

// Report what differed, not only the input that caused it.
fc.configureGlobal({ includeErrorInReport: true });

const anyId = fc.constantFrom(...KNOWN_IDS);

/** Two keys: those of the first two tests in RFC 8032. */
export const KEYS = [
  '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
].map((text) => parseKey(text) as IdentityKey) as [IdentityKey, IdentityKey];

/** A key that looks like an option of a command. */
export const DASHED_KEY = parseKey('-TO6bciHQtLSUFUrSMXyYOb-FaVtzTqg6bQdHT9n1F8') as IdentityKey;

/** A device with one of {@link KEYS}. */
export function device(serial: number, floor = 0, key: 0 | 1 = 0): Device {
  return { identity: KEYS[key], serial, floor };
}

/** A few devices, so that random devices are often revoked. */
export const KNOWN_DEVICES = [device(1), device(2, 2), device(3), device(3, 1, 1)];

/** A few targets of bans. */
export const KNOWN_BANS: readonly Ban[] = [
  { kind: 'id', name: id('a') },
  { kind: 'id', name: id('a'), untilMs: 1_893_456_000_000 },
  { kind: 'address', name: '192.0.2.7' },
  { kind: 'address', name: '2001:db8::/32', untilMs: 7 },
];

const noNull = { noNullPrototype: true };

const anyDevice = fc.constantFrom(...KNOWN_DEVICES);

/** An arbitrary change without a device, with {@link KNOWN_IDS}, sometimes without a buddy. */
const anyOpenChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('REG' as const), id: anyId }, noNull),
  fc.record(
    {
      op: fc.constantFrom('ADD' as const, 'ADD' as const, 'DEL' as const),
      id: anyId,
      buddy: fc.option(anyId, { nil: undefined, freq: 10 }),
    },
    noNull,
  ),
);

const anyTime = fc.constantFrom(0, 1_764_463_200_000);

/** An arbitrary change by a device. */
const anyKeyedChange: fc.Arbitrary<StoreChange> = fc.oneof(
  fc.record({ op: fc.constant('LOG' as const), id: anyId, device: anyDevice }, noNull),
  fc.record({ op: fc.constant('REM' as const), id: anyId, device: anyDevice, atMs: anyTime }, noNull),
  fc.tuple(anyOpenChange, anyDevice).map(([change, device]) => ({ ...change, device }) as StoreChange),
);

/** An arbitrary change by the operator. */
export const anyOperatorChange: fc.Arbitrary<StoreChange> = fc.oneof(
  fc.record({ op: fc.constant('KEY' as const), id: anyId, key: fc.constantFrom(...KEYS, undefined) }, noNull),
  fc.record({ op: fc.constant('REMOVE' as const), id: anyId, atMs: anyTime }, noNull),
  fc.record({ op: fc.constantFrom('RESERVE' as const), id: anyId, atMs: anyTime }, noNull),
  fc.record({ op: fc.constant('FREE' as const), id: anyId }, noNull),
  fc.record({ op: fc.constant('BAN' as const), ban: fc.constantFrom(...KNOWN_BANS) }, noNull),
  fc.constantFrom(...KNOWN_BANS).map((ban): StoreChange => ({ op: 'UNBAN', target: targetOf(ban) })),
);

/** The target of a ban. */
export function targetOf({ kind, name }: Ban): BanTarget {
  return { kind, name } as BanTarget;
}

/** An arbitrary change with {@link KNOWN_IDS}. */
export const anyChange: fc.Arbitrary<StoreChange> = fc.oneof(
  { weight: 6, arbitrary: anyOpenChange },
  { weight: 3, arbitrary: anyKeyedChange },
  { weight: 2, arbitrary: anyOperatorChange },
);

/** A sequence of changes in batches, some of them empty. */
export const anyBatches = fc.array(fc.array(anyChange, { maxLength: 8, size: 'max' }), {
  maxLength: 8,
  size: 'max',
});

/** The journal line of a record, with its LF. */
export function lineOf(record: JournalRecord): string {
  const buffer = Buffer.alloc(MAX_RECORD_BYTES + 1);
  return buffer.toString('latin1', 0, writeRecord(buffer, 0, record));
}
