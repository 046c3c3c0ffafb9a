/**
 * The options `--inspect` and `--inspect-content` of both programs.
 */

import { type Command, Option } from 'commander';
import { type Log, SILENT_LOG } from '../actors/log.js';
import type { Inspection } from '../inspector/server/start-inspection.js';
import { complain, EXIT, portOption } from './command-line.js';

/** The inspector's default port. If it is in use, the inspector picks a free port. */
const INSPECTION_PORT = 8080;

export interface InspectionSettings {
  /** A port, or true for the default port. */
  readonly inspect?: number | true;
  readonly inspectContent?: true;
}

/** Adds the options to a program. */
export function addInspectionOptions(program: Command): Command {
  return program
    .option(
      '--inspect [port]',
      `show the running actors in a local browser; prints the address (default port: ${INSPECTION_PORT})`,
      portOption,
    )
    .addOption(
      new Option('--inspect-content', 'like --inspect, and also show texts, addresses and user ids').implies({
        inspect: true,
      }),
    )
    .hook('preAction', (_program, command) => {
      if (command === program || program.getOptionValue('inspect') === undefined) return;
      program.error(`error: '${command.name()}' cannot be inspected: omit --inspect`);
    });
}

/**
 * Starts an inspector if the options ask for one, and prints its address on standard error. Exits if the
 * inspector cannot start.
 */
export async function openInspection(
  program: string,
  { inspect, inspectContent }: InspectionSettings,
  log: Log = SILENT_LOG,
): Promise<Inspection | undefined> {
  if (inspect === undefined) return undefined;
  const { startInspection } = await import('../inspector/server/start-inspection.js');
  // This code runs in dist/bin/, or in a bundle in dist/programs/. These relative paths are right for both.
  const pages = new URL('../page/', import.meta.url);
  const drawings = new URL('../../docs/machines/', import.meta.url);
  const start = (port: number) =>
    startInspection({ program, port, showsContent: inspectContent === true, pages, drawings, log });
  try {
    const inspection = await (inspect === true
      ? start(INSPECTION_PORT).catch((error) => {
          if (error.code !== 'EADDRINUSE') throw error;
          return start(0);
        })
      : start(inspect));
    process.stderr.write(`${program}: inspect at ${inspection.address}\n`);
    return inspection;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? `TCP port ${inspect} is in use: choose another with --inspect` : message;
    complain(program, `cannot inspect: ${reason}`);
    process.exit(EXIT.failed);
  }
}
