import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { Device } from '../../../protocol/device.js';
import { MAX_ID_LENGTH, type UserId } from '../../../protocol/id.js';
import { MAX_BUDDIES, type StoreChange } from '../../../storage/store.js';
import { IdBatch } from '../../../storage/tables/id-table.js';
import { FREED } from '../../../storage/tables/removed-users.js';
import {
  type Applied,
  type EffectiveChange,
  type FrozenUsers,
  UserTable,
} from '../../../storage/tables/user-table.js';
import { anyChange, changes, device, effects, id, KEYS } from '../changes.js';
import { decide, Model, type WholeState, wholeStateOf, wholeStateOfModel } from '../model.js';
import { builtModule, startScript } from '../node-script.js';

const anyChanges = fc.array(anyChange, { maxLength: 60, size: 'max' });

function stateOfTable(table: UserTable): WholeState {
  table.commit();
  return wholeStateOf(table);
}

test('replies and state match the model after any changes', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    const model = new Model();
    for (const change of sequence) {
      assert.equal(table.apply(change).verdict, decide(model, change));
      assert.deepEqual(stateOfTable(table), wholeStateOfModel(model));
    }
  });
  t.notThrows(() => fc.assert(property));
});

/** The effect of a change that altered the table. */
function effectOf(change: StoreChange, table: UserTable): EffectiveChange {
  switch (change.op) {
    case 'ADD':
    case 'DEL':
      return { op: change.op, id: change.id, buddy: change.buddy as UserId };
    case 'LOG': {
      table.commit();
      const { serial, floor } = table.deviceOf(table.numberOf(change.id)) as Device;
      return { op: 'LOG', id: change.id, serial, floor };
    }
    case 'REM':
      return { op: 'REMOVE', id: change.id, atMs: change.atMs };
    default:
      return change;
  }
}

test('apply returns a change as an effect exactly when the change altered the table', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    for (const change of sequence) {
      const before = stateOfTable(table);
      const { effect } = table.apply(change);
      if (effect === undefined) assert.deepEqual(stateOfTable(table), before);
      else {
        assert.notDeepEqual(stateOfTable(table), before);
        assert.deepEqual(effect, effectOf(change, table));
      }
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('undoing changes in reverse order restores every earlier state', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    const steps: { before: unknown; applied: Applied }[] = [];
    for (const change of sequence) steps.push({ before: stateOfTable(table), applied: table.apply(change) });
    for (const { before, applied } of steps.toReversed()) {
      table.undo(applied);
      assert.deepEqual(stateOfTable(table), before);
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('applying only the effects to an empty table gives the same table', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    const copy = new UserTable();
    for (const change of sequence) {
      const { effect } = table.apply(change);
      if (effect !== undefined) assert.equal(copy.replay(effect), true);
    }
    copy.endReplay();
    assert.deepEqual(stateOfTable(copy), stateOfTable(table));
  });
  t.notThrows(() => fc.assert(property));
});

test('a replayed removal makes room on a full list, and later changes of the list work', (t) => {
  const table = new UserTable();
  const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => `u${index}`);
  const lines = ['REG alice', ...buddies.map((buddy) => `REG ${buddy}`), 'REG late', 'REG later'];
  for (const effect of effects(...lines, ...buddies.map((buddy) => `ADD alice ${buddy}`))) {
    if (!table.replay(effect)) throw new Error('it has no effect');
  }
  const replayed: EffectiveChange[] = [
    { op: 'REMOVE', id: id('u3'), atMs: 1 },
    { op: 'FREE', id: id('u3') },
    ...effects('ADD alice late', 'DEL alice u7', 'REG u3', 'ADD alice u3'),
  ];
  for (const effect of replayed) t.true(table.replay(effect), effect.op);
  t.false(table.replay(effects('ADD alice later')[0] as EffectiveChange), 'the list is full again');
  table.endReplay();
  const left = buddies.filter((buddy) => buddy !== 'u3' && buddy !== 'u7');
  t.deepEqual(table.buddiesOf(id('alice')), [...left, 'late', 'u3'].map(id));
});

test('undoing a change without an effect does nothing', (t) => {
  const table = new UserTable();
  const replies = changes('REG a', 'REG b', 'ADD a b').map((change) => table.apply(change).verdict);
  t.deepEqual(replies, [200, 200, 200]);
  const before = stateOfTable(table);
  for (const change of changes('REG a', 'ADD a b', 'ADD a a', 'DEL b a')) table.undo(table.apply(change));
  t.deepEqual(stateOfTable(table), before);
});

