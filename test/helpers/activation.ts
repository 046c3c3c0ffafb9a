/**
 * Starts a program as systemd does: with open sockets, and with variables that describe the sockets.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import { emptyEnvironment } from './programs.js';

/**
 * A Perl script that opens sockets as descriptors 3, 4, …, and then executes a program in its own process.
 * Arguments: the names of the sockets, their kinds, and the command line of the program.
 */
const ACTIVATE = `
  $^F = 255;
  my ($names, $kinds) = splice(@ARGV, 0, 2);
  for my $kind (split /,/, $kinds) {
    my $socket;
    socket($socket, PF_INET, $kind =~ /udp/ ? SOCK_DGRAM : SOCK_STREAM, 0) or die if $kind ne "unix";
    socket($socket, PF_UNIX, SOCK_STREAM, 0) or die if $kind eq "unix";
    bind($socket, sockaddr_in(0, INADDR_LOOPBACK)) or die if $kind ne "unix";
    listen($socket, 64) or die if $kind eq "tcp";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 16384) or die if $kind eq "small-udp";
    push @open, $socket;
  }
  $ENV{LISTEN_PID} = $$;
  $ENV{LISTEN_FDS} = @open;
  $ENV{LISTEN_FDNAMES} = $names;
  exec @ARGV;
`;

/** `small-udp` has a receive buffer of 16 KiB. `idle` is a TCP socket that does not listen. */
export type InheritedKind = 'tcp' | 'udp' | 'small-udp' | 'unix' | 'idle';

export interface Activated {
  /** The lines of the program's standard output. */
  readonly lines: Interface;
  readonly exited: Promise<number | null>;
  /** The program's standard error so far. */
  stderr(): string;
  write(line: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly pid: number;
}

/** Starts a program with Node.js. It is killed after the test. */
export function activate(
  t: ExecutionContext,
  sockets: readonly (readonly [name: string, kind: InheritedKind])[],
  ...program: readonly string[]
): Activated {
  const names = sockets.map(([name]) => name).join(':');
  const kinds = sockets.map(([, kind]) => kind).join(',');
  const started = spawn('perl', ['-MSocket', '-e', ACTIVATE, names, kinds, process.execPath, ...program], {
    env: emptyEnvironment(t),
  });
  let stderr = '';
  started.stderr.on('data', (text) => {
    stderr += text;
  });
  const exited = once(started, 'close').then(([code]) => code as number | null);
  t.teardown(async () => {
    started.kill('SIGKILL');
    await exited;
  });
  return {
    lines: createInterface(started.stdout),
    exited,
    stderr: () => stderr,
    write: (line) => started.stdin.write(`${line}\n`),
    kill: (signal) => started.kill(signal),
    pid: started.pid as number,
  };
}

/** The next line of the output. */
export async function nextLine({ lines }: Activated): Promise<string> {
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}
