/**
 * The chaos test: `npm run chaos -- --seconds 30`. With `--cluster`, see cluster/run-cluster.ts.
 *
 * Runs a real server and real clients in this process, over real sockets and files. Workers keep them busy
 * while random actors of every kind are crashed many times a second, within the restart limits of their
 * supervisors. Exits with 1 after any fault, such as a lost change. `Fault` in tally.ts lists the faults.
 */

import { InvalidArgumentError, Option } from 'commander';
import { complain, createCommand, EXIT } from '../../bin/command-line.js';
import { addInspectionOptions, type InspectionSettings, openInspection } from '../../bin/inspect-option.js';
import { clusterCommand } from './cluster/cluster-command.js';
import { stoppable } from './pause.js';
import { progressLine, table } from './report.js';
import { runChaos } from './run.js';

const NAME = 'chaos';

/** Longest run, in seconds: a day. */
const MAX_SECONDS = 86_400;

/** All seeds are below this number. */
const SEEDS = 2 ** 32;

interface Options extends InspectionSettings {
  readonly seconds: number;
  readonly seed: number;
  readonly cluster?: true;
}

function secondsOption(value: string): number {
  const seconds = Number(value);
  if (value.trim() !== '' && seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new InvalidArgumentError(`give a number of seconds, at most ${MAX_SECONDS}.`);
}

function seedOption(value: string): number {
  if (/^\d+$/.test(value) && Number(value) < SEEDS) return Number(value);
  throw new InvalidArgumentError(`give a whole number below ${SEEDS}.`);
}

const command = createCommand(
  NAME,
  'Crashes actors of a busy server and its clients, and counts what is lost.',
)
  .option('--seconds <n>', 'how long to crash actors', secondsOption, 30)
  .option('--seed <n>', 'seed of the random choices (default: a new one each time)', seedOption)
  .addOption(
    new Option(
      '--cluster',
      'kill and freeze three servers and their three databases instead (needs PostgreSQL 15); ' +
        'then two control runs must lose changes',
    ).conflicts(['inspect', 'inspectContent']),
  )
  .addHelpText('after', '\nSIGINT ends the run early. If it finds faults, it prints them and exits with 1.');
addInspectionOptions(command);

async function main({ seconds, seed, cluster, ...inspection }: Options): Promise<number> {
  const stop = stoppable();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  process.stdout.write(`${NAME}: ${seconds} s, --seed ${seed}\n`);
  if (cluster) return clusterCommand(NAME, seconds, { seed, stop: stop.signal });
  const tally = await runChaos({
    seconds,
    seed,
    stop: stop.signal,
    openInspection: () => openInspection(NAME, inspection),
    onProgress: (counts, elapsed) => {
      if (process.stdout.isTTY) process.stdout.write(`${progressLine(counts, elapsed)}\n`);
    },
  });
  process.off('SIGINT', interrupt);
  process.stdout.write(`\n${table(tally)}\n`);
  for (const line of tally.verdict) complain(NAME, line);
  return tally.verdict.length === 0 ? EXIT.done : EXIT.failed;
}

const options = command.parse().opts<Partial<Options>>();
const code = await main({ seconds: 30, seed: Math.floor(Math.random() * SEEDS), ...options });
// A leaked handle must not keep the process alive.
process.exit(code);