/** The id of the user who has this number. */
function idOf(table: UserTable, user: number): UserId {
  const buffer = Buffer.alloc(MAX_ID_LENGTH);
  return buffer.toString('latin1', 0, table.copyId(buffer, 0, user)) as UserId;
}

/** A user's id and list, and the device if there is one. For a removed user, the id and the time. */
type Content = (readonly [id: UserId | undefined, buddies: readonly UserId[] | number, device?: Device])[];

/** All users in order, with their buddies. */
function contentOf(table: UserTable): Content {
  const frozen = table.freeze();
  const content = Array.from({ length: table.size }, (_, user) => readUser(table, frozen, user));
  frozen.release();
  return content;
}

/** A user in a frozen table. */
function readUser(table: UserTable, frozen: FrozenUsers, user: number): Content[number] {
  const removedAtMs = frozen.removed.get(user);
  if (removedAtMs !== undefined) return [removedAtMs === FREED ? undefined : idOf(table, user), removedAtMs];
  const device = frozen.readDevice(user);
  const list = Array.from(frozen.readList(user), (buddy) => idOf(table, buddy));
  return device === undefined ? [idOf(table, user), list] : [idOf(table, user), list, device];
}

// Steps between two reads of a frozen table: changes that stay, and changes that are undone.
const anySteps = fc.array(fc.record({ all: fc.array(anyChange, { maxLength: 6 }), isUndone: fc.boolean() }), {
  maxLength: 12,
  size: 'max',
});

