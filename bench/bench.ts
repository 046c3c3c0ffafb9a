/**
 * What it costs, measured: `npm run bench`, or `npm run bench -- --json`. docs/performance.md says how to
 * read it.
 */

import { Command, Option } from 'commander';
import { Report } from './report.js';
import { benchChat } from './speed/chat-load.js';
import { benchInspection } from './speed/inspection-cost.js';
import { benchSpeed } from './speed/speed.js';
import { benchStart } from './speed/start.js';
import { benchStore } from './store-benchmark.js';
import { benchSupervision } from './supervision.js';
import { benchTransfer } from './transfer.js';

const PARTS = {
  start: benchStart,
  speed: benchSpeed,
  chat: benchChat,
  inspection: benchInspection,
  store: benchStore,
  import: benchTransfer,
  supervision: benchSupervision,
} as const;

const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

const command = new Command('bench')
  .description('Measures what it costs, side by side with the least that Node.js can do.')
  .addOption(new Option('--json', 'one JSON document instead of lines').conflicts('markdown').default(false))
  .option('--markdown', 'tables to paste into docs/performance.md; a figure in bold misses its target', false)
  .addOption(new Option('--only <parts...>', 'what to measure').choices(NAMES).default(NAMES, 'all'));

interface BenchOptions {
  readonly json: boolean;
  readonly markdown: boolean;
  readonly only: readonly (keyof typeof PARTS)[];
}

const { json, markdown, only } = command.parse().opts<BenchOptions>();
const report = new Report(json ? 'json' : markdown ? 'markdown' : 'text');
for (const name of only) await PARTS[name](report);
report.end();
