/**
 * What it costs, measured: `npm run bench`, or `npm run bench -- --json`. docs/performance.md says how to
 * read it.
 */

import { Command, Option } from 'commander';
import { Report } from './report.js';
import { benchChat } from './speed/chat.js';
import { benchInspection } from './speed/inspection.js';
import { benchSpeed } from './speed/speed.js';
import { benchStart } from './speed/start.js';
import { benchStore } from './store.js';
import { benchSupervision } from './supervision.js';

const PARTS = {
  start: benchStart,
  speed: benchSpeed,
  chat: benchChat,
  inspection: benchInspection,
  store: benchStore,
  supervision: benchSupervision,
} as const;

const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

const command = new Command('bench')
  .description('Measures what it costs, side by side with the least that Node.js can do.')
  .option('--json', 'one JSON document instead of lines', false)
  .addOption(new Option('--only <parts...>', 'what to measure').choices(NAMES).default(NAMES, 'all'));

const { json, only } = command.parse().opts<{ json: boolean; only: (keyof typeof PARTS)[] }>();
const report = new Report(json);
for (const name of only) await PARTS[name](report);
report.end();
