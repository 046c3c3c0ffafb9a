/**
 * What PostgreSQL and its model both do. These tests run against both, to check that the model behaves as
 * PostgreSQL does.
 */

import anyTest, { type ExecutionContext } from 'ava';
import type { Engine, Session } from '../../../storage/postgres/engine.js';
import type { LogPart } from '../../../storage/postgres/log.js';
import { UserTable } from '../../../storage/tables/user-table.js';
import { changes, id } from '../changes.js';

type Declare = (title: string, check: (t: ExecutionContext) => Promise<void>) => void;

/** An engine with an empty directory, and functions that make things happen to it. */
export interface Rig {
  readonly engine: Engine;
  /** An engine whose next connection breaks before its commit arrives, or before the commit is answered. */
  breaking(when: 'before' | 'after'): Promise<Engine>;
  /** From now on, no standby confirms a commit. */
  stopStandby(): Promise<void>;
  /** The standby confirms commits again. */
  continueStandby(): Promise<void>;
  /** Waits until a commit waits for the standby; then an administrator ends that wait. */
  endWait(how: 'cancel' | 'terminate'): Promise<void>;
  /** Waits until a commit waits for the standby. */
  untilWaiting(): Promise<void>;
  /** The primary crashes, and starts again. */
  crash(): Promise<void>;
  /** Makes all rows of the log older than a day. */
  age(): Promise<void>;
  /** The maximum number of rows that are read at a time. */
  readonly maxRows: number;
}

export type MakeRig = (t: ExecutionContext) => Promise<Rig>;

/** The part of an answer of {@link Session.readLog} that is the same in each run. */
function summaryOf({ head, rows, start }: LogPart) {
  return {
    seq: head.seq,
    users: head.users,
    start,
    rows: rows.map(({ seq, size, server, group, changes: text }) => [
      seq,
      size,
      server,
      group,
      text.match(/(?<= )[A-Z]+ \S+/g) ?? [],
    ]),
  };
}

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';

/** A server without a store: writes groups as a store would. */
class Writer {
  readonly session: Session;
  readonly #server: string;
  readonly #table = new UserTable();

  private constructor(session: Session, server: string) {
    this.session = session;
    this.#server = server;
  }

  static async start(t: ExecutionContext, engine: Engine, server = ONE): Promise<Writer> {
    const session = await engine.connect();
    t.teardown(() => session.destroy());
    return new Writer(session, server);
  }

  /** Gets the lock, and writes a group. */
  async make(group: number, seq: number, ...lines: readonly string[]): Promise<number> {
    await this.lock(seq);
    return this.write(group, seq, ...lines);
  }

  /** Gets the lock, and reads the log. */
  lock(known: number): Promise<LogPart> {
    return this.session.lockLog(known);
  }

