/**
 * Measures the CPU time of `im-server import`: for a directory in the original layout, for a dump, and for
 * the same dump again, when all users exist already.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Report } from './report.js';
import { atMost } from './target.js';

const USERS = 50_000;
const BUDDIES = 20;

/** The CPU time allowed for each entry of a list, in microseconds: 10 million entries take half a minute. */
const TARGET_US = 3;

const SERVER = fileURLToPath(new URL('../../bin/im-server', import.meta.url));

export async function benchTransfer(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const [original, dump] = [join(directory, 'original'), join(directory, 'dump.txt')];
  try {
    await writeOriginal(original);
    const entries = (USERS * BUDDIES).toLocaleString('en');
    report.section(
      `CPU time of im-server import: ${USERS.toLocaleString('en')} users with ${entries} entries`,
    );
    const [first, second] = [join(directory, 'first'), join(directory, 'second')];
    reportTime(report, 'a file for each user', await timeOf('import', first, original));
    await timeOf('export', first, dump);
    reportTime(report, 'a dump', await timeOf('import', second, dump));
    reportTime(report, 'the same dump again', await timeOf('import', second, dump));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeOriginal(directory: string): Promise<void> {
  await mkdir(directory);
  for (let user = 0; user < USERS; user++) {
    // Buddies are spread over all users. USERS divides none of these steps, so no user is their own buddy.
    const lines = Array.from(
      { length: BUDDIES },
      (_, buddy) => `user${(user + (buddy + 1) * 1_009) % USERS}\n`,
    );
    await writeFile(join(directory, `user${user}.txt`), lines.join(''));
  }
}

/** Runs a command of im-server; returns its CPU time in seconds, as the shell's `times` reports it. */
async function timeOf(...args: readonly string[]): Promise<number> {
  const script = '"$@" >&2; times';
  const { stdout } = await promisify(execFile)('sh', [
    '-ec',
    script,
    'sh',
    process.execPath,
    SERVER,
    ...args,
  ]);
  const [, children = ''] = stdout.split('\n');
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

function reportTime(report: Report, scenario: string, seconds: number): void {
  const cpuUs = (seconds * 1e6) / (USERS * BUDDIES);
  report.result(scenario, { cpuUs, seconds }, `${cpuUs.toFixed(2)} µs an entry`, {
    details: `${seconds.toFixed(1)} s`,
    target: atMost(cpuUs, TARGET_US, 'µs'),
  });
}
