import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { MAX_ID_LENGTH, type UserId } from '../../../protocol/id.js';
import { MAX_BUDDIES } from '../../../storage/store.js';
import { IdBatch } from '../../../storage/tables/id-table.js';
import { type Applied, type FrozenUsers, UserTable } from '../../../storage/tables/user-table.js';
import { anyChange, changes, id, KNOWN_IDS } from '../changes.js';
import { decide, type Model, stateOfModel } from '../model.js';
import { builtModule, startScript } from '../node-script.js';

const anyChanges = fc.array(anyChange, { maxLength: 60, size: 'max' });

function stateOfTable(table: UserTable) {
  return KNOWN_IDS.map((id) => [id, table.buddiesOf(id)]);
}

test('any changes are answered as the rules say', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    const model: Model = new Map();
    for (const change of sequence) {
      assert.equal(table.apply(change).reply, decide(model, change));
      assert.deepEqual(stateOfTable(table), stateOfModel(model));
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('a change has an effect exactly when it altered the table, and the effect is the change', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    for (const change of sequence) {
      const before = stateOfTable(table);
      const { effect } = table.apply(change);
      if (effect === undefined) assert.deepEqual(stateOfTable(table), before);
      else {
        assert.notDeepEqual(stateOfTable(table), before);
        assert.deepEqual(effect, change);
      }
    }
  });
  t.notThrows(() => fc.assert(property));
});

