/**
 * `--inspect` and `--inspect-content`, of both programs.
 */

import { type Command, Option } from 'commander';
import { type Log, SILENT_LOG } from '../actors/log.js';
import type { Inspection } from '../inspector/server/start-inspection.js';
import { complain, EXIT, portOption } from './command-line.js';

/** Where the inspector listens unless a port is given; another free port when it is taken. */
const INSPECTION_PORT = 8080;

export interface InspectionSettings {
  /** A port, or true for the usual one. */
  readonly inspect?: number | true;
  readonly inspectContent?: true;
}

/** Adds the options to a program. */
export function addInspectionOptions(program: Command): Command {
  return program
    .option(
      '--inspect [port]',
      `show its actors at work in a browser of this machine; it prints the address (default port: ${INSPECTION_PORT})`,
      portOption,
    )
    .addOption(
      new Option('--inspect-content', 'the same, with texts, addresses and ids of users').implies({
        inspect: true,
      }),
    )
    .hook('preAction', (_program, command) => {
      if (command === program || program.getOptionValue('inspect') === undefined) return;
      program.error(`error: --inspect is not for '${command.name()}'`);
    });
}

/**
 * Starts an inspector, if one is asked for, and prints its address on standard error. The program ends when
 * it cannot.
 */
export async function openInspection(
  program: string,
  { inspect, inspectContent }: InspectionSettings,
  log: Log = SILENT_LOG,
): Promise<Inspection | undefined> {
  if (inspect === undefined) return undefined;
  const { startInspection } = await import('../inspector/server/start-inspection.js');
  // The same from dist/bin/, and from dist/programs/ where it is bundled.
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
