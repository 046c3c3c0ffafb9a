/**
 * The suite that runs against every implementation of the store contract.
 *
 * The order of checks is that of part 1.1 of the protocol. A request without an id never reaches a store: the
 * parser refuses it with 201.
 */

import assert from 'node:assert/strict';
import anyTest, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import { MAX_BUDDIES, type Store, type StoreChange, StoreError, type Verdict } from '../../storage/store.js';
import { anyBatches, changes, device, id } from './changes.js';
import { decide, Model, stateOf, wholeStateOf, wholeStateOfModel } from './model.js';

type Declare = (title: string, check: (t: ExecutionContext) => Promise<void>) => void;

/** Opens a new, empty store; its files are removed when the test ends. */
export type OpenStore = (t: ExecutionContext) => Promise<Store>;

/**
 * Declares the suite for one store.
 *
 * @param test Declares a test. Pass `test.serial` for stores that would slow each other down.
 */
export function testStoreContract(name: string, open: OpenStore, test: Declare = anyTest): void {
  function rule(title: string, check: (t: ExecutionContext, store: Store) => Promise<void>): void {
    test(`${name}: ${title}`, async (t) => {
      const store = await open(t);
      t.teardown(() => store.close());
      await check(t, store);
    });
  }

  rule('REG of a new id is 200, and REG of a known id is 203', async (t, store) => {
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
    rule(`${op} for an unknown user is 202 with any buddy`, async (t, store) => {
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

    rule(`${op} of the user's own id is 201`, async (t, store) => {
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

  rule('an unknown id has no list, and a new user has an empty list', async (t, store) => {
    await store.commit(changes('REG alice'));
    t.is(store.users.buddiesOf(id('stranger')), undefined);
    t.deepEqual(store.users.buddiesOf(id('alice')), []);
  });

  rule('ADD does not change the list of the buddy', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
    t.deepEqual(store.users.buddiesOf(id('bob')), []);
  });

  rule('buddies keep the order of their addition; a buddy who is added again is last', async (t, store) => {
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

  rule('a commit during another commit is refused, and the other commit succeeds', async (t, store) => {
    const first = store.commit(changes('REG alice'));
    const second = store.commit(changes('REG alice', 'REG bob'));
    await t.throwsAsync(second, { instanceOf: StoreError, code: 'store.busy' });
    await t.throwsAsync(store.commit([]), { code: 'store.busy' }, 'the first commit is still under way');
    t.deepEqual(await first, [200]);
    t.is(store.users.buddiesOf(id('bob')), undefined);
    t.deepEqual(await store.commit(changes('REG alice', 'REG bob')), [203, 200]);
  });

  rule('a closed store refuses every commit', async (t, store) => {
    await store.close();
    await t.throwsAsync(store.commit(changes('REG alice')), { instanceOf: StoreError, code: 'store.closed' });
    await t.throwsAsync(store.commit([]), { code: 'store.closed' });
  });

  rule('changes that have an effect are counted when they are durable', async (t, store) => {
    t.is(store.lastChange, 0);
    const committed = store.commit(changes('REG alice', 'REG alice', 'REG bob', 'ADD alice bob'));
    t.is(store.lastChange, 0);
    await committed;
    t.is(store.lastChange, 3);
    await store.commit(changes('REG alice', 'ADD alice bob', 'ADD carol bob'));
    t.is(store.lastChange, 3);
  });

  rule('catching up does not change a store that has all changes', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob', 'ADD alice bob'));
    const before = wholeStateOf(store.users);
    await store.catchUp();
    t.deepEqual(wholeStateOf(store.users), before);
    t.is(store.users.numberOf(id('bob')), 1);
  });

  rule('catching up during a commit does not disturb the commit', async (t, store) => {
    const committed = store.commit(changes('REG alice'));
    await store.catchUp();
    t.deepEqual(await committed, [200]);
    t.is(store.users.numberOf(id('alice')), 0);
  });

  rule('a closed store does not catch up', async (t, store) => {
    await store.close();
    await t.throwsAsync(store.catchUp(), { instanceOf: StoreError, code: 'store.closed' });
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

  rule(`a list holds ${MAX_BUDDIES} buddies: one more is 201 until a buddy is removed`, async (t, store) => {
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

  // Keys, and which devices may make which changes.

  const [mine, others] = [device(5), device(5, 0, 1)];
  const alice = id('alice');
  const reg = (by?: Device): StoreChange => ({ op: 'REG', id: alice, ...(by && { device: by }) });
  const log = (by: Device): StoreChange => ({ op: 'LOG', id: alice, device: by });
  const add = (by?: Device): StoreChange => {
    return { op: 'ADD', id: alice, buddy: id('bob'), ...(by && { device: by }) };
  };
  const del = (by?: Device): StoreChange => ({ ...add(by), op: 'DEL' }) as StoreChange;
  const deviceOf = (store: Store, user = alice) => store.users.deviceOf(store.users.numberOf(user));

  /** Checks the verdict on a change after other changes, both in a separate and in the same commit. */
  async function assertVerdict(
    t: ExecutionContext,
    before: readonly StoreChange[],
    change: StoreChange,
    verdict: Verdict,
  ): Promise<void> {
    const what = JSON.stringify([before, change]);
    const [one, other] = [await open(t), await open(t)];
    await one.commit(before);
    t.deepEqual(await one.commit([change]), [verdict], what);
    t.is((await other.commit([...before, change])).at(-1), verdict, what);
    t.deepEqual(wholeStateOf(one.users), wholeStateOf(other.users));
    await Promise.all([one.close(), other.close()]);
  }

  const known = changes('REG bob', 'REG carol');
  const opened = [...known, reg()];
  const bound = [...known, reg(mine)];
  for (const [what, before] of [
    ['an unknown id', known],
    ['an open id', opened],
    ['a keyed id', bound],
  ] as const) {
    test(`${name}: changes to ${what} get the right verdicts, with any device or without one`, async (t) => {
      const expected = (unknown: Verdict, open: Verdict, keyed: Verdict) =>
        before === known ? unknown : before === opened ? open : keyed;
      const cases: readonly (readonly [StoreChange, Verdict])[] = [
        [reg(), expected(200, 203, 203)],
        [reg(mine), expected(200, 203, 203)],
        [reg(others), expected(200, 203, 203)],
        [add(), expected(202, 200, 204)],
        [add(mine), expected(202, 200, 200)],
        [add(others), expected(202, 200, 204)],
        [del(), expected(202, 200, 204)],
        [del(mine), expected(202, 200, 200)],
        [del(others), expected(202, 200, 204)],
        [log(mine), expected(202, 204, 200)],
        [log(others), expected(202, 204, 204)],
      ];
      for (const [change, verdict] of cases) await assertVerdict(t, before, change, verdict);
    });
  }

  rule('the verdicts 204 and revoked come before any check of the buddy', async (t, store) => {
    await store.commit([reg(device(5, 5))]);
    for (const op of ['ADD', 'DEL'] as const) {
      for (const buddy of [undefined, id('stranger'), alice]) {
        const change = { op, id: alice, buddy };
        const by = [undefined, others, device(4), device(5)].map((device) => ({ ...change, device }));
        const verdicts = await store.commit(
          by.map(({ device, ...rest }) => (device ? { ...rest, device } : rest)),
        );
        t.deepEqual(verdicts, [204, 204, 'revoked', buddy === id('stranger') ? 202 : 201]);
      }
    }
    t.deepEqual(store.users.buddiesOf(alice), []);
  });

  rule('REG by a device binds the id to a key; any other REG leaves the id open', async (t, store) => {
    await store.commit([reg(device(7, 3)), ...changes('REG bob')]);
    t.deepEqual(deviceOf(store), device(7, 3));
    t.is(deviceOf(store, id('bob')), undefined);
    t.deepEqual(
      [0, 1, 2].map((user) => store.users.isKeyed(user)),
      [true, false, false],
    );
  });

  rule(
    'of two REGs, one with a key and one without, the first decides, and the second changes nothing',
    async (t, store) => {
      t.deepEqual(await store.commit([reg(), reg(mine)]), [200, 203]);
      t.is(deviceOf(store), undefined);
      const bob = (by?: Device) => ({ ...reg(by), id: id('bob') }) as StoreChange;
      t.deepEqual(await store.commit([bob(mine), bob(), bob(others)]), [200, 203, 203]);
      t.deepEqual(deviceOf(store, id('bob')), mine);
    },
  );

  rule('LOG keeps the newest serial and the highest floor', async (t, store) => {
    await store.commit([reg(device(5))]);
    for (const [by, kept] of [
      [device(4), device(5)],
      [device(9), device(9)],
      [device(9, 6), device(9, 6)],
      [device(7, 2), device(9, 6)],
      [device(8, 8), device(9, 8)],
    ] as const) {
      t.deepEqual(await store.commit([log(by)]), [200]);
      t.deepEqual(deviceOf(store), kept);
    }
  });

  rule('a device below the floor is revoked, even in the commit that raises the floor', async (t, store) => {
    await store.commit([reg(device(5)), ...changes('REG bob')]);
    const batch = [log(device(4)), log(device(9, 6)), log(device(5)), add(device(5)), add(device(6))];
    t.deepEqual(await store.commit(batch), [200, 200, 'revoked', 'revoked', 200]);
    // A floor is never lowered, not even by a device that may log in.
    t.deepEqual(await store.commit([log(device(6, 0)), log(device(5))]), [200, 'revoked']);
  });

  rule('the operator sets and clears keys; the floor and the serial become 0', async (t, store) => {
    const key = (to: Device | undefined): StoreChange => ({ op: 'KEY', id: alice, key: to?.identity });
    t.deepEqual(await store.commit([key(mine)]), [202]);
    await store.commit([reg(device(9, 9)), ...changes('REG bob')]);
    t.deepEqual(await store.commit([key(others), log(mine), log(others)]), [200, 204, 200]);
    t.deepEqual(deviceOf(store), others);
    t.deepEqual(await store.commit([key(others)]), [200]);
    t.deepEqual(deviceOf(store), device(0, 0, 1));
    t.deepEqual(await store.commit([key(undefined), add(), log(others)]), [200, 200, 204]);
    t.is(deviceOf(store), undefined);
    t.false(store.users.isKeyed(0));
    t.deepEqual(await store.commit([key(mine), del(), del(device(1))]), [200, 204, 200]);
  });

  // Removed users.

  const remove = (user: string): StoreChange => ({ op: 'REMOVE', id: id(user), atMs: 17 });
  const free = (user: string): StoreChange => ({ op: 'FREE', id: id(user) });

  rule('a removed user is immediately off every list, and the id stays reserved', async (t, store) => {
    await store.commit([
      ...changes('REG alice', 'REG bob', 'REG carol', 'ADD alice carol', 'ADD alice bob', 'ADD carol bob'),
      ...changes('ADD bob alice'),
    ]);
    t.deepEqual(await store.commit([remove('bob'), remove('bob')]), [200, 202]);
    t.deepEqual(await stateOf(store, ['alice', 'bob', 'carol'].map(id)), [
      [alice, [id('carol')]],
      [id('bob'), undefined],
      [id('carol'), []],
    ]);
    t.is(store.users.numberOf(id('bob')), -1);
    t.deepEqual([...store.users.listOf(1)], []);
    t.deepEqual(store.users.reservations(), [{ id: id('bob'), atMs: 17 }]);
    t.is(store.users.countReservations(), 1);
    const refused = changes('REG bob', 'ADD bob alice', 'ADD alice bob', 'DEL alice bob');
    t.deepEqual(await store.commit([...refused, { ...log(mine), id: id('bob') } as StoreChange]), [
      ...[203, 202, 202, 202, 202],
    ] as Verdict[]);
  });

  rule('a freed id that is registered again has a new number, no key and no buddies', async (t, store) => {
    await store.commit([reg(mine), ...changes('REG bob', 'ADD bob alice'), add(mine)]);
    t.deepEqual(await store.commit([free('alice'), free('stranger'), remove('alice')]), [203, 202, 200]);
    t.deepEqual(await store.commit([free('alice'), free('alice'), reg()]), [200, 202, 200]);
    t.is(store.users.numberOf(alice), 2);
    t.is(deviceOf(store), undefined);
    t.deepEqual(store.users.buddiesOf(alice), []);
    t.deepEqual(store.users.buddiesOf(id('bob')), []);
    t.deepEqual(store.users.reservations(), []);
    t.is(store.users.countReservations(), 0);
    t.is(store.users.committed, 3);
  });

  rule('REM needs a device that has the key of the id and is not revoked', async (t, store) => {
    const rem = (by: Device, user = alice): StoreChange => ({ op: 'REM', id: user, device: by, atMs: 17 });
    await store.commit([reg(mine), ...changes('REG bob', 'ADD bob alice')]);
    t.deepEqual(await store.commit([rem(device(1, 0, 1)), rem(mine, id('bob')), rem(mine, id('stranger'))]), [
      ...[204, 204, 202],
    ] as Verdict[]);
    await store.commit([log({ ...mine, serial: mine.serial + 1, floor: mine.serial + 1 })]);
    t.deepEqual(await store.commit([rem(mine)]), ['revoked']);
    const newer = { ...mine, serial: mine.serial + 1 };
    t.deepEqual(await store.commit([rem(newer), rem(newer)]), [200, 202]);
    t.deepEqual(store.users.buddiesOf(id('bob')), []);
    t.deepEqual(store.users.reservations(), [{ id: alice, atMs: 17 }]);
  });

  rule('the time of a reservation is found by the id', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob'));
    t.is(store.users.reservedSince(alice), undefined);
    await store.commit([remove('bob')]);
    t.is(store.users.reservedSince(id('bob')), 17);
    t.deepEqual(
      [alice, id('stranger')].map((each) => store.users.reservedSince(each)),
      [undefined, undefined],
    );
    await store.commit([free('bob')]);
    t.is(store.users.reservedSince(id('bob')), undefined);
    await store.commit(changes('REG bob'));
    t.is(store.users.reservedSince(id('bob')), undefined);
  });

  rule('a FREE with a time does not free an id that was reserved later', async (t, store) => {
    await store.commit([...changes('REG alice'), remove('alice')]);
    const freeUntil = (untilMs: number): StoreChange => ({ op: 'FREE', id: alice, untilMs });
    t.deepEqual(await store.commit([freeUntil(16), reg()]), [203, 203]);
    t.deepEqual(await store.commit([freeUntil(17), freeUntil(17), reg()]), [200, 202, 200]);
  });

  rule('an id that is not registered can be reserved', async (t, store) => {
    const reserve: StoreChange = { op: 'RESERVE', id: alice, atMs: 3 };
    t.deepEqual(await store.commit([reserve, reserve, reg()]), [200, 203, 203]);
    t.deepEqual(store.users.reservations(), [{ id: alice, atMs: 3 }]);
    t.deepEqual(await store.commit([free('alice'), reg(), reserve]), [200, 200, 203]);
  });

  rule('bans are kept and listed; a new ban of a target replaces the old one', async (t, store) => {
    const [address, mallory] = [
      { kind: 'address', name: '192.0.2.7' },
      { kind: 'id', name: id('mallory') },
    ] as const;
    const batch: StoreChange[] = [
      { op: 'BAN', ban: { ...mallory, untilMs: 5 } },
      { op: 'BAN', ban: address },
      { op: 'BAN', ban: mallory },
    ];
    t.deepEqual(await store.commit(batch), [200, 200, 200]);
    t.deepEqual(store.users.bans(), [address, mallory]);
    const unban: StoreChange = { op: 'UNBAN', target: address };
    t.deepEqual(await store.commit([unban, unban]), [200, 202]);
    t.deepEqual(store.users.bans(), [mallory]);
  });

  rule(
    'ended bans are counted and listed; an UNBAN with a time does not lift a renewed ban',
    async (t, store) => {
      const ban = (name: string, untilMs?: number): StoreChange => {
        return { op: 'BAN', ban: { kind: 'id', name: id(name), ...(untilMs !== undefined && { untilMs }) } };
      };
      await store.commit([ban('a', 5), ban('b', 6), ban('c'), ban('d', 4)]);
      t.is(store.users.countBans(), 4);
      const ended = store.users.endedBans(5, 10);
      t.deepEqual(
        ended.map(({ name }) => name),
        [id('a'), id('d')],
      );
      t.is(store.users.endedBans(5, 1).length, 1);
      const drop = ended.map((target) => ({ op: 'UNBAN', target, endedMs: 5 }) as const);
      t.deepEqual(await store.commit([ban('a', 7), ...drop]), [200, 202, 200], 'the id `a` was banned again');
      t.is(store.users.countBans(), 3);
      t.deepEqual(store.users.endedBans(5, 10), []);
    },
  );

  rule('a user whose key was changed is reported as expelled', async (t, store) => {
    await store.commit([reg(mine), ...changes('REG bob')]);
    store.takeExpulsions();
    const key = (user: UserId, to?: Device): StoreChange => ({ op: 'KEY', id: user, key: to?.identity });
    await store.commit([key(alice, mine), key(id('bob')), key(alice, others), key(id('stranger'), mine)]);
    const expelled = { kind: 'key', user: 0, name: alice } as const;
    t.deepEqual(store.takeExpulsions(), [expelled]);
    await store.commit([key(alice)]);
    t.deepEqual(store.takeExpulsions(), [expelled]);
  });

  rule('removed users and banned targets are reported as expelled, once', async (t, store) => {
    await store.commit(changes('REG alice', 'REG bob'));
    store.takeExpulsions();
    const mallory = { kind: 'id', name: id('mallory') } as const;
    await store.commit([remove('bob'), { op: 'BAN', ban: mallory }, remove('stranger')]);
    t.deepEqual(store.takeExpulsions(), [{ kind: 'user', user: 1, name: id('bob') }, mallory]);
    await store.commit([{ op: 'UNBAN', target: mallory }, free('bob'), ...changes('REG bob')]);
    t.deepEqual(store.takeExpulsions(), []);
    t.deepEqual(
      [0, 1, 2].map((user) => store.users.isExpelled(user, 0)),
      [false, true, false],
    );
  });

  rule(
    'the ban of an id is found until it ends, and the ban of a network is found by an address in it',
    async (t, store) => {
      const [mallory, network] = [
        { kind: 'id', name: id('mallory'), untilMs: 5 },
        { kind: 'address', name: '192.0.2.0/24' },
      ] as const;
      await store.commit([
        { op: 'BAN', ban: mallory },
        { op: 'BAN', ban: network },
      ]);
      t.deepEqual(store.users.banOfId(mallory.name, 4), mallory);
      t.is(store.users.banOfId(mallory.name, 5), undefined);
      t.deepEqual(store.users.banOfAddress('192.0.2.7', 0), network);
      t.is(store.users.banOfAddress('192.0.3.7', 0), undefined);
    },
  );

  rule('a change with a value that no journal can hold is 201', async (t, store) => {
    await store.commit(changes('REG alice'));
    const wrong: StoreChange[] = [
      ...['', 'ALICE', '192.0.2.7/33', 'fe80::1%eth0', 'example.org', '1.2.3', '2001:DB8::1'].map(
        (name): StoreChange => ({ op: 'BAN', ban: { kind: 'address', name } }),
      ),
      { op: 'BAN', ban: { kind: 'id', name: 'Alice' as UserId } },
      { op: 'BAN', ban: { kind: 'id', name: alice, untilMs: 0.5 } },
      { op: 'REMOVE', id: alice, atMs: Number.NaN },
      { op: 'RESERVE', id: id('bob'), atMs: -1 },
    ];
    t.deepEqual(new Set(await store.commit(wrong)), new Set([201]));
    t.deepEqual(store.users.bans(), []);
    t.deepEqual(store.users.buddiesOf(alice), []);
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