test('a frozen table stays the same while changes are applied and undone', (t) => {
  const property = fc.property(anyChanges, anySteps, anySteps, (before, meanwhile, between) => {
    const table = new UserTable();
    const model = new Model();
    for (const change of before) assert.equal(table.apply(change).verdict, decide(model, change));

    function applyStep(
      { all, isUndone }: { all: typeof before; isUndone: boolean } = { all: [], isUndone: false },
    ) {
      const applied = all.map((change) => table.apply(change));
      if (isUndone) for (const change of applied.toReversed()) table.undo(change);
      else for (const change of all) decide(model, change);
    }

    for (let round = 0; round < 2; round++) {
      const content = contentOf(table);
      const frozen = table.freeze();
      const bans = table.bans();
      assert.equal(frozen.size, content.length);
      for (const step of meanwhile) applyStep(step);
      for (const [user, expected] of content.entries()) {
        assert.deepEqual(readUser(table, frozen, user), expected);
        applyStep(between[user]);
      }
      assert.deepEqual(frozen.bans, bans);
      frozen.release();
      assert.deepEqual(stateOfTable(table), wholeStateOfModel(model));
    }
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('a table works normally after a freeze that was released without being read', (t) => {
  const property = fc.property(anyChanges, anyChanges, anyChanges, (before, meanwhile, after) => {
    const table = new UserTable();
    const model = new Model();
    for (const change of before) assert.equal(table.apply(change).verdict, decide(model, change));
    const frozen = table.freeze();
    for (const change of meanwhile) assert.equal(table.apply(change).verdict, decide(model, change));
    frozen.release();
    for (const change of after) assert.equal(table.apply(change).verdict, decide(model, change));
    assert.deepEqual(stateOfTable(table), wholeStateOfModel(model));
  });
  t.notThrows(() => fc.assert(property));
});

test('after a registration was undone, the next user with that number has an empty list', (t) => {
  const table = new UserTable();
  const batch = changes('REG a', 'REG b', 'ADD a b', 'ADD b a').map((change) => table.apply(change));
  for (const applied of batch.toReversed()) table.undo(applied);
  t.is(table.size, 0);
  for (const change of changes('REG x', 'REG y')) table.apply(change);
  t.deepEqual(contentOf(table), [
    [id('x'), []],
    [id('y'), []],
  ]);
});

test(`a list holds ${MAX_BUDDIES} buddies, and changes to a full list can be undone`, (t) => {
  const table = new UserTable();
  const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => id(`u${index}`));
  for (const change of changes('REG alice', 'REG late')) table.apply(change);
  for (const buddy of buddies) table.apply({ op: 'REG', id: buddy });
  for (const buddy of buddies) t.is(table.apply({ op: 'ADD', id: id('alice'), buddy }).verdict, 200);
  t.is(table.apply({ op: 'ADD', id: id('alice'), buddy: id('late') }).verdict, 201);
  t.deepEqual(table.buddiesOf(id('alice')), buddies);

  const frozen = table.freeze();
  const positions = [0, 1, 4_999, 8_191, 8_192, MAX_BUDDIES - 2, MAX_BUDDIES - 1];
  const applied = positions.map((position) =>
    table.apply({ op: 'DEL', id: id('alice'), buddy: buddies[position] as UserId }),
  );
  const late = table.apply({ op: 'ADD', id: id('alice'), buddy: id('late') });
  t.is(late.verdict, 200);
  t.deepEqual(table.buddiesOf(id('alice')), [
    ...buddies.filter((_, position) => !positions.includes(position)),
    id('late'),
  ]);
  t.deepEqual(readUser(table, frozen, 0), [id('alice'), buddies]);
  for (const change of [...applied, late].toReversed()) table.undo(change);
  t.deepEqual(table.buddiesOf(id('alice')), buddies);
  frozen.release();
  t.deepEqual(table.buddiesOf(id('alice')), buddies);
});

test('a freeze keeps one copy of each changed list until that copy is read or released', (t) => {
  const table = new UserTable();
  const length = 1_000;
  const buddies = Array.from({ length }, (_, index) => id(`u${index}`));
  for (const user of [id('alice'), id('bob'), id('carol'), ...buddies]) table.apply({ op: 'REG', id: user });
  for (const user of [id('alice'), id('bob'), id('carol')]) {
    for (const buddy of buddies) table.apply({ op: 'ADD', id: user, buddy });
  }
  const [before, copyBytes] = [table.listBytes, 4 * length];

  for (let round = 0; round < 3; round++) {
    const frozen = table.freeze();
    t.is(table.listBytes, before);
    const changeOften = (user: UserId) => {
      // If each change made a copy, the copies would take megabytes.
      for (let change = 0; change < 5_000; change++) {
        const buddy = buddies[(change * 7919) % length] as UserId;
        table.apply({ op: 'DEL', id: user, buddy });
        table.apply({ op: 'ADD', id: user, buddy });
      }
    };
    changeOften(id('alice'));
    t.is(table.listBytes, before + copyBytes);
    changeOften(id('bob'));
    t.is(table.listBytes, before + 2 * copyBytes);
    frozen.readList(0);
    t.is(table.listBytes, before + copyBytes);
    changeOften(id('alice'));
    t.is(table.listBytes, before + copyBytes, 'a list that was read is not copied again');
    frozen.release();
    t.is(table.listBytes, before);
  }
});

test('users and lists from a file behave like users and lists from changes', (t) => {
  const table = new UserTable();
  const bytes = Buffer.from('alice bob carol');
  t.deepEqual(
    [table.register(bytes, 0, 5), table.register(bytes, 6, 9), table.register(bytes, 10, 15)],
    [true, true, true],
  );
  t.false(table.register(bytes, 6, 9), 'it is already registered');
  const batch = new IdBatch(2);
  batch.add(10, 15);
  batch.add(10, 14);
  table.findAll(bytes, batch);
  t.deepEqual([...batch.numbers], [2, -1]);
  table.setList(1, Uint32Array.of(2, 0, 1), 2);
  t.deepEqual(contentOf(table), [
    [id('alice'), []],
    [id('bob'), [id('carol'), id('alice')]],
    [id('carol'), []],
  ]);
  const replies = changes('REG bob', 'ADD bob alice', 'DEL bob carol', 'ADD bob carol');
  t.deepEqual(
    replies.map((change) => table.apply(change).verdict),
    [203, 201, 200, 200],
  );
  t.deepEqual(table.buddiesOf(id('bob')), [id('alice'), id('carol')]);
});

/** A script that prints by how many bytes its process grows for each user with five buddies. */
const MEASURE = `
  import { UserTable } from '${builtModule('storage/tables/user-table')}';
  const USERS = 200_000;
  const idOf = (user) => 'user-' + String(user).padStart(8, '0');
  function grow(table, users) {
    for (let user = 0; user < users; user++) table.apply({ op: 'REG', id: idOf(user) });
    for (let user = 0; user < users; user++) {
      for (let step = 1; step <= 5; step++) {
        table.apply({ op: 'ADD', id: idOf(user), buddy: idOf((user + step * 7919) % users) });
      }
    }
    return table;
  }
  // Warm up, so that the memory for the code itself is not counted.
  grow(new UserTable(), 10_000);
  gc();
  const before = process.memoryUsage.rss();
  const table = grow(new UserTable(), USERS);
  gc();
  console.log((process.memoryUsage.rss() - before) / USERS);
  if (table.buddiesOf(idOf(USERS - 1)).length !== 5) throw new Error('the table was not kept');
`;

test('a user with five buddies takes at most 250 bytes of memory', async (t) => {
  // The young generation of the heap can grow to 32 MiB on its own, so limit it.
  const { firstLine } = startScript(t, MEASURE, '--expose-gc', '--max-semi-space-size=1');
  const bytes = Number(await firstLine);
  t.log(`${Math.round(bytes)} bytes`);
  t.true(bytes > 30 && bytes <= 250, `${bytes}`);
});

test('apply returns the number of the changed row, and recordOf returns that row', (t) => {
  const table = new UserTable();
  const apply = (...list: readonly StoreChange[]) => list.map((change) => table.apply(change).user);
  t.deepEqual(apply(...changes('REG alice', 'REG bob', 'ADD bob alice', 'ADD bob alice')), [
    0,
    1,
    1,
    undefined,
  ]);
  t.deepEqual(apply({ op: 'REG', id: id('carol'), device: device(5) }), [2]);
  t.deepEqual(apply({ op: 'LOG', id: id('carol'), device: device(6, 4) }), [2]);
  t.deepEqual(apply({ op: 'KEY', id: id('bob'), key: KEYS[1] }), [1]);
  t.deepEqual(apply({ op: 'REMOVE', id: id('alice'), atMs: 7 }), [0]);
  t.deepEqual(apply({ op: 'RESERVE', id: id('dave'), atMs: 8 }), [3]);
  t.deepEqual(apply({ op: 'FREE', id: id('dave') }), [3]);
  t.deepEqual(apply({ op: 'BAN', ban: { kind: 'id', name: id('erin') } }), [undefined]);
  const records = [0, 1, 2, 3].map((user) => {
    const { buddies, ...record } = table.recordOf(user);
    return { ...record, buddies: [...buddies] };
  });
  t.deepEqual(records, [
    { id: id('alice'), removedAtMs: 7, device: undefined, buddies: [] },
    { id: id('bob'), removedAtMs: undefined, device: device(0, 0, 1), buddies: [] },
    { id: id('carol'), removedAtMs: undefined, device: device(6, 4), buddies: [] },
    { id: undefined, removedAtMs: FREED, device: undefined, buddies: [] },
  ]);
});

test('hasNumbersOf is true if each id of the other table has the same number, or was freed', (t) => {
  const [before, after] = [new UserTable(), new UserTable()];
  for (const change of changes('REG alice', 'REG bob')) before.apply(change);
  t.false(after.hasNumbersOf(before));
  const bob = id('bob');
  const later: StoreChange[] = [
    ...changes('REG alice', 'REG bob'),
    { op: 'REMOVE', id: bob, atMs: 1 },
    { op: 'FREE', id: bob },
    ...changes('REG bob'),
  ];
  for (const change of later) {
    after.apply(change);
    t.is(after.hasNumbersOf(before), after.size >= 2, JSON.stringify(change));
  }
  t.false(before.hasNumbersOf(after));
});

for (const removed of [1, 8, 9, 40]) {
  test(`after endReplay, users whom a journal removed are on no list (${removed} removed)`, (t) => {
    const table = new UserTable();
    const names = Array.from({ length: 60 }, (_, index) => id(`user${index}`));
    for (const name of names) table.replay({ op: 'REG', id: name });
    for (const [index, name] of names.entries())
      for (let step = 1; step < 60; step += 7)
        table.replay({ op: 'ADD', id: name, buddy: names[(index + step) % 60] as UserId });
    const before = names.map((name) => table.buddiesOf(name));
    const gone = new Set(names.slice(5, 5 + removed));
    for (const name of gone) t.true(table.replay({ op: 'REMOVE', id: name, atMs: 1 }));
    table.endReplay();
    for (const [index, name] of names.entries()) {
      const expected = gone.has(name) ? undefined : before[index]?.filter((buddy) => !gone.has(buddy));
      t.deepEqual(table.buddiesOf(name), expected);
    }
  });
}
