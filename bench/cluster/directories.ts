/**
 * Starts a PostgreSQL server with a synchronous standby, and fills the directories that the bench measures.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Teardown } from '../../test/helpers/guarded-directory.js';
import { Postgres } from '../../test/helpers/postgres.js';
import { makeDatabase } from '../speed/database.js';

const run = promisify(execFile);

const SERVER = fileURLToPath(new URL('../../../bin/im-server', import.meta.url));

/** The settings of a small site. With `fsync`, an acknowledged change is on the disk. */
const SETTINGS = ['fsync = on', 'shared_buffers = 128MB'];

const BUDDIES = 5;

/** The step from one buddy to the next. */
const STEP = 104_729;

/** Starts a primary with a synchronous standby on this machine. Both sync to the disk. */
export async function startPrimary(ends: Teardown): Promise<Postgres> {
  const primary = await Postgres.start(ends, SETTINGS);
  await primary.startStandby(ends, 's1');
  await primary.sql("alter system set synchronous_standby_names = 's1'");
  await primary.sql('select pg_reload_conf()');
  await primary.until("select 1 from pg_stat_replication where sync_state = 'sync'");
  return primary;
}

/** Makes a data directory, and fills an empty directory in PostgreSQL with the same users and lists. */
export async function fillBoth(folder: string, url: string, users: number): Promise<string> {
  const [data, dump] = [join(folder, 'data'), join(folder, 'dump.txt')];
  await makeDatabase(data, users);
  for (const args of [
    ['export', data, dump],
    ['import', url, dump],
  ]) {
    await run(process.execPath, [SERVER, ...args]);
  }
  return data;
}

/** Fills an empty directory with many users, who have {@link BUDDIES} buddies each, spread over all users. */
export async function fillMany(primary: Postgres, url: string, users: number): Promise<void> {
  const buddies = Array.from(
    { length: BUDDIES },
    (_, buddy) => `((number + ${(buddy + 1) * STEP}) % ${users})::int`,
  );
  await primary.sqlIn(
    url,
    `insert into im_user (num, id, buddies)
      select number, 'user' || number, array[${buddies.join(', ')}]
      from generate_series(0::bigint, ${users - 1}) as number;
    update im_head set users = ${users};
    analyze im_user`,
  );
}
