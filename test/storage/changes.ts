/**
 * Changes for tests: written as a client sends them, or any at all.
 */

import fc from 'fast-check';
import { parseId, type UserId } from '../../protocol/id.js';
import { type Change, parseRequest } from '../../protocol/request.js';
import { type JournalRecord, MAX_RECORD_BYTES, writeRecord } from '../../storage/format/journal-record.js';
import type { EffectiveChange } from '../../storage/tables/user-table.js';

/** An id that is known to be one. */
export function id(token: string): UserId {
  const parsed = parseId(token);
  if (parsed === undefined) throw new Error(`no id: ${token}`);
  return parsed;
}

/** Reads request lines, such as `ADD alice bob`; a buddy may be missing or malformed. */
export function changes(...lines: readonly string[]): Change[] {
  return lines.map((line) => {
    const change = parseRequest(Buffer.from(line));
    if (change === undefined) throw new Error(`no change: ${line}`);
    return change;
  });
}

/** Reads request lines of which none lacks its buddy: whether they change anything is not checked. */
export function effects(...lines: readonly string[]): EffectiveChange[] {
  return changes(...lines) as EffectiveChange[];
}

/** Few ids, so that random changes meet; two of them are names that every object knows. */
export const KNOWN_IDS = ['a', 'b', 'c', '__proto__', 'constructor'].map(id);

// Says what differed, not only which input made it differ.
fc.configureGlobal({ includeErrorInReport: true });

const anyId = fc.constantFrom(...KNOWN_IDS);

/** Any change among {@link KNOWN_IDS}, and now and then one without a buddy. */
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

/** Changes in their order, cut into batches, some of them empty. */
export const anyBatches = fc.array(fc.array(anyChange, { maxLength: 8, size: 'max' }), {
  maxLength: 8,
  size: 'max',
});

/** A record as a line of the journal, LF included. */
export function lineOf(record: JournalRecord): string {
  const buffer = Buffer.alloc(MAX_RECORD_BYTES + 1);
  return buffer.toString('latin1', 0, writeRecord(buffer, 0, record));
}
