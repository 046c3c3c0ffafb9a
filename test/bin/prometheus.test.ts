/** Tests the dashboard and the alert rules of docs/monitoring/ with a real Prometheus and real servers. */

import { execFile } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import anyTest, { type ExecutionContext } from 'ava';
import { REFUSALS } from '../../actors/server/server-meter.js';
import { startOn } from '../helpers/directory-servers.js';
import { mountMemory, needs } from '../helpers/faults.js';
import { readPage } from '../helpers/http.js';
import { isInstalled } from '../helpers/installed.js';
import { ask, PresenceClient } from '../helpers/network.js';
import { POSTGRES_SERVER, Postgres } from '../helpers/postgres.js';
import { type ServerProgram, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { PROMETHEUS, Prometheus, RULES } from '../helpers/prometheus.js';

const run = promisify(execFile);

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** The expressions of the dashboard, as Grafana sends them. */
async function dashboardQueries(): Promise<string[]> {
  const { panels } = JSON.parse(await readFile('docs/monitoring/dashboard.json', 'utf8')) as {
    panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return [...new Set(expressions)].map((expr) =>
    expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'),
  );
}

/** Sends requests of several kinds, each of which changes the metrics. */
async function useServer(t: ExecutionContext, { tcp, udp }: ServerProgram, round: number): Promise<void> {
  for (const line of [`REG user${round}`, `REG user${round}`, `ADD user${round} user0`, 'VER im 1'])
    await ask(tcp, `${line}\n`);
  const client = await PresenceClient.open(t, udp);
  client.send(`SET user${round} 100 ONLINE 4000`);
  await client.ask(`GET user${round}`);
}

/** The names of metrics in an expression. */
function namesIn(expression: string): string[] {
  return [...new Set(expression.match(/\b(?:im|nodejs|process)_[a-z0-9_]+\b|\bup\b/g) ?? [])];
}

test('every query of the dashboard has data, and every alert rule uses metrics that exist', async (t) => {
  t.timeout(180_000);
  if (!isInstalled(t, PROMETHEUS) || !isInstalled(t, POSTGRES_SERVER)) return;
  const postgres = await Postgres.start(t);
  const servers = [
    await startServerProgram(t, await temporaryDirectory(t), '--metrics', '0'),
    await startOn(
      t,
      await postgres.makeDirectory(t),
      '--directory-alone',
      '--warm-up',
      '0',
      '--metrics',
      '0',
    ),
  ];
  const prometheus = await Prometheus.start(
    t,
    servers.map(({ http }) => http),
  );
  const queries = await dashboardQueries();
  t.true(queries.length > 30);
  const pending = new Set(queries);
  for (let round = 0; pending.size > 0; round++) {
    for (const server of servers) await useServer(t, server, round);
    for (const query of pending) if ((await prometheus.query(query)).length > 0) pending.delete(query);
  }
  const names = await prometheus.names();
  const rules = await prometheus.rules();
  t.is(rules.length, 17);
  for (const { name, query, health, lastError } of rules) {
    t.is(health, 'ok', `${name}: ${lastError}`);
    t.deepEqual(
      namesIn(query).filter((each) => !names.includes(each)),
      [],
      name,
    );
  }
  const alerts = await prometheus.alerts();
  t.deepEqual(
    alerts.filter(({ state }) => state === 'firing'),
    [],
    'healthy servers raise no alert',
  );
});

test('a server that went down raises an alert', async (t) => {
  if (!isInstalled(t, PROMETHEUS)) return;
  const { program, http } = await startServerProgram(t, await temporaryDirectory(t), '--metrics', '0');
  const prometheus = await Prometheus.start(t, [http]);
  await prometheus.sampleOf('im_ready == 1');
  program.process.kill('SIGKILL');
  await prometheus.sampleOf('ALERTS{alertname="ImServerDown", alertstate="pending"}');
  t.pass();
});

test('an alert is raised before the disk is full, while the store still takes changes', async (t) => {
  t.timeout(180_000);
  if (!isInstalled(t, PROMETHEUS) || !(await needs(t, 'tmpfs'))) return;
  const directory = await temporaryDirectory(t);
  await mountMemory(t, directory, 'size=8m');
  const { tcp, http } = await startServerProgram(t, directory, '--metrics', '0');
  const prometheus = await Prometheus.start(t, [http]);
  const rules = new Map((await prometheus.rules()).map(({ name, query }) => [name, query]));
  const full = (await prometheus.sampleOf('im_disk_free_bytes')).value[1];
  const isRaised = async (alert: string) => (await prometheus.query(rules.get(alert) as string)).length > 0;
  t.false(await isRaised('ImDiskAlmostFull'));
  t.false(await isRaised('ImDiskFullSoon'));

  // Another program fills the disk, and Prometheus sees each step.
  const filler = join(directory, 'filler');
  const seen: string[] = [];
  const fillOnce = async () => {
    await appendFile(filler, Buffer.alloc(512 * 1024));
    const before = Number(seen.at(-1) ?? full);
    seen.push((await prometheus.sampleOf('im_disk_free_bytes', (bytes) => bytes < before)).value[1]);
    t.is(await ask(tcp, `REG user${seen.length}\n`), '200 OK\r\n', 'the store still takes changes');
  };
  while (!(await isRaised('ImDiskFullSoon'))) await fillOnce();
  t.log(`ImDiskFullSoon at ${seen.at(-1)} of ${full} bytes`);
  while (!(await isRaised('ImDiskAlmostFull'))) await fillOnce();
  t.log(`ImDiskAlmostFull at ${seen.at(-1)} of ${full} bytes`);
  t.is((await readPage(http, '/readyz')).status, 200);
  t.false(await isRaised('ImStoreCannotWrite'));
  await prometheus.sampleOf('ALERTS{alertname="ImDiskAlmostFull"}');

  await t.throwsAsync(appendFile(filler, Buffer.alloc(4 * 1024 * 1024)), { code: 'ENOSPC' });
  while ((await ask(tcp, `REG u${Math.random()}\n`)) === '200 OK\r\n');
  await prometheus.sampleOf('ALERTS{alertname="ImStoreCannotWrite"}');
  await prometheus.sampleOf('im_ready == 0');
});

test('the alert rules are valid, and raise each alert exactly when they must', async (t) => {
  if (!isInstalled(t, 'promtool')) return;
  const checked = await run('promtool', ['check', 'rules', RULES]);
  t.regex(checked.stdout, /SUCCESS: 17 rules found/);
  const { stdout } = await run('promtool', ['test', 'rules', 'test/monitoring/alerts.test.yml']);
  t.regex(stdout, /SUCCESS/);
});

test('the metrics page is valid for Prometheus, and its names follow the conventions', async (t) => {
  if (!isInstalled(t, 'promtool')) return;
  const server = await startServerProgram(t, await temporaryDirectory(t), '--metrics', '0');
  await useServer(t, server, 0);
  const page = await readPage(server.http, '/metrics');
  // promtool prints each breach of the conventions. The metrics named by prom-client are not checked.
  const own = page.text
    .split('\n')
    .filter((line) => /^(?:# (?:HELP|TYPE) )?im_/.test(line))
    .join('\n');
  const checked = run('promtool', ['check', 'metrics']);
  checked.child.stdin?.end(`${own}\n`);
  const { stdout, stderr } = await checked;
  t.is(stdout + stderr, '');
});

test('docs/watching.md lists each metric, each alert and each limit', async (t) => {
  const text = await readFile('docs/watching.md', 'utf8');
  const { http } = await startServerProgram(t, await temporaryDirectory(t), '--metrics', '0');
  const page = await readPage(http, '/metrics');
  const metrics = [...page.text.matchAll(/^# TYPE (im_\w+) /gm)].map(([, name]) => name as string);
  const directory = ['im_directory_reachable', 'im_directory_in_doubt', 'im_directory_doubts_total'];
  const listed = [...text.matchAll(/^\| `(im_\w+)` \|/gm)].map(([, name]) => name as string);
  t.deepEqual(listed.toSorted(), [...metrics, ...directory].toSorted());
  const rules = [...(await readFile(RULES, 'utf8')).matchAll(/- alert: (\w+)/g)].map(
    ([, name]) => name as string,
  );
  const alerts = [...text.matchAll(/^\| `(Im\w+)` \|/gm)].map(([, name]) => name as string);
  t.deepEqual(alerts.toSorted(), rules.toSorted());
  for (const [limit, answer] of Object.entries(REFUSALS)) {
    const [, shown] = new RegExp(`^\\| \`${limit}\` \\|.*\\| (\\S+)[^|]*\\|$`, 'm').exec(text) ?? [];
    t.is(shown?.replaceAll('`', ''), answer, limit);
  }
});
