/**
 * The suite that runs against every implementation of the store contract.
 *
 * The order of checks is that of part 1.1 of the protocol. A request without an id never reaches a store: the
 * parser refuses it with 201.
 */

import assert from 'node:assert/strict';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { MAX_BUDDIES, type Store, StoreError } from '../../storage/store.js';
import { anyBatches, changes, id } from './changes.js';
import { decide, Model, stateOf, wholeStateOf, wholeStateOfModel } from './model.js';

/** Opens a new, empty store; its files are removed when the test ends. */
export type OpenStore = (t: ExecutionContext) => Promise<Store>;

/** Declares the suite for one store. */
export function testStoreContract(name: string, open: OpenStore): void {
  function rule(title: string, check: (t: ExecutionContext, store: Store) => Promise<void>): void {
    test(`${name}: ${title}`, async (t) => {
      const store = await open(t);
      t.teardown(() => store.close());
      await check(t, store);
    });
  }

  rule('REG of a new id is 200, of a known one 203', async (t, store) => {
    t.deepEqual(await store.commit(changes('REG alice')), [200]);
    t.deepEqual(await store.commit(changes('REG alice')), [203]);
    t.deepEqual(await store.commit(changes('REG ALICE')), [203]);
  });

  rule('a user gets a number when the registration is durable, and keeps it', async (t, store) => {
    t.is(store.users.numberOf(id('alice')), -1);
    const registered = store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
    t.is(store.users.numberOf(id('alice')), -1);
    await registered;
    const numbers = ['alice', 'bob'].map((name) => store.users.numberOf(id(name)));
    t.deepEqual(numbers, [0, 1]);
    await store.commit(changes('REG carl', 'DEL alice bob', 'ADD alice carl', 'ADD alice bob'));
    t.deepEqual(
      ['alice', 'bob', 'carl'].map((name) => store.users.numberOf(id(name))),
      [0, 1, 2],
    );
    t.deepEqual([...store.users.listOf(0)], [2, 1]);
    const buffer = Buffer.alloc(10);
    t.is(store.users.copyId(buffer, 2, 2), 6);
    t.is(buffer.toString('latin1', 2, 6), 'carl');
  });

  rule('REG of a known id keeps its buddies', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob', 'REG alice'));
    t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob')]);
  });

  for (const op of ['ADD', 'DEL']) {
    rule(`${op} for an unknown user is 202, for any buddy`, async (t, store) => {
      await store.commit(changes('REG bob'));
      const batch = changes(`${op} stranger`, `${op} stranger $`, `${op} stranger x`, `${op} stranger bob`);
      t.deepEqual(
        await store.commit([...batch, ...changes(`${op} stranger stranger`)]),
        [202, 202, 202, 202, 202],
      );
    });

    rule(`${op} without a well-formed buddy is 201`, async (t, store) => {
      await store.commit(changes('REG alice'));
      t.deepEqual(await store.commit(changes(`${op} alice`, `${op} alice $`)), [201, 201]);
    });

    rule(`${op} of an unknown buddy is 202`, async (t, store) => {
      await store.commit(changes('REG alice'));
      t.deepEqual(await store.commit(changes(`${op} alice stranger`)), [202]);
    });

    rule(`${op} of oneself is 201`, async (t, store) => {
      await store.commit(changes('REG alice'));
      t.deepEqual(await store.commit(changes(`${op} alice alice`, `${op} alice ALICE`)), [201, 201]);
    });
  }

  rule('ADD of a buddy who is on the list is 201, and keeps the order', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'REG carol'));
    t.deepEqual(await store.commit(changes('ADD alice bob', 'ADD alice carol')), [200, 200]);
    t.deepEqual(await store.commit(changes('ADD alice bob')), [201]);
    t.deepEqual(store.users.buddiesOf(id('alice')), [id('bob'), id('carol')]);
  });

  rule('DEL is 200 whether or not the buddy was on the list', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
    t.deepEqual(await store.commit(changes('DEL alice bob')), [200]);
    t.deepEqual(await store.commit(changes('DEL alice bob')), [200]);
    t.deepEqual(store.users.buddiesOf(id('alice')), []);
  });

  rule('an unknown id has no list, and a new user has an empty one', async (t, store) => {
    await store.commit(changes('REG alice'));
    t.is(store.users.buddiesOf(id('stranger')), undefined);
    t.deepEqual(store.users.buddiesOf(id('alice')), []);
  });

  rule('ADD does not change the list of the buddy', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
    t.deepEqual(store.users.buddiesOf(id('bob')), []);
  });

  rule('buddies keep the order in which they were added; one added again comes last', async (t, store) => {
    await store.commit(changes('REG alice', 'REG d', 'REG b', 'REG c'));
    await store.commit(changes('ADD alice d', 'ADD alice b'));
    await store.commit(changes('ADD alice c'));
    t.deepEqual(store.users.buddiesOf(id('alice')), ['d', 'b', 'c'].map(id));
    await store.commit(changes('DEL alice d', 'ADD alice d'));
    t.deepEqual(store.users.buddiesOf(id('alice')), ['b', 'c', 'd'].map(id));
  });

  rule('names of JavaScript object properties are ordinary ids', async (t, store) => {
    const ids = ['__proto__', 'constructor'].map(id);
    t.deepEqual(await stateOf(store, ids), [
      [id('__proto__'), undefined],
      [id('constructor'), undefined],
    ]);
    t.deepEqual(await store.commit(changes('ADD constructor __proto__')), [202]);
    const batch = changes('REG __proto__', 'REG constructor', 'ADD __proto__ constructor', 'REG __proto__');
    t.deepEqual(await store.commit(batch), [200, 200, 200, 203]);
    t.deepEqual(await stateOf(store, ids), [
      [id('__proto__'), [id('constructor')]],
      [id('constructor'), []],
    ]);
  });

  rule('the changes of one batch are applied in order', async (t, store) => {
    const batch = changes('ADD x y', 'REG x', 'REG x', 'ADD x y', 'REG y', 'ADD x y', 'ADD x y', 'DEL x y');
    t.deepEqual(await store.commit(batch), [202, 200, 203, 202, 200, 200, 201, 200]);
    t.deepEqual(store.users.buddiesOf(id('x')), []);
  });

  rule('an empty batch has no replies and changes nothing', async (t, store) => {
    t.deepEqual(await store.commit([]), []);
    t.deepEqual(await store.commit(changes('REG alice')), [200]);
    t.deepEqual(await store.commit([]), []);
    t.deepEqual(store.users.buddiesOf(id('alice')), []);
  });

  rule('a commit while another is under way is refused, without effect on the first', async (t, store) => {
    const first = store.commit(changes('REG alice'));
    const second = store.commit(changes('REG alice', 'REG bob'));
    await t.throwsAsync(second, { instanceOf: StoreError, code: 'store.busy' });
    await t.throwsAsync(store.commit([]), { code: 'store.busy' }, 'the refusal does not end the first');
    t.deepEqual(await first, [200]);
    t.is(store.users.buddiesOf(id('bob')), undefined);
    t.deepEqual(await store.commit(changes('REG alice', 'REG bob')), [203, 200]);
  });

  rule('a closed store refuses every commit', async (t, store) => {
    await store.close();
    await t.throwsAsync(store.commit(changes('REG alice')), { instanceOf: StoreError, code: 'store.closed' });
    await t.throwsAsync(store.commit([]), { code: 'store.closed' });
  });

  rule('a store that is being closed refuses every commit', async (t, store) => {
    const closed = store.close();
    await t.throwsAsync(store.commit(changes('REG alice')), { code: 'store.closed' });
    await closed;
  });

  rule('closing waits for the commit under way', async (t, store) => {
    const order: unknown[] = [];
    const committed = store.commit(changes('REG alice')).then((replies) => order.push(replies));
    const closed = store.close().then(() => order.push('closed'));
    await Promise.all([committed, closed]);
    t.deepEqual(order, [[200], 'closed']);
  });

  rule('closing again is harmless', async (t, store) => {
    await Promise.all([store.close(), store.close()]);
    await t.notThrowsAsync(store.close());
  });

  rule('a list that was returned does not change later', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'REG carol', 'ADD alice bob'));
    const before = store.users.buddiesOf(id('alice'));
    await store.commit(changes('ADD alice carol'));
    const between = store.users.buddiesOf(id('alice'));
    await store.commit(changes('DEL alice bob'));
    t.deepEqual(before, [id('bob')]);
    t.deepEqual(between, [id('bob'), id('carol')]);
  });

  rule(`a list holds ${MAX_BUDDIES} buddies: one more is 201 until another is removed`, async (t, store) => {
    const buddies = Array.from({ length: MAX_BUDDIES }, (_, index) => `u${index}`);
    await store.commit(changes('REG alice', 'REG late', ...buddies.map((buddy) => `REG ${buddy}`)));
    const replies = await store.commit(changes(...buddies.map((buddy) => `ADD alice ${buddy}`)));
    t.deepEqual(new Set(replies), new Set([200]));

    const full = changes('ADD alice late', 'ADD alice stranger', 'ADD alice u0', 'DEL alice late');
    t.deepEqual(await store.commit(full), [201, 202, 201, 200]);
    t.is(store.users.buddiesOf(id('alice'))?.length, MAX_BUDDIES);
    t.deepEqual(await store.commit(changes('DEL alice u0', 'ADD alice late')), [200, 200]);
    t.is(store.users.buddiesOf(id('alice'))?.at(-1), id('late'));
  });

  test(`${name}: replies and state match the model after any changes in any batches`, async (t) => {
    const property = fc.asyncProperty(anyBatches, async (batches) => {
      const store = await open(t);
      const model = new Model();
      try {
        for (const batch of batches) {
          const replies = batch.map((change) => decide(model, change));
          assert.deepEqual(await store.commit(batch), replies);
          assert.deepEqual(wholeStateOf(store.users), wholeStateOfModel(model));
        }
      } finally {
        await store.close();
      }
    });
    await t.notThrowsAsync(fc.assert(property));
  });
}