  /** Writes a group. This session must have the lock. */
  write(group: number, seq: number, ...lines: readonly string[]): Promise<number> {
    const applied = changes(...lines).map((change) => this.#table.apply(change));
    this.#table.commit();
    return this.session.writeGroup({ server: this.#server, group, seq, applied }, this.#table, true);
  }
}

/** Declares the suite for one engine. */
export function testEngineContract(name: string, makeRig: MakeRig, test: Declare = anyTest): void {
  function fact(title: string, check: (t: ExecutionContext, rig: Rig) => Promise<void>): void {
    test(`${name}: ${title}`, async (t) => check(t, await makeRig(t)));
  }

  fact('an empty directory has a head and no log', async (t, { engine }) => {
    const { session } = await Writer.start(t, engine);
    const part = await session.readLog(0);
    t.deepEqual(summaryOf(part), { seq: 0, users: 0, start: undefined, rows: [] });
    t.is(part.head.format, 1);
    t.is((await session.load()).table.size, 0);
  });

  fact('a group that was written is in the log, with its server and number', async (t, { engine }) => {
    const [one, two] = [await Writer.start(t, engine), await Writer.start(t, engine, TWO)];
    t.is(await one.make(1, 0, 'REG alice', 'REG bob'), 2);
    t.is(await one.make(2, 2, 'ADD alice bob'), 3);
    const all = [
      [2, 2, ONE, 1, ['REG alice', 'REG bob']],
      [3, 1, ONE, 2, ['ADD alice']],
    ];
    t.deepEqual(summaryOf(await two.session.readLog(0)), { seq: 3, users: 2, start: 0, rows: all });
    const { table, position } = await two.session.load();
    t.deepEqual(table.buddiesOf(id('alice')), [id('bob')]);
    t.is(position.seq, 3);
    t.like(position.row, { server: ONE, group: 2 });
  });

  fact('a read begins with the row that the reader knows, without its changes', async (t, { engine }) => {
    const one = await Writer.start(t, engine);
    await one.make(1, 0, 'REG alice');
    await one.make(2, 1, 'REG bob');
    t.deepEqual(summaryOf(await one.session.readLog(1)).rows, [
      [1, 1, ONE, 1, []],
      [2, 1, ONE, 2, ['REG bob']],
    ]);
  });

  fact('a read returns a limited number of rows', async (t, { engine, maxRows }) => {
    const one = await Writer.start(t, engine);
    for (let user = 0; user <= maxRows; user++) await one.make(user + 1, user, `REG u${user}`);
    const part = await one.session.readLog(0);
    t.is(part.rows.length, maxRows);
    t.is(part.head.seq, maxRows + 1);
    t.is((await one.session.readLog(maxRows)).rows.length, 2);
  });

  fact('a group without effect adds no row', async (t, { engine }) => {
    const one = await Writer.start(t, engine);
    await one.make(1, 0, 'REG alice');
    t.is(await one.make(2, 1, 'REG alice'), 1);
    t.is((await one.session.readLog(0)).rows.length, 1);
  });

  fact('only one session has the lock; the next session sees what the first wrote', async (t, { engine }) => {
    const [one, two] = [await Writer.start(t, engine), await Writer.start(t, engine, TWO)];
    await one.lock(0);
    const locked = two.lock(0);
    const { session } = await Writer.start(t, engine);
    t.is((await session.readLog(0)).head.seq, 0, 'reading needs no lock');
    await one.write(1, 0, 'REG alice');
    t.deepEqual(summaryOf(await locked), {
      seq: 1,
      users: 1,
      start: 0,
      rows: [[1, 1, ONE, 1, ['REG alice']]],
    });
  });

  fact('a transaction that is rolled back releases the lock', async (t, { engine }) => {
    const [one, two] = [await Writer.start(t, engine), await Writer.start(t, engine, TWO)];
    await one.lock(0);
    await one.session.rollBack();
    t.is((await two.lock(0)).head.seq, 0);
  });

  fact('a session that is destroyed releases the lock', async (t, { engine }) => {
    const [one, two] = [await Writer.start(t, engine), await Writer.start(t, engine, TWO)];
    await one.lock(0);
    one.session.destroy();
    t.false(one.session.isOpen);
    await t.throwsAsync(one.session.readLog(0));
    t.is((await two.lock(0)).head.seq, 0);
  });

  fact('a session that sends nothing loses the lock, and cannot write', async (t, { engine }) => {
    const [one, two] = [await Writer.start(t, engine), await Writer.start(t, engine, TWO)];
    await one.lock(0);
    // The waiting session gives up after the same time, so it may have to ask for the lock twice.
    const locked = await two.lock(0).catch(async () => (await Writer.start(t, engine, TWO)).lock(0));
    t.is(locked.head.seq, 0);
    await t.throwsAsync(one.write(1, 0, 'REG alice'));
  });

  fact('a group is refused if the log already has its number, or that of its last change', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await one.make(1, 0, 'REG alice');
    await one.lock(1);
    await t.throwsAsync(one.write(1, 1, 'REG bob'));
    const two = await Writer.start(t, rig.engine, TWO);
    await two.lock(1);
    await t.throwsAsync(two.write(1, 0, 'REG carol'));
    const part = await (await Writer.start(t, rig.engine)).lock(0);
    t.deepEqual(summaryOf(part).rows, [[1, 1, ONE, 1, ['REG alice']]], 'and the lock is free');
  });

  for (const [when, count] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    fact(`if the connection breaks ${when} the commit, the log has ${count} groups`, async (t, rig) => {
      const one = await Writer.start(t, await rig.breaking(when));
      await one.lock(0);
      await t.throwsAsync(one.write(1, 0, 'REG alice'));
      t.false(one.session.isOpen);
      const two = await Writer.start(t, rig.engine, TWO);
      t.is((await two.lock(0)).rows.length, count);
    });
  }

  fact('a commit that waits for the standby is not visible, and keeps the lock', async (t, rig) => {
    const [one, two] = [await Writer.start(t, rig.engine), await Writer.start(t, rig.engine, TWO)];
    await rig.stopStandby();
    const written = one.make(1, 0, 'REG alice');
    await rig.untilWaiting();
    t.is((await two.session.readLog(0)).head.seq, 0);
    await t.throwsAsync(two.lock(0));
    await rig.continueStandby();
    t.is(await written, 1);
    t.is((await (await Writer.start(t, rig.engine, TWO)).lock(0)).head.seq, 1);
  });

  fact('a group without effect waits for the standby too', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await one.make(1, 0, 'REG alice');
    await rig.stopStandby();
    let isWritten = false;
    const written = one.make(2, 1, 'REG alice').then((seq) => {
      isWritten = true;
      return seq;
    });
    await rig.untilWaiting();
    t.false(isWritten);
    await rig.continueStandby();
    t.is(await written, 1);
  });

  fact('a destroyed session whose commit waits keeps the lock until the standby confirms', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await rig.stopStandby();
    const written = one.make(1, 0, 'REG alice');
    await rig.untilWaiting();
    one.session.destroy();
    await t.throwsAsync(written);
    await t.throwsAsync((await Writer.start(t, rig.engine, TWO)).lock(0));
    await rig.continueStandby();
    const part = await (await Writer.start(t, rig.engine, TWO)).lock(0);
    t.deepEqual(summaryOf(part).rows, [[1, 1, ONE, 1, ['REG alice']]], 'it was committed');
  });

