/**
 * Reads a whole directory without opening it as a store. Servers may use the directory at the same time.
 */

import type { UserTable } from '../tables/user-table.js';
import { type Ask, inSnapshot, load } from './load.js';
import { decodeChanges, LOG_COLUMNS, type LogRow } from './log.js';
import { corrupt } from './replica.js';
import { withDirectory } from './schema.js';

/** The maximum number of rows of the log that are read at a time. */
const FETCH_ROWS = 1_000;

export interface ReadDirectory {
  readonly table: UserTable;
  /** The number of the last change. */
  readonly last: number;
  /** The number of the first change in the log. When the log is empty, the number after the last change. */
  readonly first: number;
}

/**
 * Reads a directory, and checks every row of it.
 *
 * @throws StoreError `store.unusable`, `store.outdated` or `store.corrupt`.
 */
export function readDirectory(url: string): Promise<ReadDirectory> {
  return withDirectory(url, 'use', (connection) =>
    inSnapshot(connection, async (ask) => {
      const { table, seq } = await load(ask);
      return { table, last: seq, first: await checkLog(ask, seq) };
    }),
  );
}

/** Checks the whole log. Returns the number of its first change. */
async function checkLog(ask: Ask, last: number): Promise<number> {
  let first: number | undefined;
  let next: number | undefined;
  await ask(`declare im_rows no scroll cursor for select ${LOG_COLUMNS} from im_log order by seq`);
  for (let more = true; more; ) {
    const rows = await ask<LogRow>(`fetch ${FETCH_ROWS} from im_rows`);
    for (const row of rows) {
      const start = row.seq - row.size + 1;
      first ??= start;
      if (start !== (next ?? start) || decodeChanges(row) === undefined) {
        throw corrupt(`its log is damaged between changes ${start - 1} and ${row.seq}`);
      }
      next = row.seq + 1;
    }
    more = rows.length > 0;
  }
  if (next !== undefined && next !== last + 1) throw corrupt(`its log continues after change ${last}`);
  return first ?? last + 1;
}
