/**
 * Measures performance: `npm run bench`, or `npm run bench -- --json`. docs/performance.md explains the
 * results.
 */

import { Command, Option } from 'commander';
import { benchCluster } from './cluster/cluster.js';
import { Report } from './report.js';
import { benchChat } from './speed/chat-load.js';
import { benchInspection } from './speed/inspection-cost.js';
import { benchKeys } from './speed/keys-cost.js';
import { benchMetrics } from './speed/metrics-cost.js';
import { benchPrivateChat } from './speed/private-load.js';
import { benchSpeed } from './speed/speed.js';
import { benchStart } from './speed/start.js';
import { benchStore } from './store-benchmark.js';
import { benchSupervision } from './supervision.js';
import { benchTransfer } from './transfer.js';

const PARTS = {
  start: benchStart,
  speed: benchSpeed,
  chat: benchChat,
  keys: benchKeys,
  private: benchPrivateChat,
  inspection: benchInspection,
  metrics: benchMetrics,
  store: benchStore,
  import: benchTransfer,
  cluster: benchCluster,
  supervision: benchSupervision,
} as const;

const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

const command = new Command('bench')
  .description('Measures performance, in comparison with minimal Node.js servers.')
  .addOption(new Option('--json', 'print one JSON document').conflicts('markdown').default(false))
  .option('--markdown', 'print tables for docs/performance.md; a bold figure misses its target', false)
  .addOption(new Option('--only <parts...>', 'the parts to measure').choices(NAMES).default(NAMES, 'all'));

interface BenchOptions {
  readonly json: boolean;
  readonly markdown: boolean;
  readonly only: readonly (keyof typeof PARTS)[];
}

const { json, markdown, only } = command.parse().opts<BenchOptions>();
const report = new Report(json ? 'json' : markdown ? 'markdown' : 'text');
for (const name of only) await PARTS[name](report);
report.end();