  for (const [how, isOpen] of [
    ['cancel', true],
    ['terminate', false],
  ] as const) {
    fact(`a commit whose wait is ended by '${how}' is visible, but not confirmed`, async (t, rig) => {
      const one = await Writer.start(t, rig.engine);
      await rig.stopStandby();
      const written = one.make(1, 0, 'REG alice');
      await rig.endWait(how);
      await t.throwsAsync(written);
      t.is(one.session.isOpen, isOpen);
      const part = await (await Writer.start(t, rig.engine, TWO)).lock(0);
      t.deepEqual(summaryOf(part).rows, [[1, 1, ONE, 1, ['REG alice']]]);
      await rig.continueStandby();
    });
  }

  fact('a commit that waited when the primary crashed is visible after the restart', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await rig.stopStandby();
    const written = one.make(1, 0, 'REG alice');
    await rig.untilWaiting();
    await Promise.all([t.throwsAsync(written), rig.crash()]);
    t.false(one.session.isOpen);
    const part = await (await Writer.start(t, rig.engine, TWO)).lock(0);
    t.deepEqual(summaryOf(part).rows, [[1, 1, ONE, 1, ['REG alice']]], 'while no standby is there');
    await rig.continueStandby();
  });

  fact('a transaction under way is lost when the primary crashes', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await one.lock(0);
    await rig.crash();
    await t.throwsAsync(one.write(1, 0, 'REG alice'));
    t.is((await (await Writer.start(t, rig.engine, TWO)).lock(0)).head.seq, 0);
  });

  fact('writing a group removes old rows, but keeps the last row before the group', async (t, rig) => {
    const one = await Writer.start(t, rig.engine);
    await one.make(1, 0, 'REG alice');
    await one.make(2, 1, 'REG bob');
    await one.make(3, 2, 'REG carol');
    await rig.age();
    await one.make(4, 3, 'REG dave');
    const part = await one.session.readLog(1);
    t.deepEqual(summaryOf(part), {
      seq: 4,
      users: 4,
      start: 2,
      rows: [
        [3, 1, ONE, 3, ['REG carol']],
        [4, 1, ONE, 4, ['REG dave']],
      ],
    });
    t.is((await one.session.load()).table.size, 4, 'the users stay');
  });

  fact('a session whose work takes too long is destroyed', async (t, rig) => {
    const [one, two] = [await Writer.start(t, rig.engine), await Writer.start(t, rig.engine, TWO)];
    await one.lock(0);
    await t.throwsAsync(two.session.within(10, () => two.lock(0)));
    t.false(two.session.isOpen);
  });
}
