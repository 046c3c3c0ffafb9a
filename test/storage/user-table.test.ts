import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { type Applied, UserTable } from '../../storage/user-table.js';
import { anyChange, changes, KNOWN_IDS } from './changes.js';
import { decide, type Model, stateOfModel } from './model.js';

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
