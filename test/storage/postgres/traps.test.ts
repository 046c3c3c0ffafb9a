/**
 * Tests, on real servers, what can go wrong between a store and PostgreSQL. There is a primary, and a
 * synchronous standby named s1. The tests run one after the other, because they stop the servers.
 */

import test, { type ExecutionContext } from 'ava';
import { PostgresBuses } from '../../../storage/postgres/bus.js';
import { Connection } from '../../../storage/postgres/connection.js';
import { parseDatabaseUrl } from '../../../storage/postgres/database-url.js';
import { lockLog } from '../../../storage/postgres/log.js';
import { openPostgresStore, type PostgresReport } from '../../../storage/postgres/postgres-store.js';
import { isStoreError, type Store, type Verdict } from '../../../storage/store.js';
import { CutProxy, endsAnswer, endsQuery, isCommit, isCommitted } from '../../helpers/cut-proxy.js';
import { until } from '../../helpers/network.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { changes, id } from '../changes.js';

let primary: Postgres;
let standby: Postgres;

async function open(t: ExecutionContext, url: string): Promise<Store> {
  const store = await openPostgresStore(url);
  t.teardown(() => store.close());
  return store;
}

/** Waits until a process other than `besides` waits for the standby in a database. Returns its number. */
async function waitingCommit(url: string, besides = 0): Promise<number> {
  const { pid } = await primary.until<{ pid: number }>(
    `select pid from pg_stat_activity where wait_event = 'SyncRep' and pid <> ${besides}
      and datname = '${databaseOf(url)}'`,
  );
  return pid;
}

/** How many rows of the log register an id. */
async function countRegistrations(url: string, name: string): Promise<number> {
  const rows = await primary.sqlIn(url, `select seq from im_log where changes like '%REG ${name} %'`);
  return rows.length;
}

/** Repeats a commit until the store accepts it. */
async function commitAtLast(store: Store, ...lines: readonly string[]) {
  for (;;) {
    try {
      return await store.commit(changes(...lines));
    } catch (error) {
      if (!isStoreError(error, 'store.unavailable')) throw error;
      await new Promise(setImmediate);
    }
  }
}

/** Stores that register users all the time, and the users whose registration was acknowledged. */
class Ledger {
  readonly #acknowledged: string[] = [];
  readonly #writers: readonly Promise<void>[];
  #failure: unknown;
  #isOver = false;

  constructor(stores: readonly Store[]) {
    this.#writers = stores.map((store, writer) =>
      this.#write(store, `w${writer}u`).catch((error: unknown) => {
        this.#failure = error;
      }),
    );
  }

  async #write(store: Store, prefix: string): Promise<void> {
    for (let user = 0; !this.#isOver; user++) {
      const [verdict] = await commitAtLast(store, `REG ${prefix}${user}`);
      if (verdict === 200) this.#acknowledged.push(`${prefix}${user}`);
    }
  }

  /** Waits for some more registrations. */
  async grow(): Promise<void> {
    const count = this.#acknowledged.length + 30;
    while (this.#acknowledged.length < count) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise(setImmediate);
    }
  }

  /** Ends the writers. Returns acknowledged users who are missing, and users who are registered twice. */
  async faults(store: Store, server: Postgres, url: string): Promise<readonly string[]> {
    this.#isOver = true;
    await Promise.all(this.#writers);
    await store.catchUp();
    const log = await server.sqlIn<{ changes: string }>(url, 'select changes from im_log');
    const logged = log.flatMap(({ changes: text }) => text.match(/(?<=REG )\S+/g) ?? []);
    const isThere = (name: string) => store.users.numberOf(id(name)) !== -1 && logged.includes(name);
    return [
      ...this.#acknowledged.filter((name) => !isThere(name)),
      ...logged.filter((name, index) => logged.indexOf(name) !== index),
    ];
  }
}

async function commitAll(store: Store, batches: readonly (readonly string[])[]) {
  const verdicts: (readonly Verdict[])[] = [];
  for (const batch of batches) verdicts.push(await store.commit(changes(...batch)));
  return verdicts;
}

