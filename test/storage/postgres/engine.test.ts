import anyTest from 'ava';
import { PostgresEngine } from '../../../storage/postgres/engine.js';
import { CutProxy, isCommit, isCommitted } from '../../helpers/cut-proxy.js';
import { databaseOf, Postgres } from '../../helpers/postgres.js';
import { teardownOfFile, withPostgres } from '../../helpers/with-postgres.js';
import { testEngineContract } from './engine-contract.js';

// The tests run one at a time, because they stop the servers.
const test = anyTest.serial;

withPostgres(() => {
  let primary: Postgres;
  let standby: Postgres;
  const servers = teardownOfFile();
  test.before(async () => {
    primary = await Postgres.start(servers);
    standby = await primary.startStandby(servers, 's1');
    await primary.sql("alter system set synchronous_standby_names = 's1'");
    await primary.sql('select pg_reload_conf()');
    await primary.until("select 1 from pg_stat_replication where sync_state = 'sync'");
  });

  testEngineContract(
    'PostgreSQL',
    async (t) => {
      const url = await primary.makeDirectory(t);
      const ofWaiting = `from pg_stat_activity
        where wait_event = 'SyncRep' and datname = '${databaseOf(url)}'`;
      return {
        engine: new PostgresEngine(url),
        maxRows: 64,
        async breaking(when) {
          const proxy = await CutProxy.start(t, primary.port);
          proxy.cutOnce(when === 'before' ? isCommit : isCommitted);
          return new PostgresEngine(url.replace(`:${primary.port}`, `:${proxy.port}`));
        },
        async stopStandby() {
          await standby.freeze();
          t.teardown(() => standby.thaw());
        },
        continueStandby: () => standby.thaw(),
        async untilWaiting() {
          await primary.until(`select pid ${ofWaiting}`);
        },
        async endWait(how) {
          await primary.until(`select pg_${how}_backend(pid) ${ofWaiting}`);
        },
        async crash() {
          await primary.kill();
          await primary.run();
        },
        async age() {
          await primary.sqlIn(url, "update im_log set at = now() - interval '2 days'");
        },
      };
    },
    test,
  );
});
