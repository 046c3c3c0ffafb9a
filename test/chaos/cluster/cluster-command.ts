/**
 * `npm run chaos -- --cluster`: the run with several servers, and then its controls.
 */

import { complain, EXIT } from '../../../bin/command-line.js';
import { isThere } from '../../helpers/installed.js';
import { POSTGRES_SERVER } from '../../helpers/postgres.js';
import { clusterTable, controlLine } from './cluster-report.js';
import { CONTROLS } from './controls.js';
import { type RunOptions, runCluster, runControl } from './run-cluster.js';

/** @returns The exit code. */
export async function clusterCommand(name: string, seconds: number, options: RunOptions): Promise<number> {
  if (!isThere(POSTGRES_SERVER)) {
    const isSkipped = !process.env['CI'];
    complain(name, `${isSkipped ? 'skipped: ' : ''}${POSTGRES_SERVER} is not installed`);
    return isSkipped ? EXIT.done : EXIT.failed;
  }
  const run = await runCluster(seconds, options);
  process.stdout.write(`\n${clusterTable(run)}\n\n`);
  const faults = [...run.tally.verdict];
  for (const control of CONTROLS) {
    if (options.stop.aborted) break;
    const controlRun = await runControl(control, options);
    process.stdout.write(`${controlLine(control.name, controlRun)}\n`);
    const hasLost = controlRun.tally.faults('loss') > 0 || options.stop.aborted;
    if (!hasLost) {
      faults.push(`unproven: the control '${control.name}' lost nothing`, ...controlRun.tally.verdict);
    }
  }
  for (const line of faults) complain(name, line);
  return faults.length === 0 ? EXIT.done : EXIT.failed;
}
