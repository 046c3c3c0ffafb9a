/**
 * The copy of the whole directory that one server keeps in memory, and updates from the log.
 */

import { StoreError } from '../store.js';
import type { UserTable } from '../tables/user-table.js';
import { decodeChanges, type Head, type LogPart, type LogRow } from './log.js';
import { checkFormat } from './schema.js';

/** A position in the log. A replica has all changes up to its position. */
export interface Position {
  readonly cluster: string;
  /** The number of the last change. */
  readonly seq: number;
  /** The row with the last change. */
  readonly row: Pick<LogRow, 'server' | 'group'> | undefined;
}

/**
 * Checks that a log contains the last change of a position, and returns the rows after this change.
 *
 * @returns `undefined` when this change was trimmed from the log.
 * @throws StoreError `store.diverged` when the log never had this change; `store.outdated` for a format that
 * this version cannot use.
 */
export function rowsAfter(
  { cluster, seq, row }: Position,
  { head, rows, start }: LogPart,
): readonly LogRow[] | undefined {
  checkFormat(head.format);
  if (head.cluster !== cluster) throw diverged('it is another directory');
  if (row === undefined) return start !== undefined && start > seq ? undefined : rows;
  const [first, ...others] = rows;
  if (first?.seq !== seq) {
    if (start !== undefined && start >= seq) return undefined;
    throw diverged(`it does not have change ${seq}`);
  }
  if (first.server !== row.server || first.group !== row.group) {
    throw diverged(`it has another change ${seq}`);
  }
  return others;
}

export class Replica {
  readonly table: UserTable;
  #position: Position;

  constructor(table: UserTable, position: Position) {
    this.table = table;
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  get seq(): number {
    return this.#position.seq;
  }

  /**
   * Applies the rows of a log that come after the last known change.
   *
   * @returns `current` when the replica has reached the head; `behind` when the log has more rows; `trimmed`
   * when the last known change was trimmed from the log.
   * @throws StoreError as {@link rowsAfter}, and `store.corrupt`. Do not use the replica after an error.
   */
  follow(part: LogPart): 'current' | 'behind' | 'trimmed' {
    const rows = rowsAfter(this.#position, part);
    return rows === undefined ? 'trimmed' : this.#apply(part.head, rows);
  }

  /**
   * Checks a replica that was loaded because this one is too old to follow the log. Each user of this replica
   * must have the same number in the loaded one.
   *
   * @throws StoreError `store.diverged`.
   */
  assertContinuedBy(loaded: Replica): void {
    if (!loaded.table.hasNumbersOf(this.table)) throw diverged('it has other users');
  }

  /** Makes the changes applied so far final. `row` is the row of the log that has the last change. */
  commit(row: Pick<LogRow, 'seq' | 'server' | 'group'>): void {
    this.table.commit();
    this.#position = { ...this.#position, seq: row.seq, row };
  }

  #apply(head: Head, rows: readonly LogRow[]): 'current' | 'behind' {
    for (const row of rows) this.#replay(row);
    this.table.endReplay();
    if (this.seq < head.seq) return 'behind';
    if (this.seq === head.seq && this.table.size !== head.users) {
      throw corrupt(
        `after change ${head.seq} it has ${this.table.size} users, but its head says ${head.users}`,
      );
    }
    return 'current';
  }

  #replay(row: LogRow): void {
    const changes = row.seq - row.size === this.seq ? decodeChanges(row) : undefined;
    if (changes?.every((change) => this.table.replay(change)) !== true) {
      throw corrupt(`its log is damaged between changes ${this.seq} and ${row.seq}`);
    }
    this.commit(row);
  }
}

function diverged(what: string): StoreError {
  const message = `the directory in the database is not the one that this server knows: ${what}`;
  return new StoreError('store.diverged', message);
}

/** The error of a directory whose tables contradict each other. */
export function corrupt(what: string): StoreError {
  return new StoreError('store.corrupt', `the directory in the database is damaged: ${what}`);
}