test('taking changes back in reverse order restores every state on the way', (t) => {
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

test('effects alone, applied anew, give the same table', (t) => {
  const property = fc.property(anyChanges, (sequence) => {
    const table = new UserTable();
    const copy = new UserTable();
    for (const change of sequence) {
      const { effect } = table.apply(change);
      if (effect !== undefined) assert.deepEqual(copy.apply(effect).effect, effect);
    }
    assert.deepEqual(stateOfTable(copy), stateOfTable(table));
  });
  t.notThrows(() => fc.assert(property));
});

test('taking back a change without an effect does nothing', (t) => {
  const table = new UserTable();
  const replies = changes('REG a', 'REG b', 'ADD a b').map((change) => table.apply(change).reply);
  t.deepEqual(replies, [200, 200, 200]);
  const before = stateOfTable(table);
  for (const change of changes('REG a', 'ADD a b', 'ADD a a', 'DEL b a')) table.undo(table.apply(change));
  t.deepEqual(stateOfTable(table), before);
});

/** The id of a user's number. */
function idOf(table: UserTable, user: number): UserId {
  const buffer = Buffer.alloc(MAX_ID_LENGTH);
  return buffer.toString('latin1', 0, table.copyId(buffer, 0, user)) as UserId;
}

type Content = (readonly [id: UserId, buddies: readonly UserId[] | undefined])[];

/** All users in their order, with their buddies. */
function contentOf(table: UserTable): Content {
  return Array.from({ length: table.size }, (_, user) => {
    const name = idOf(table, user);
    return [name, table.buddiesOf(name)] as const;
  });
}

/** What a frozen table has of one user. */
function takeUser(table: UserTable, frozen: FrozenUsers, user: number): Content[number] {
  return [idOf(table, user), Array.from(frozen.take(user), (buddy) => idOf(table, buddy))] as const;
}

// What is between two of those that are taken: changes that stay, and changes that are taken back.
const anyTurns = fc.array(fc.record({ all: fc.array(anyChange, { maxLength: 6 }), isUndone: fc.boolean() }), {
  maxLength: 12,
  size: 'max',
});

test('a frozen table is as it was, whatever is changed and taken back while it is read', (t) => {
  const property = fc.property(anyChanges, anyTurns, anyTurns, (before, meanwhile, taken) => {
    const table = new UserTable();
    for (const change of before) table.apply(change);
    const model: Model = new Map(contentOf(table).map(([user, list = []]) => [user, [...list]]));

    function takeTurn(
      { all, isUndone }: { all: typeof before; isUndone: boolean } = { all: [], isUndone: false },
    ) {
      const applied = all.map((change) => table.apply(change));
      if (isUndone) for (const change of applied.toReversed()) table.undo(change);
      else for (const change of all) decide(model, change);
    }

    for (let round = 0; round < 2; round++) {
      const content = contentOf(table);
      const frozen = table.freeze();
      assert.equal(frozen.size, content.length);
      for (const turn of meanwhile) takeTurn(turn);
      for (const [user, expected] of content.entries()) {
        assert.deepEqual(takeUser(table, frozen, user), expected);
        takeTurn(taken[user]);
      }
      frozen.release();
      assert.deepEqual(stateOfTable(table), stateOfModel(model));
      assert.deepEqual(new Map(contentOf(table)), model);
    }
  });
  t.notThrows(() => fc.assert(property, { numRuns: 500 }));
});

test('a table whose frozen state was let go before it was read is like any other', (t) => {
  const property = fc.property(anyChanges, anyChanges, anyChanges, (before, meanwhile, after) => {
    const table = new UserTable();
    const model: Model = new Map();
    for (const change of before) assert.equal(table.apply(change).reply, decide(model, change));
    const frozen = table.freeze();
    for (const change of meanwhile) assert.equal(table.apply(change).reply, decide(model, change));
    frozen.release();
    for (const change of after) assert.equal(table.apply(change).reply, decide(model, change));
    assert.deepEqual(stateOfTable(table), stateOfModel(model));
  });
  t.notThrows(() => fc.assert(property));
});

test('a user that was taken back leaves no list to the next one', (t) => {
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

test(`a list takes ${MAX_BUDDIES} buddies, and any change to a full one is taken back whole`, (t) => {
  const table = new UserTable();
  const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => id(`u${index}`));
  for (const change of changes('REG alice', 'REG late')) table.apply(change);
  for (const buddy of buddies) table.apply({ op: 'REG', id: buddy });
  for (const buddy of buddies) t.is(table.apply({ op: 'ADD', id: id('alice'), buddy }).reply, 200);
  t.is(table.apply({ op: 'ADD', id: id('alice'), buddy: id('late') }).reply, 201);
  t.deepEqual(table.buddiesOf(id('alice')), buddies);

  const frozen = table.freeze();
  const places = [0, 1, 4_999, 8_191, 8_192, MAX_BUDDIES - 2, MAX_BUDDIES - 1];
  const applied = places.map((place) =>
    table.apply({ op: 'DEL', id: id('alice'), buddy: buddies[place] as UserId }),
  );
  const late = table.apply({ op: 'ADD', id: id('alice'), buddy: id('late') });
  t.is(late.reply, 200);
  t.deepEqual(table.buddiesOf(id('alice')), [
    ...buddies.filter((_, place) => !places.includes(place)),
    id('late'),
  ]);
  t.deepEqual(takeUser(table, frozen, 0), [id('alice'), buddies]);
  for (const change of [...applied, late].toReversed()) table.undo(change);
  t.deepEqual(table.buddiesOf(id('alice')), buddies);
  frozen.release();
  t.deepEqual(table.buddiesOf(id('alice')), buddies);
});

test('a frozen table costs one copy of each list that changes, until it is taken or let go', (t) => {
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
      // 5,000 copies would fill pages.
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
    frozen.take(0);
    t.is(table.listBytes, before + copyBytes);
    changeOften(id('alice'));
    t.is(table.listBytes, before + copyBytes, 'what was taken is copied no more');
    frozen.release();
    t.is(table.listBytes, before);
  }
});

test('users and lists from a file are like those that came by changes', (t) => {
  const table = new UserTable();
  const bytes = Buffer.from('alice bob carol');
  t.deepEqual(
    [table.register(bytes, 0, 5), table.register(bytes, 6, 9), table.register(bytes, 10, 15)],
    [true, true, true],
  );
  t.false(table.register(bytes, 6, 9), 'there is one already');
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
    replies.map((change) => table.apply(change).reply),
    [203, 201, 200, 200],
  );
  t.deepEqual(table.buddiesOf(id('bob')), [id('alice'), id('carol')]);
});

/** Prints by how many bytes the process grew for each of so many users with five buddies. */
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
  // What the engine needs for the code itself is there before.
  grow(new UserTable(), 10_000);
  gc();
  const before = process.memoryUsage.rss();
  const table = grow(new UserTable(), USERS);
  gc();
  console.log((process.memoryUsage.rss() - before) / USERS);
  if (table.buddiesOf(idOf(USERS - 1)).length !== 5) throw new Error('the table was not kept');
`;

test('a user with five buddies takes at most 250 bytes of memory', async (t) => {
  // The heap's young generation grows to 32 MiB by itself, whatever is kept; here it is kept small.
  const { firstLine } = startScript(t, MEASURE, '--expose-gc', '--max-semi-space-size=1');
  const bytes = Number(await firstLine);
  t.log(`${Math.round(bytes)} bytes`);
  t.true(bytes > 30 && bytes <= 250, `${bytes}`);
});
