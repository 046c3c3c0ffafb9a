/**
 * The interactive console in a pseudo-terminal, told what to do and heard of what it tells.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import type { ConsoleCommand, ConsoleNews, FixtureOptions } from './console-fixture.js';
import { Terminal, type TerminalSize } from './terminal.js';

/** Longest wait for the console to tell something, in milliseconds. */
const NEWS_TIMEOUT_MS = 60_000;

const FIXTURE = resolve('dist/test/helpers/console-fixture.js');

export interface DriverOptions extends Partial<FixtureOptions>, Partial<TerminalSize> {
  /** A shell command to run in the terminal instead; `$FIXTURE` stands for the program. */
  readonly script?: string;
}

export class ConsoleDriver {
  readonly terminal: Terminal;
  /** What the console told so far, answers as they are and everything else by its name. */
  readonly told: ConsoleNews[] = [];
  readonly #socket: Socket;
  #wake = () => {};

  private constructor(terminal: Terminal, socket: Socket) {
    this.terminal = terminal;
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      this.told.push(JSON.parse(line) as ConsoleNews);
      this.#wake();
    });
    socket.on('error', () => {});
  }

  /** Opens a console, by default of 80 columns and 24 rows. */
  static async open(t: ExecutionContext, options: DriverOptions = {}): Promise<ConsoleDriver> {
    const { columns = 80, rows = 24, script = '$FIXTURE' } = options;
    const { notify = 'off', notifyPrivate = false, hasColor = false } = options;
    const server = createServer().listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const flags = JSON.stringify({ notify, notifyPrivate, hasColor } satisfies FixtureOptions);
    const fixture = `env TZ=UTC '${process.execPath}' '${FIXTURE}' ${port} '${flags}'`;
    const terminal = new Terminal(
      t,
      { columns, rows },
      'bash',
      '--norc',
      '-c',
      script.replace('$FIXTURE', fixture),
    );
    const [socket] = (await once(server, 'connection')) as [Socket];
    t.teardown(() => socket.destroy());
    return new ConsoleDriver(terminal, socket);
  }

  /** Has the console do something, and waits until it was done. */
  async do(...commands: readonly ConsoleCommand[]): Promise<void> {
    const done = () => this.told.filter(({ told }) => told === 'done').length;
    const expected = done() + commands.length;
    for (const command of commands) this.tell(command);
    await this.until(() => done() >= expected);
  }

  /** Tells the console to do something. */
  tell(command: ConsoleCommand): void {
    this.#socket.write(`${JSON.stringify(command)}\n`);
  }

  /** The answers so far. */
  get answers(): string[] {
    return this.told.flatMap((news) => (news.told === 'answer' ? [news.value] : []));
  }

  /** How often the console told something. */
  count(told: ConsoleNews['told']): number {
    return this.told.filter((news) => news.told === told).length;
  }

  /** Waits until the console has told what is wanted. */
  async until(wanted: () => boolean): Promise<void> {
    const deadline = Date.now() + NEWS_TIMEOUT_MS;
    while (!wanted()) {
      const rest = deadline - Date.now();
      if (rest <= 0)
        throw new Error(`${wanted}: told ${JSON.stringify(this.told)}, ${this.terminal.rows().join('\n')}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, rest);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }
}
