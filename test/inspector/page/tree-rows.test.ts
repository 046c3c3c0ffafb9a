import test from 'ava';
import { isSelected, rowByKey, rowsOf, selectionOf } from '../../../inspector/page/tree-rows.js';
import type { ActorView } from '../../../inspector/server/frame.js';

function actor(path: string, more: Partial<ActorView> = {}): ActorView {
  const end = path.lastIndexOf('/');
  return {
    path,
    ...(end !== -1 && { parent: path.slice(0, end) }),
    name: path.slice(end + 1),
    kind: 'behaviour',
    status: 'up',
    restarts: 0,
    received: 0,
    ...more,
  };
}

/** The actors of a tree, in the order in which a frame lists them: the order of their starts. */
const ACTORS: readonly ActorView[] = [
  actor('server'),
  actor('server/store'),
  actor('server/tcp'),
  actor('server/tcp/connections'),
  actor('server/tcp/listener', { status: 'restarting' }),
  actor('server/tcp/connections/connection', {
    kind: 'group',
    group: {
      live: 2,
      started: 9,
      crashed: 0,
      states: { receiving: 2 },
      members: [{ member: 'm-1', state: 'receiving' }, { member: 'm-2' }],
    },
  }),
];

const ROWS = rowsOf(ACTORS, '');

function names(rows: typeof ROWS): string[] {
  return rows.map(({ actor: { name }, member, level }) => `${level} ${member?.member ?? name}`);
}

test('rows are in tree order, members below their group', (t) => {
  t.deepEqual(names(ROWS), [
    '1 server',
    '2 store',
    '2 tcp',
    '3 connections',
    '4 connection',
    '5 m-1',
    '5 m-2',
    '3 listener',
  ]);
});

test('a search by name, status or state keeps the matching rows and their ancestors', (t) => {
  t.deepEqual(names(rowsOf(ACTORS, ' RESTART ')), ['1 server', '2 tcp', '3 listener']);
  t.deepEqual(names(rowsOf(ACTORS, 'm-2')), ['1 server', '2 tcp', '3 connections', '4 connection', '5 m-2']);
  t.deepEqual(names(rowsOf(ACTORS, 'store')), ['1 server', '2 store']);
  t.deepEqual(names(rowsOf(ACTORS, 'stranger')), []);
});

test('keys move the selection up and down, to the parent and to the first child', (t) => {
  const from = (index: number, key: string) => {
    const row = ROWS[index];
    const next = row && rowByKey(key, ROWS, selectionOf(row));
    return next && ROWS.indexOf(next);
  };
  t.is(from(0, 'ArrowDown'), 1);
  t.is(from(7, 'ArrowDown'), undefined);
  t.is(from(5, 'ArrowUp'), 4);
  t.is(from(0, 'ArrowUp'), undefined);
  t.is(from(7, 'ArrowLeft'), 2, 'the parent, not the row above');
  t.is(from(0, 'ArrowLeft'), undefined);
  t.is(from(2, 'ArrowRight'), 3);
  t.is(from(1, 'ArrowRight'), undefined, 'the next row is not its child');
  t.is(from(3, 'Home'), 0);
  t.is(from(3, 'End'), 7);
  t.is(from(3, 'a'), undefined);
  t.is(rowByKey('ArrowDown', ROWS, undefined), ROWS[0]);
});

test('a member is selected separately from its group', (t) => {
  const [group, member] = [ROWS[4], ROWS[5]];
  t.truthy(group && isSelected(group, { path: 'server/tcp/connections/connection' }));
  t.falsy(member && isSelected(member, { path: 'server/tcp/connections/connection' }));
  t.truthy(member && isSelected(member, { path: 'server/tcp/connections/connection', member: 'm-1' }));
});
