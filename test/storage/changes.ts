/**
 * Changes for tests: parsed from request lines, or arbitrary.
 */

import fc from 'fast-check';
import { parseId, type UserId } from '../../protocol/id.js';
import { type Change, isChange, parseRequest } from '../../protocol/request.js';
import { type JournalRecord, MAX_RECORD_BYTES, writeRecord } from '../../storage/format/journal-record.js';
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

/** Reads request lines that all have the buddy they need. Does not check whether they have an effect. */
export function effects(...lines: readonly string[]): EffectiveChange[] {
  return changes(...lines) as EffectiveChange[];
}

/** A few ids, so that random changes interact. Two of them are properties of every JavaScript object. */
export const KNOWN_IDS = ['a', 'b', 'c', '__proto__', 'constructor'].map(id);

// Report what differed, not only the input that caused it.
fc.configureGlobal({ includeErrorInReport: true });

const anyId = fc.constantFrom(...KNOWN_IDS);

/** An arbitrary change with {@link KNOWN_IDS}, sometimes without a buddy. */
export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('REG' as const), id: anyId }, { noNullPrototype: true }),
  fc.record(
    {
      op: fc.constantFrom('ADD' as const, 'ADD' as const, 'DEL' as const),
      id: anyId,
      buddy: fc.option(anyId, { nil: undefined, freq: 10 }),
    },
    { noNullPrototype: true },
  ),
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
