/**
 * The client's command line: options in, a running tree, an exit code out.
 */

import { InvalidArgumentError } from 'commander';
import { openInteractiveConsole } from '../actors/client/interactive-console.js';
import { openPlainConsole } from '../actors/client/plain-console.js';
import { startClient } from '../actors/client/tree.js';
import type { Log } from '../actors/log.js';
import { rootCause } from '../actors/supervision/supervisor-error.js';
import { parseId, type UserId } from '../protocol/id.js';
import { complain, createCommand, EXIT, portOption, textOption } from './command-line.js';
import { addHeadlessCommands } from './headless-commands.js';

const NAME = 'im-client';

interface Options {
  readonly server: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly messagePort: number;
  readonly user?: UserId;
  readonly plain?: boolean;
}

const command = createCommand(NAME, 'Terminal client of a small instant-messaging system.')
  .option('--server <host>', 'name or address of the server', textOption, 'localhost')
  .option('--tcp-port <port>', 'its port for REG, ADD and DEL', portOption, 1234)
  .option('--udp-port <port>', 'its port for SET and GET', portOption, 1235)
  .option('--message-port <port>', 'port on which buddies call; 0 picks a free one', portOption, 0)
  .option('--user <id>', 'log in as this user at the start', userOption)
  .option('--plain', 'lines in, lines out, no cursor codes (so it is without a terminal, or with TERM=dumb)')
  .addHelpText(
    'after',
    '\nIn the menu one letter is enough. In a chat, q on a line of its own leaves; \\q sends a q.',
  );

async function main(options: Options): Promise<void> {
  const { stdin, stdout } = process;
  const plain = options.plain || !stdin.isTTY || !stdout.isTTY || process.env['TERM'] === 'dumb';
  const open = plain ? openPlainConsole : openInteractiveConsole;

  // Before the first word is on the screen: from then on somebody may end it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => client.shutdown());

  const client = startClient({
    server: options.server,
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    messagePort: options.messagePort,
    user: options.user,
    openConsole: (listener) =>
      open({ stdin, stdout, notify: 'bell', notifyPrivate: false, hasColor: false }, listener),
    log: crashLog,
  });

  const { error } = await client.ended;
  if (error !== undefined) explain(error, options);
  process.exit(error === undefined ? EXIT.done : EXIT.failed);
}

function userOption(value: string): UserId {
  const id = parseId(value);
  if (id === undefined) throw new InvalidArgumentError('an id is up to 64 letters, digits and _ . @ + -');
  return id;
}

/** Of its actors' lives the user need only know when something went wrong. */
const crashLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: ({ err }: { readonly err?: unknown }, message) =>
    complain(NAME, `${message}: ${err ?? 'no reason'}`),
  isLevelEnabled: (level) => level === 'error',
};

function explain(error: unknown, { messagePort }: Options): void {
  const cause = rootCause(error) as NodeJS.ErrnoException;
  switch (cause.code) {
    case 'EADDRINUSE':
      return complain(NAME, `TCP port ${messagePort} is in use: choose another with --message-port`);
    case 'EACCES':
      return complain(
        NAME,
        `TCP port ${messagePort} needs privileges: choose one above 1023 with --message-port`,
      );
    default:
      return complain(NAME, cause instanceof Error ? cause.message : String(cause));
  }
}

addHeadlessCommands(command);
await command.action(() => main(command.opts<Options>())).parseAsync();
