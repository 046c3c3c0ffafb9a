/**
 * The log of a directory: the changes of all servers, in the order in which they were committed.
 *
 * A server reads the log with or without the lock of the head. With the lock, no other server can add a row
 * until the transaction ends. Without the lock, other servers may add rows after the read.
 */

import { MAX_RECORD_BYTES, parseRecord, writeRecord } from '../format/journal-record.js';
import type { EffectiveChange } from '../tables/user-table.js';
import type { Connection } from './connection.js';
import { LOCK_TIMEOUT_MS } from './connection.js';

/** The maximum number of rows that are read at a time. */
const MAX_ROWS = 64;

const LF = 0x0a;

/** A group of changes, as a row of the log. */
export interface LogRow {
  /** The number of the last change in the group. */
  readonly seq: number;
  /** How many changes the group has. */
  readonly size: number;
  readonly server: string;
  readonly group: number;
  /** The changes as lines of a journal; empty in the row that the server knows already. */
  readonly changes: string;
}

export interface Head {
  readonly format: number;
  readonly cluster: string;
  readonly seq: number;
  readonly users: number;
  /** Whether commits wait for a synchronous standby. */
  readonly hasStandby: boolean;
}

export interface LogPart {
  readonly head: Head;
  /** The row of the last change that the server knows, if the log still has this row, and the next rows. */
  readonly rows: readonly LogRow[];
  /** The number of the first change in the log, minus 1; `undefined` when the log is empty. */
  readonly start: number | undefined;
}

// The library returns 64-bit integers as strings, so the queries convert them to double precision. This is
// exact for all numbers of the log.
const HEAD = `select format, cluster, seq::float8 as seq, users,
  current_setting('synchronous_standby_names') <> '' as "hasStandby" from im_head`;

const START = {
  name: 'im-start',
  text: 'select (seq - size)::float8 as start from im_log order by seq limit 1',
};

const ROWS = {
  name: 'im-rows',
  text: `select seq::float8 as seq, size, server, grp::float8 as "group",
    case when seq > $1 then changes else '' end as changes
    from im_log where seq >= $1 order by seq limit ${MAX_ROWS}`,
};

/** Reads the head, and the log from change `known` on. */
export function readLog(connection: Connection, known: number): Promise<LogPart> {
  return read(connection, { name: 'im-head', text: HEAD }, known);
}

/** Begins a transaction, waits for the lock of the head, and then reads like {@link readLog}. */
export function lockLog(connection: Connection, known: number): Promise<LogPart> {
  // In this isolation level, the queries after the wait for the lock see what other servers committed during
  // the wait.
  const begun = connection.query('begin isolation level read committed');
  const part = read(connection, { name: 'im-lock', text: `${HEAD} for update` }, known);
  return Promise.all([part, begun]).then(([locked]) => locked);
}

function read(
  connection: Connection,
  headQuery: { readonly name: string; readonly text: string },
  known: number,
): Promise<LogPart> {
  return connection.within(LOCK_TIMEOUT_MS, async () => {
    // Read the start last. If another server trims the log between these queries, rows may be missing from
    // the second answer; the start then shows that they were trimmed.
    const [{ rows: heads }, { rows }, { rows: starts }] = await Promise.all([
      connection.query<Head>(headQuery),
      connection.query<LogRow>(ROWS, [known]),
      connection.query<{ start: number }>(START),
    ]);
    const [head] = heads;
    if (head === undefined) throw new Error('the directory has no head');
    return { head, rows, start: starts[0]?.start };
  });
}

/** The columns for a query of whole rows, with the types of {@link LogRow}. */
export const LOG_COLUMNS = 'seq::float8 as seq, size, server, grp::float8 as "group", changes';

/** Encodes changes as lines of a journal, numbered from `seq` + 1. */
export function encodeChanges(seq: number, changes: readonly EffectiveChange[]): string {
  const buffer = Buffer.allocUnsafe(changes.length * (MAX_RECORD_BYTES + 1));
  let end = 0;
  for (const [index, change] of changes.entries()) {
    end = writeRecord(buffer, end, { sequence: seq + 1 + index, durable: seq, change });
  }
  return buffer.toString('latin1', 0, end);
}

/**
 * Decodes the changes of a row.
 *
 * @returns `undefined` when the row is damaged.
 */
export function decodeChanges({ seq, size, changes }: LogRow): readonly EffectiveChange[] | undefined {
  const bytes = Buffer.from(changes, 'latin1');
  const decoded: EffectiveChange[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start);
    const record = end === -1 ? undefined : parseRecord(bytes, start, end);
    if (record?.sequence !== seq - size + 1 + decoded.length) return undefined;
    decoded.push(record.change);
    start = end + 1;
  }
  return decoded.length === size ? decoded : undefined;
}
