/**
 * Drives the interactive console in a pseudo-terminal: sends it commands and collects its reports.
 */

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import type { ConsoleCommand, ConsoleReport, FixtureOptions } from './console-fixture.js';
import { Terminal, type TerminalSize } from './terminal.js';

/** Longest wait for a report of the console, in milliseconds. */
const REPORT_TIMEOUT_MS = 60_000;

const FIXTURE = resolve('dist/test/helpers/console-fixture.js');

export interface DriverOptions extends Partial<FixtureOptions>, Partial<TerminalSize> {
  /** A shell script to run in the terminal. `$FIXTURE` stands for the command that opens the console. */
  readonly script?: string;
}

export class ConsoleDriver {
  readonly terminal: Terminal;
  /** The console's reports so far. */
  readonly reports: ConsoleReport[] = [];
  readonly #socket: Socket;
  #wake = () => {};

  private constructor(terminal: Terminal, socket: Socket) {
    this.terminal = terminal;
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      this.reports.push(JSON.parse(line) as ConsoleReport);
      this.#wake();
    });
    socket.on('error', () => {});
  }

  /** Opens a console, by default with 80 columns and 24 rows. */
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

  /** Sends commands and waits until the console has executed them. */
  async do(...commands: readonly ConsoleCommand[]): Promise<void> {
    const done = () => this.reports.filter(({ kind }) => kind === 'done').length;
    const expected = done() + commands.length;
    for (const command of commands) this.send(command);
    await this.until(() => done() >= expected);
  }

  /** Sends a command. */
  send(command: ConsoleCommand): void {
    this.#socket.write(`${JSON.stringify(command)}\n`);
  }

  /** The user's answers so far. */
  get answers(): string[] {
    return this.reports.flatMap((report) => (report.kind === 'answer' ? [report.value] : []));
  }

  /** Number of reports of a kind. */
  count(kind: ConsoleReport['kind']): number {
    return this.reports.filter((report) => report.kind === kind).length;
  }

  /** Waits until a condition holds; it is checked after each report. */
  async until(wanted: () => boolean): Promise<void> {
    const deadline = Date.now() + REPORT_TIMEOUT_MS;
    while (!wanted()) {
      const rest = deadline - Date.now();
      if (rest <= 0)
        throw new Error(
          `${wanted}: reports ${JSON.stringify(this.reports)}, ${this.terminal.rows().join('\n')}`,
        );
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