withPostgres(() => {
  const servers = teardownOfFile();
  test.before(async () => {
    primary = await Postgres.start(servers);
    standby = await primary.startStandby(servers, 's1');
    await primary.sql("alter system set synchronous_standby_names = 's1'");
    await primary.sql('select pg_reload_conf()');
    await primary.until("select 1 from pg_stat_replication where sync_state = 'sync'");
  });

  test.serial('a commit is refused while the standby hangs, and shown once the standby has it', async (t) => {
    const url = await primary.makeDirectory(t);
    const [store, other] = await Promise.all([open(t, url), open(t, url)]);
    await standby.freeze();
    await Promise.all(
      [store, other].map(async (each) => {
        await t.throwsAsync(each.commit(changes('REG alice')), { code: 'store.unavailable' });
        t.is(each.users.buddiesOf(id('alice')), undefined, 'the store shows nothing that is in doubt');
      }),
    );
    await standby.thaw();
    t.deepEqual(await commitAtLast(store, 'REG alice', 'REG bob'), [203, 200]);
    t.deepEqual(await commitAtLast(other, 'REG alice', 'REG bob'), [203, 203]);
    t.is(await countRegistrations(url, 'alice'), 1);
  });

  for (const [how, end] of [
    ['cancels', 'pg_cancel_backend'],
    ['terminates', 'pg_terminate_backend'],
  ] as const) {
    test.serial(`if an administrator ${how} a commit, the store still waits for the standby`, async (t) => {
      const url = await primary.makeDirectory(t);
      const store = await open(t, url);
      await standby.freeze();
      let isOver = false;
      const committed = store.commit(changes('REG alice')).finally(() => {
        isOver = true;
      });
      const first = await waitingCommit(url);
      await primary.sql(`select ${end}(${first})`);
      // The log has the change already. The store commits once more, and waits for the standby.
      await waitingCommit(url, first);
      t.is(await countRegistrations(url, 'alice'), 1);
      t.false(isOver, 'the standby has not confirmed it');
      t.is(store.users.numberOf(id('bob')), -1);
      await standby.thaw();
      t.deepEqual(await committed, [200]);
      t.is(store.users.numberOf(id('alice')), 0);
      t.is(await countRegistrations(url, 'alice'), 1);
    });
  }

  test.serial('a group without effect is confirmed by the standby too', async (t) => {
    const url = await primary.makeDirectory(t);
    const store = await open(t, url);
    await store.commit(changes('REG alice'));
    await standby.freeze();
    const refused = store.commit(changes('REG alice', 'ADD alice stranger'));
    await waitingCommit(url);
    await standby.thaw();
    t.deepEqual(await refused, [203, 202]);
  });

  test.serial('the bus delivers texts while a commit waits for the standby', async (t) => {
    const url = await primary.makeDirectory(t);
    const store = await open(t, url);
    const texts: string[] = [];
    const bus = await new PostgresBuses(url).open((text) => texts.push(text));
    t.teardown(() => bus.close());
    await standby.freeze();
    const committed = store.commit(changes('REG alice'));
    await waitingCommit(url);
    await bus.publish('one');
    await bus.publish('two');
    await until(() => texts.length === 2);
    await standby.thaw();
    t.deepEqual(await committed, [200]);
  });

  test.serial('a commit on a frozen primary fails after a delay; later commits fail at once', async (t) => {
    const url = await primary.makeDirectory(t);
    const store = await open(t, url);
    await primary.freeze();
    const refused = await t.throwsAsync(store.commit(changes('REG alice')), { code: 'store.unavailable' });
    const next = await t.throwsAsync(store.commit(changes('REG alice')), { code: 'store.unavailable' });
    t.is(next?.cause, refused?.cause, 'refused at once, without another attempt');
    await primary.thaw();
    t.deepEqual(await commitAtLast(store, 'REG alice'), [200]);
  });

  for (const [when, isHere] of [
    ['before', isCommit],
    ['after', isCommitted],
  ] as const) {
    test.serial(`no change is lost or repeated if the connection is cut ${when} a commit`, async (t) => {
      const url = await primary.makeDirectory(t);
      const proxy = await CutProxy.start(t, primary.port);
      const other = await open(t, url);
      const reports: PostgresReport[] = [];
      const onReport = (report: PostgresReport) => reports.push(report);
      const cutUrl = url.replace(`:${primary.port}`, `:${proxy.port}`);
      const store = await openPostgresStore(cutUrl, { onReport });
      t.teardown(() => store.close());
      const doubts = () => reports.splice(0).filter(({ type }) => type.startsWith('doubt.'));
      const isMade = when === 'after';
      await store.commit(changes('REG bob'));
      t.deepEqual(doubts(), []);
      // While the connection is cut, another server gets the lock, and commits.
      proxy.onCut = () => other.commit(changes('REG carol'));
      proxy.cutOnce(isHere);
      t.deepEqual(await store.commit(changes('REG alice', 'ADD alice bob')), [200, 200]);
      t.is(await countRegistrations(url, 'alice'), 1);
      t.is(store.users.numberOf(id('carol')), isMade ? 2 : 1);
      t.deepEqual(doubts(), [{ type: 'doubt.begun' }, { type: 'doubt.resolved', isMade }]);
      await other.catchUp();
      t.deepEqual(other.users.buddiesOf(id('alice')), [id('bob')]);

      proxy.onCut = () => other.commit(changes('REG dave'));
      proxy.cutOnce(isHere);
      t.deepEqual(await store.commit(changes('REG dave')), [isMade ? 200 : 203]);
      t.is(doubts().length, 2);

      // The commit that resolves the doubt may be cut too, while the other server commits again.
      let cuts = 0;
      proxy.onCut = () => other.commit(changes(`REG other${cuts}`));
      proxy.cutsAt = (from, message) => isHere(from, message) && ++cuts <= 2;
      t.deepEqual(await store.commit(changes('REG erin')), [200]);
      t.is(cuts, 3);
      t.is(await countRegistrations(url, 'erin'), 1);
      const doubt = [{ type: 'doubt.begun' }, { type: 'doubt.resolved', isMade }] as const;
      t.deepEqual(doubts(), [...doubt, ...doubt]);
    });
  }

  for (const [what, isStep] of [
    ['query is sent', endsQuery],
    ['answer arrives', endsAnswer],
  ] as const) {
    test.serial(`no change is lost or repeated if the connection is cut when any ${what}`, async (t) => {
      const lost: number[] = [];
      for (let isCut = true, step = 1; isCut; step++) {
        const url = await primary.makeDirectory(t);
        const proxy = await CutProxy.start(t, primary.port);
        const store = await open(t, url.replace(`:${primary.port}`, `:${proxy.port}`));
        const other = await open(t, url);
        proxy.onCut = () => other.commit(changes('REG carol', 'ADD carol carol'));
        isCut = false;
        let left = step;
        proxy.cutOnce((from, message) => {
          if (isStep(from, message)) left -= 1;
          isCut = left === 0;
          return isCut;
        });
        const steps = await commitAll(store, [
          ['REG alice', 'REG bob', 'ADD alice bob'],
          ['REG alice', 'DEL bob alice', 'ADD alice alice'],
          ['ADD bob alice', 'DEL alice bob', 'REG dave'],
        ]);
        t.deepEqual(steps, [
          [200, 200, 200],
          [203, 200, 201],
          [200, 200, 200],
        ]);
        const later = await open(t, url);
        await other.catchUp();
        for (const { users } of [store, other, later]) {
          t.deepEqual(users.buddiesOf(id('alice')), []);
          t.deepEqual(users.buddiesOf(id('bob')), [id('alice')]);
          t.is(users.committed, isCut ? 4 : 3);
        }
        if (isCut) lost.push(step);
        await Promise.all([store, other, later].map((each) => each.close()));
        primary.recycle(url);
      }
      t.log(`${lost.length} steps`);
      t.true(lost.length > 20);
    });
  }

  test.serial('no acknowledged change is lost when the primary crashes during commits', async (t) => {
    const url = await primary.makeDirectory(t);
    const ledger = new Ledger([await open(t, url), await open(t, url)]);
    for (let crash = 1; crash <= 3; crash++) {
      await ledger.grow();
      await primary.kill();
      await primary.run();
    }
    await ledger.grow();
    t.deepEqual(await ledger.faults(await open(t, url), primary, url), []);
  });

  test.serial('a server that stops responding while it has the lock loses the lock', async (t) => {
    const url = await primary.makeDirectory(t);
    const store = await open(t, url);
    const { hosts, ...rest } = parseDatabaseUrl(url);
    const stopped = await Connection.create({ hosts, ...rest }, hosts[0] as (typeof hosts)[0]);
    t.teardown(() => stopped.destroy());
    await stopped.connect();
    await lockLog(stopped, 0);
    t.deepEqual(await store.commit(changes('REG alice')), [200]);
    await t.throwsAsync(stopped.query('commit'));
  });

  // This must be the last test: afterwards the standby is a primary.
  test.serial('no acknowledged change is lost when the standby takes over', async (t) => {
    const database = databaseOf(await primary.makeDirectory(t));
    const url = standby.url(database, primary);
    await standby.sql("alter system set synchronous_standby_names = ''");
    const [one, other] = [
      await openPostgresStore(url, { alone: true }),
      await openPostgresStore(url, { alone: true }),
    ];
    t.teardown(() => Promise.all([one.close(), other.close()]));
    const ledger = new Ledger([one, other]);
    await ledger.grow();
    // The last commits are in doubt.
    await standby.kill();
    await waitingCommit(url);
    await primary.kill();
    await standby.run();
    await standby.promote();
    await ledger.grow();
    const later = await openPostgresStore(url, { alone: true });
    t.teardown(() => later.close());
    t.deepEqual(await ledger.faults(later, standby, url), []);
  });
});
