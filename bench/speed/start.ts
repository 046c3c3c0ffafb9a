/**
 * Measures how long the programs take to start: the server with an empty store, and the client until its
 * first prompt.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';

const ROUNDS = 9;
const TARGET_MS = 250;

const programOf = (name: string) => fileURLToPath(new URL(`../../../bin/${name}`, import.meta.url));

/** How long it takes until a program's output contains a text, in milliseconds. */
export async function timeUntil(text: string, args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes(text)) break;
  }
  const ms = performance.now() - startedMs;
  child.kill('SIGKILL');
  await exited;
  if (!output.includes(text)) throw new Error(`${args.join(' ')} ended before it printed '${text}'`);
  return ms;
}

export async function benchStart(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const server = (round: number) => [
    ...[programOf('im-server'), '--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'],
    ...['--log-level', 'error', '--data', join(directory, String(round))],
  ];
  const client = [programOf('im-client'), '--plain', '--user', 'stranger', '--server', '127.0.0.1'];
  const nothing = ['-e', 'console.log("ready")'];
  try {
    report.section('Time to start');
    const times = { node: [] as number[], server: [] as number[], client: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      times.node.push(await timeUntil('ready', nothing));
      times.server.push(await timeUntil('ready', server(round)));
      times.client.push(await timeUntil('Your choice:', client));
    }
    reportTime(report, 'Node.js alone, for comparison', times.node);
    reportTime(report, 'im-server, ready, with an empty store', times.server, TARGET_MS);
    reportTime(report, 'im-client, its first prompt', times.client, TARGET_MS);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function reportTime(report: Report, scenario: string, times: readonly number[], limitMs?: number): void {
  const ms = median(times);
  report.result(scenario, { ms }, `${ms.toFixed(0)} ms`, {
    ...(limitMs !== undefined && { target: atMost(ms, limitMs, 'ms') }),
  });
}
