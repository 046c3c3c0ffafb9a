import test from 'ava';
import { encodeChanges, type Head, type LogPart, type LogRow } from '../../../storage/postgres/log.js';
import { Replica } from '../../../storage/postgres/replica.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { changes, effects, id } from '../changes.js';

const CLUSTER = 'the directory';
const HEAD: Head = { format: 1, cluster: CLUSTER, seq: 0, users: 0, hasStandby: true };

/** A log by one server, with one row for each group of request lines. */
function logOf(...groups: readonly (readonly string[])[]): LogRow[] {
  let seq = 0;
  return groups.map((lines, index) => {
    const changes = encodeChanges(seq, effects(...lines));
    seq += lines.length;
    return { seq, size: lines.length, server: 'one', group: index + 1, changes };
  });
}

const LOG = logOf(['REG alice', 'REG bob'], ['ADD alice bob'], ['REG carol']);
const FULL = { ...HEAD, seq: 4, users: 3 };

function part(head: Head, rows: readonly LogRow[], start: number | undefined = 0): LogPart {
  return { head, rows, start };
}

/** A replica that has the rows of {@link LOG} up to change `seq`. */
function replicaAt(seq: 0 | 2 | 3): Replica {
  const replica = new Replica(new UserTable(), { cluster: CLUSTER, seq: 0, row: undefined });
  const rows = LOG.filter((row) => row.seq <= seq);
  if (seq > 0) replica.follow(part({ ...HEAD, seq, users: 2 }, rows));
  return replica;
}

test('a replica applies the rows after the row that it knows', (t) => {
  const replica = replicaAt(2);
  t.is(replica.table.numberOf(id('bob')), 1);
  t.is(replica.follow(part(FULL, LOG)), 'current');
  t.is(replica.seq, 4);
  t.deepEqual(replica.table.buddiesOf(id('alice')), [id('bob')]);
  t.is(replica.table.numberOf(id('carol')), 2);
  t.is(replica.follow(part(FULL, LOG.slice(2), 3)), 'current', 'nothing is new');
});

test('a replica that has not received all rows is behind', (t) => {
  const replica = replicaAt(0);
  t.is(replica.follow(part(FULL, LOG.slice(0, 2))), 'behind');
  t.is(replica.seq, 3);
});

test('rows that were added after the head was read are applied too', (t) => {
  const replica = replicaAt(2);
  t.is(replica.follow(part({ ...HEAD, seq: 3, users: 2 }, LOG)), 'current');
  t.is(replica.seq, 4);
});

test('a log that begins after the last known change is trimmed', (t) => {
  t.is(replicaAt(2).follow(part(FULL, LOG.slice(2), 3)), 'trimmed');
  t.is(replicaAt(2).follow(part(FULL, LOG.slice(1), 2)), 'trimmed', 'the row itself is gone');
  t.is(replicaAt(0).follow(part(FULL, LOG.slice(1), 2)), 'trimmed');
});

const DIVERGED: Readonly<Record<string, LogPart>> = {
  'of another directory': part({ ...FULL, cluster: 'another' }, LOG),
  'that ends before the last known change': part({ ...HEAD, seq: 2, users: 2 }, []),
  'without the last known change': part(FULL, LOG.slice(2)),
  'without any row': part(FULL, [], undefined),
  'with a row by another server in place of the last known change': part(
    FULL,
    LOG.map((row) => ({ ...row, server: 'two' })),
  ),
  'with another group in place of the last known change': part(
    FULL,
    LOG.map((row) => ({ ...row, group: row.group + 1 })),
  ),
};

for (const [what, log] of Object.entries(DIVERGED)) {
  test(`a log ${what} has diverged`, (t) => {
    const rows = log.rows.filter(({ seq }) => seq >= 3);
    t.throws(() => replicaAt(3).follow({ ...log, rows }), { code: 'store.diverged' });
  });
}

const [first, second] = LOG as [LogRow, LogRow];
const CORRUPT: Readonly<Record<string, LogPart>> = {
  'that lacks a row': part(FULL, [first, LOG[2] as LogRow]),
  'with a damaged row': part(FULL, [first, { ...second, changes: '' }]),
  'with a change that cannot follow': part(FULL, [
    first,
    { ...second, changes: encodeChanges(2, effects('ADD alice stranger')) },
  ]),
  'with another number of users than the head': part({ ...FULL, users: 4 }, LOG),
};

for (const [what, log] of Object.entries(CORRUPT)) {
  test(`a log ${what} is damaged`, (t) => {
    t.throws(() => replicaAt(2).follow(log), { code: 'store.corrupt' });
  });
}

test('a log of another format is refused', (t) => {
  t.throws(() => replicaAt(2).follow(part({ ...FULL, format: 2 }, LOG)), { code: 'store.outdated' });
});

test('each user must have the same number in a directory that is loaded again', (t) => {
  const loaded = (...lines: readonly string[]) => {
    const table = new UserTable();
    for (const change of changes(...lines)) table.apply(change);
    return new Replica(table, { cluster: CLUSTER, seq: 100, row: undefined });
  };
  t.notThrows(() => replicaAt(2).assertContinuedBy(loaded('REG alice', 'REG bob', 'REG carol')));
  for (const lines of [['REG alice'], ['REG alice', 'REG carol'], ['REG bob', 'REG alice']]) {
    t.throws(
      () => replicaAt(2).assertContinuedBy(loaded(...lines)),
      { code: 'store.diverged' },
      lines.join(),
    );
  }
});
