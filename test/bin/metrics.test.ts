/** The option --metrics of a real im-server. */

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { mountMemory, needs, remount } from '../helpers/faults.js';
import { pageUntil, readPage, sampleOf } from '../helpers/http.js';
import { ask, PresenceClient } from '../helpers/network.js';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';
import { askSealed, deviceOf, logIn } from '../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

async function startWatched(t: ExecutionContext, ...args: readonly string[]) {
  const directory = await temporaryDirectory(t);
  const server = await startServerProgram(t, directory, '--metrics', '0', ...args);
  return { ...server, directory };
}

test('the ready line names the address of the metrics', async (t) => {
  const { program, tcp, udp, http, directory } = await startWatched(t);
  const places = `tcp=127.0.0.1:${tcp} udp=127.0.0.1:${udp} metrics=127.0.0.1:${http} data=${directory}`;
  t.is(program.stdout, `im-server ready ${places}\n`);
});

test('the metrics show what clients did', async (t) => {
  const { tcp, udp, http } = await startWatched(t);
  const device = deviceOf();
  await askSealed(tcp, device, 'REG kim');
  await logIn(tcp, device, 'LOG kim new');
  for (const id of ['alice', 'bob', 'bob']) await ask(tcp, `REG ${id}\n`);
  const client = await PresenceClient.open(t, udp);
  client.send('SET alice 100 ONLINE 4000');
  client.send('SET bob 102 AWAY 4000');
  client.send('SET stranger 100 ONLINE 4000');
  await client.ask('GET alice');
  const page = await pageUntil(http, '/metrics', (each) => sampleOf(each, 'im_connections') === 0);
  t.is(page.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const expected: Readonly<Record<string, number>> = {
    'im_requests_total{op="REG",reply="200"}': 3,
    'im_requests_total{op="REG",reply="203"}': 1,
    'im_requests_total{op="LOG",reply="200"}': 1,
    'im_request_duration_seconds_count{op="REG"}': 4,
    'im_request_duration_seconds_bucket{le="10",op="REG"}': 4,
    'im_datagrams_total{op="SET",sealed="no",outcome="accepted"}': 2,
    'im_datagrams_total{op="SET",sealed="no",outcome="unknown-user"}': 1,
    'im_datagrams_total{op="GET",sealed="no",outcome="answered"}': 1,
    'im_presence_users{status="online"}': 1,
    'im_presence_users{status="away"}': 1,
    im_sessions: 1,
    im_users: 3,
    im_ready: 1,
    im_store_writable: 1,
    im_store_commit_duration_seconds_count: 5,
    im_store_commit_changes_sum: 5,
    'im_actor_restarts_total{actor="store"}': 0,
    'im_refusals_total{limit="users",answer="206"}': 0,
  };
  for (const [sample, value] of Object.entries(expected)) t.is(sampleOf(page, sample), value, sample);
  for (const sample of ['im_disk_free_bytes', 'im_disk_size_bytes', 'im_store_file_bytes{kind="journal"}'])
    t.true((sampleOf(page, sample) ?? 0) > 0, sample);
  t.true((sampleOf(page, 'im_store_sync_duration_seconds_count') ?? 0) >= 4);
  t.true((sampleOf(page, 'nodejs_eventloop_lag_p99_seconds') ?? 0) > 0);
  t.true((sampleOf(page, 'process_resident_memory_bytes') ?? 0) > 0);
});

test('a deleted user counts as a reserved id, and no longer as a user', async (t) => {
  const { tcp, http } = await startWatched(t);
  const device = deviceOf();
  await askSealed(tcp, device, 'REG kim');
  t.is(await askSealed(tcp, device, 'REM kim'), '200 OK\r\n');
  const page = await readPage(http, '/metrics');
  t.is(sampleOf(page, 'im_users'), 0);
  t.is(sampleOf(page, 'im_reserved_ids'), 1);
});

test('the metrics count each refusal under the limit that caused it', async (t) => {
  const { tcp, http } = await startWatched(t, '--max-users', '1', '--max-connections', '500');
  await ask(tcp, 'REG alice\n');
  t.is(await ask(tcp, 'REG bob\n'), '206 BUSY\r\n');
  const page = await readPage(http, '/metrics');
  t.is(sampleOf(page, 'im_refusals_total{limit="users",answer="206"}'), 1);
  t.is(sampleOf(page, 'im_users_max'), 1);
  t.is(sampleOf(page, 'im_connections_max'), 500);
});

test('a port in use is reported with the option that sets it', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
  const directory = await temporaryDirectory(t);
  const program = new Program(t, 'im-server', ...args, '--data', directory, '--metrics', String(port));
  t.is(await program.exited, 1);
  const advice = 'stop what uses it, or choose another with --metrics';
  t.is(program.stderr, `im-server: TCP port ${port} is in use: ${advice}\n`);
});

test('--metrics with a text that is not an address is a usage error', async (t) => {
  const program = new Program(t, 'im-server', '--metrics', 'here');
  t.is(await program.exited, 2);
  t.regex(program.stderr, /HOST:PORT, such as 127\.0\.0\.1:9464/);
});

test('--metrics with an address that other machines can reach causes a warning', async (t) => {
  for (const [host, warnings] of [
    ['127.0.0.1', 0],
    ['0.0.0.0', 1],
  ] as const) {
    const directory = await temporaryDirectory(t);
    const { program } = await startServerProgram(t, directory, '--metrics', `${host}:0`);
    program.process.kill('SIGTERM');
    await program.exited;
    const found = program.stderr.split('\n').filter((line) => line.includes('can read the metrics'));
    t.is(found.length, warnings, host);
  }
});

test('a server whose disk is full is not ready, and its metrics show the disk', async (t) => {
  if (!(await needs(t, 'tmpfs'))) return;
  const directory = await temporaryDirectory(t);
  await mountMemory(t, directory, 'size=1m');
  const { http, tcp } = await startServerProgram(t, directory, '--metrics', '0');
  const before = await readPage(http, '/metrics');
  t.is(sampleOf(before, 'im_disk_size_bytes'), 1024 * 1024);
  await t.throwsAsync(writeFile(join(directory, 'filler'), Buffer.alloc(2 * 1024 * 1024)), {
    code: 'ENOSPC',
  });
  const { text } = await pageUntil(http, '/readyz', ({ status }) => status === 503);
  t.is(text, 'the data directory cannot be written: no space left on device\n');
  // The last memory page of the journal may still have room for a few lines.
  while ((await ask(tcp, `REG u${Math.random()}\n`)) === '200 OK\r\n');
  const full = await pageUntil(http, '/metrics', (page) => sampleOf(page, 'im_ready') === 0);
  t.is(sampleOf(full, 'im_disk_free_bytes'), 0);
  t.is(sampleOf(full, 'im_store_writable'), 0);
  t.true((sampleOf(full, 'im_store_commit_failures_total') ?? 0) >= 1);
  await remount(directory, 'size=4m');
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  t.is((await pageUntil(http, '/readyz', ({ status }) => status === 200)).text, 'ready\n');
});
