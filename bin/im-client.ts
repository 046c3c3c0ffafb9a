/**
 * The client's program: reads the settings, runs the client's tree, and sets the exit code.
 */

import { startClient } from '../actors/client/client-tree.js';
import type { Log } from '../actors/log.js';
import { rootCause } from '../supervision/supervisor-error.js';
import { openInteractiveConsole } from '../terminal/interactive-console.js';
import { openPlainConsole } from '../terminal/plain-console.js';
import { Archive } from '../user-files/archive.js';
import { dataDirectory, stateDirectory } from '../user-files/directories.js';
import { CLIENT_NAME, createClientCommand } from './client-command.js';
import { type ClientSettings, privacyMode } from './client-options.js';
import { complain, EXIT, exitOfOutputError, runProgram } from './command-line.js';
import { endProcess, onStopSignal } from './ending.js';
import { openInspection } from './inspect-option.js';
import { oldNodeNotice } from './node-version.js';

const MINUTE_MS = 60_000;

/** How long the client may take after a signal to list its unconfirmed lines, in milliseconds. */
const LEAVE_GRACE_MS = 2_000;

async function main(settings: ClientSettings): Promise<void> {
  const { stdin, stdout, env } = process;
  const isDumb = env['TERM'] === 'dumb';
  const plain = settings.plain || !stdin.isTTY || !stdout.isTTY || isDumb;
  const open = plain ? openPlainConsole : openInteractiveConsole;
  // An empty NO_COLOR has no effect: https://no-color.org.
  const hasColor = stdout.isTTY === true && !env['NO_COLOR'] && !isDumb;
  const { server, tcpPort, udpPort, messagePort, user, notify, notifyPrivate } = settings;

  const notice = oldNodeNotice();
  if (notice !== undefined) complain(CLIENT_NAME, notice);

  const inspection = await openInspection(CLIENT_NAME, settings, crashLog);

  let outputError: NodeJS.ErrnoException | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The client ends without an error when the reader or the terminal of its output is gone.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') outputError ??= error;
  });

  // Handle signals before the first output: a script may send a signal as soon as it reads the output.
  onStopSignal(() => {
    client.leave();
    setTimeout(client.shutdown, LEAVE_GRACE_MS).unref();
  });

  const client = startClient({
    server,
    tcpPort,
    udpPort,
    messagePort,
    user,
    isInteractive: !plain,
    openConsole: (listener) => open({ stdin, stdout, notify, notifyPrivate, hasColor }, listener),
    openArchive: () =>
      new Archive({
        directory: stateDirectory(env),
        keepsHistory: settings.history,
        server: { host: server, port: udpPort },
      }),
    dataRoot: dataDirectory(env),
    privacyMode: privacyMode(settings),
    ...(settings.autoAway > 0 && { autoAwayMs: settings.autoAway * MINUTE_MS }),
    log: crashLog,
    ...(inspection && { onEmitted: inspection.record }),
  });
  inspection?.show(client);

  const { error } = await client.ended;
  await inspection?.close();
  if (error !== undefined) explain(error, messagePort);
  const outputCode = outputError === undefined ? EXIT.done : exitOfOutputError(CLIENT_NAME, outputError);
  await endProcess(error === undefined ? outputCode : EXIT.failed);
}

/** A log for the client's actors, which shows the user only the errors. */
const crashLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  fatal: () => {},
  error: ({ err }: { readonly err?: unknown }, message) =>
    complain(CLIENT_NAME, `${message}: ${err ?? 'no reason'}`),
  isLevelEnabled: (level) => level === 'error',
};

function explain(error: unknown, messagePort: number): void {
  const cause = rootCause(error) as NodeJS.ErrnoException;
  switch (cause.code) {
    case 'EADDRINUSE':
      return complain(CLIENT_NAME, `TCP port ${messagePort} is in use: choose another with --message-port`);
    case 'EACCES':
      return complain(
        CLIENT_NAME,
        `TCP port ${messagePort} needs privileges: choose a port above 1023 with --message-port`,
      );
    default:
      return complain(CLIENT_NAME, cause instanceof Error ? cause.message : String(cause));
  }
}

await runProgram(createClientCommand(main, process.env));
