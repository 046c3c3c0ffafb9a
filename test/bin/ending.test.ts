import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { inject, needs } from '../helpers/faults.js';
import { ask, closed, dial } from '../helpers/network.js';
import {
  emptyEnvironment,
  Program,
  programPath,
  type ServerProgram,
  startServerProgram,
  temporaryDirectory,
} from '../helpers/programs.js';
import { Terminal } from '../helpers/terminal.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

const SIZE = { columns: 80, rows: 24 };

const READY = /im-server ready tcp=\S*:(\d+) /;

/** How long a sync hangs: longer than a server may take to end. In microseconds, the unit of strace. */
const HANG_US = 20_000_000;

/** Runs a program in a terminal. `ended` resolves with its exit code and signal. */
function inTerminal(t: ExecutionContext, ...args: readonly string[]) {
  const terminal = new Terminal(t, SIZE, process.execPath, ...args);
  const ended = new Promise<{ exitCode: number; signal?: number }>((resolve) => terminal.pty.onExit(resolve));
  return { terminal, ended };
}

/** Closes a terminal, as closing its window does. */
function hangUp({ pty }: Terminal): void {
  (pty as typeof pty & { destroy(): void }).destroy();
}

/** Starts a server in a terminal, and returns its TCP port. */
async function serverInTerminal(t: ExecutionContext) {
  const free = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--log-level', 'silent'];
  const directory = await temporaryDirectory(t);
  const server = inTerminal(t, programPath('im-server'), ...free, '--data', directory);
  await server.terminal.until(() => READY.test(server.terminal.output));
  return { ...server, port: Number(READY.exec(server.terminal.output)?.[1]) };
}

/** The options with which a client reaches a server. */
function portsOf({ tcp, udp }: ServerProgram): string[] {
  return ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
}

test('SIGHUP ends a server in a terminal only if that terminal is closed', async (t) => {
  const { terminal, ended, port } = await serverInTerminal(t);
  terminal.pty.kill('SIGHUP');
  t.is(await ask(port, 'REG alice\n'), '200 OK\r\n');
  hangUp(terminal);
  t.like(await ended, { exitCode: 0, signal: 0 });
});

test('programs without a terminal, for example under nohup, ignore SIGHUP', async (t) => {
  const server = await startServerProgram(t, await temporaryDirectory(t));
  server.program.process.kill('SIGHUP');
  t.is(await ask(server.tcp, 'REG alice\n'), '200 OK\r\n');

  const listen = new Program(t, 'im-client', ...portsOf(server), 'listen', 'alice', '--json');
  await listen.expect(/"event":"listening"/);
  listen.process.kill('SIGHUP');
  const client = new Program(t, 'im-client', ...portsOf(server));
  await client.expect('Your choice:');
  client.process.kill('SIGHUP');
  client.write('R\nbob\n');
  await client.expect('200 OK');

  for (const program of [listen, client, server.program]) {
    program.process.kill('SIGTERM');
    t.is(await program.exited, 0);
  }
});

test('every program exits with 0, and does not abort, when its terminal is closed', async (t) => {
  const own = await startServerProgram(t, await temporaryDirectory(t));
  await ask(own.tcp, 'REG alice\n');
  const client = [programPath('im-client'), ...portsOf(own)];
  const cases = [
    [client, 'Your choice:'],
    [[...client, '--plain'], 'Your choice:'],
    [[...client, 'listen', 'alice'], 'Listening as alice'],
  ] as const;
  for (const [args, shown] of cases) {
    const { terminal, ended } = inTerminal(t, ...args);
    await terminal.until(() => terminal.output.includes(shown), shown);
    hangUp(terminal);
    t.like(await ended, { exitCode: 0, signal: 0 }, args.slice(1).join(' '));
  }
  const server = await serverInTerminal(t);
  hangUp(server.terminal);
  t.like(await server.ended, { exitCode: 0, signal: 0 });
});

/** Starts a server that has registered alice. The sync when it registers bob hangs for {@link HANG_US}. */
async function hangingServer(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  const { program, tcp } = await startServerProgram(t, directory);
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  const hang = await inject(t, program.process.pid, [`fdatasync:delay_enter=${HANG_US}`]);
  const socket = await dial(tcp);
  t.teardown(() => socket.destroy());
  socket.write('REG bob\n');
  while (!(await readFile(join(directory, 'journal-1.txt'), 'latin1')).includes(' REG bob ')) {
    await new Promise(setImmediate);
  }
  const exited = once(program.process, 'exit');
  /** Waits until the server has ended, and returns its exit code and signal. */
  const ended = async () => {
    await hasEnded(program.process.pid);
    await hang.endNow();
    return exited;
  };
  return { directory, process: program.process, ended };
}

/** Waits until a process is a zombie. While strace holds one of its threads, its parent gets no SIGCHLD. */
async function hasEnded(pid: number | undefined): Promise<void> {
  while (!/^State:\tZ/m.test(await readFile(`/proc/${pid}/status`, 'latin1'))) {
    await new Promise(setImmediate);
  }
}

test('after a signal, a server with a hanging sync kills itself by SIGKILL, and loses no user', async (t) => {
  if (!(await needs(t, 'strace'))) return;
  const server = await hangingServer(t);
  server.process.kill('SIGTERM');
  t.deepEqual(await server.ended(), [null, 'SIGKILL']);
  const next = await startServerProgram(t, server.directory);
  t.is(await ask(next.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
});

test('a server with a hanging sync kills itself sooner after two signals than after one', async (t) => {
  if (!(await needs(t, 'strace'))) return;
  const single = await hangingServer(t);
  const twice = await Promise.all(
    (['SIGTERM', 'SIGINT'] as const).map(async (signal) => ({
      ...(await hangingServer(t)),
      signal,
    })),
  );
  // This server gets its signal first, so it would end first if a second signal had no effect.
  single.process.kill('SIGTERM');
  const order: string[] = [];
  const ends = [single.ended().finally(() => order.push('single'))];
  for (const { process, ended, signal } of twice) {
    process.kill(signal);
    // The server ignores a second signal that comes too soon after the first, so the signal is repeated.
    const again = setInterval(() => process.kill(signal), 50);
    t.teardown(() => clearInterval(again));
    ends.push(ended().finally(() => order.push(signal)));
  }
  const killed = [null, 'SIGKILL'];
  t.deepEqual(await Promise.all(ends), [killed, killed, killed]);
  t.is(order.at(-1), 'single', order.join());
});

test('two simultaneous signals, as npm sends on Ctrl-C, end a server with exit code 0', async (t) => {
  const { program, tcp } = await startServerProgram(t, await temporaryDirectory(t));
  const idle = await dial(tcp);
  const left = closed(idle);
  program.process.kill('SIGINT');
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  await left;
});

test('a client whose standard output is full prints the reason, and exits with 1', async (t) => {
  const command = `exec ${programPath('im-client')} --plain > /dev/full`;
  const client = spawn('sh', ['-c', command], { env: emptyEnvironment(t) });
  t.teardown(() => client.kill('SIGKILL'));
  let stderr = '';
  client.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  t.deepEqual(await once(client, 'close'), [1, null]);
  t.regex(stderr, /^im-client: standard output: .*\n$/);
});
