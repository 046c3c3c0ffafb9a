/**
 * The server's log: pino writes it to standard error, either formatted for people or as JSON.
 */

import { constants, fstatSync, openSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';
import sonicBoom from 'sonic-boom';
import { toDisplayText } from '../protocol/display-text.js';

/**
 * The maximum number of bytes of log that wait for a slow reader. When it is reached, the log drops further
 * lines, because the server must not wait for the reader.
 */
export const MAX_LOG_BUFFER_BYTES = 1024 * 1024;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogFormat = 'pretty' | 'json';

/** Longest wait at exit for a slow reader to take the remaining lines, in milliseconds. */
export const LOG_CLOSE_TIMEOUT_MS = 500;

export interface ProcessLog {
  readonly log: Logger;
  /** Writes the remaining lines, for at most {@link LOG_CLOSE_TIMEOUT_MS}. */
  close(): Promise<void>;
}

/** Opens the log of this process. */
export async function createLog(level: (typeof LOG_LEVELS)[number], format: LogFormat): Promise<ProcessLog> {
  const stderr = openStderr();
  const destination: DestinationStream = format === 'json' ? stderr : await prettyStream(stderr);
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: errorFields } },
    destination,
  );
  return {
    log,
    close: () =>
      new Promise((resolve) => {
        stderr.once('close', resolve);
        setTimeout(resolve, LOG_CLOSE_TIMEOUT_MS);
        stderr.end();
      }),
  };
}

/**
 * Opens standard error for asynchronous writing. pino's own destination is not used: at exit, it waits until
 * every line is written, and this wait never ends if the disk is full or the reader stalls.
 */
function openStderr(): sonicBoom.SonicBoom {
  const stream = new sonicBoom.SonicBoom({
    fd: stderrDescriptor(),
    sync: false,
    maxLength: MAX_LOG_BUFFER_BYTES,
  });
  // If the disk is full or the reader is gone, lines are dropped and the server keeps running.
  stream.on('error', () => {});
  return stream;
}

/** Opens a non-blocking descriptor for a pipe or terminal, so that a stalled reader never blocks a thread. */
function stderrDescriptor(): number {
  const status = fstatSync(2);
  if (!status.isFIFO() && !status.isCharacterDevice()) return 2;
  try {
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 2; // not Linux, or no reader
  }
}

/** Loads pino-pretty only when it is needed: loading takes a third of the start-up time. */
async function prettyStream(destination: DestinationStream): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  const format = pretty.prettyFactory({
    colorize: process.stderr.isTTY && !process.env['NO_COLOR'],
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return { write: (line: string) => destination.write(format(JSON.parse(line)) ?? '') };
}

/** Formats an error for the log. An error may quote foreign bytes, so each line passes the text gate. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: toDisplayText(String(error)) };
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: toDisplayText(error.message),
    ...(code !== undefined && { code }),
    stack: (error.stack ?? '').split('\n').map(toDisplayText).join('\n'),
    ...(error.cause !== undefined && { cause: errorFields(error.cause) }),
  };
}
