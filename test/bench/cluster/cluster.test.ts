import test from 'ava';
import { benchCluster } from '../../../bench/cluster/cluster.js';
import { Report } from '../../../bench/report.js';

test('without PostgreSQL, the part for several servers says why it is skipped', async (t) => {
  const lines: string[] = [];
  const report = new Report('markdown', (line) => lines.push(line));
  await benchCluster(report, '/nowhere/postgres');
  t.regex(lines.join('\n'), /\| skipped \| PostgreSQL 15 is not installed: no \/nowhere\/postgres \|/);
});
