/**
 * The built programs as real processes, with pipes.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openTextStore } from '../../storage/text/text-store.js';
import { fillWithKeyedIds, KEYED_IDS } from './keyed-ids.js';

/** Longest wait for a program to print what is expected, in milliseconds. */
const OUTPUT_TIMEOUT_MS = 60_000;

/** A program of this project, or a compiled example. */
export type ProgramName = 'im-server' | 'im-client' | 'examples/echo-bot';

/** The path of a program. */
export function programPath(name: ProgramName): string {
  return name.startsWith('examples/') ? resolve('dist', `${name}.js`) : resolve('bin', name);
}

/** A directory that is removed after the test. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'im-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The environment of a new user: an empty home directory, no configuration, no history. */
export function emptyEnvironment(t: ExecutionContext): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(tmpdir(), 'im-home-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const own = Object.entries(process.env).filter(([name]) => !/^(?:IM|XDG)_/.test(name));
  return { ...Object.fromEntries(own), HOME: home };
}

/**
 * A program with its environment. The path is given only for a program outside this checkout. A test can also
 * give just a name: the program then has an {@link emptyEnvironment}.
 */
interface ProgramInPlace {
  readonly name: ProgramName;
  readonly environment: NodeJS.ProcessEnv;
  readonly path?: string;
}

/** A process whose output can be waited for. */
export class Program {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout = '';
  stderr = '';
  #seen = 0;

  /** Starts a program; it is killed after the test if it has not ended. */
  constructor(t: ExecutionContext, program: ProgramName | ProgramInPlace, ...args: readonly string[]) {
    const {
      name,
      environment,
      path = programPath(name),
    }: ProgramInPlace = typeof program === 'string'
      ? { name: program, environment: emptyEnvironment(t) }
      : program;
    this.process = spawn(process.execPath, [path, ...args], { env: environment });
    this.exited = once(this.process, 'close').then(([code]) => code as number | null);
    this.process.stdin?.on('error', () => {}); // The program may end before it has read everything.
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    t.teardown(async () => {
      this.process.kill('SIGKILL');
      await this.exited;
    });
  }

  write(text: string | Uint8Array): void {
    this.process.stdin?.write(text);
  }

  /** Waits for output that matches, after the end of the previous match. Returns the match. */
  async expect(pattern: RegExp | string): Promise<RegExpMatchArray> {
    const expression = typeof pattern === 'string' ? new RegExp(literally(pattern)) : pattern;
    const deadline = AbortSignal.timeout(OUTPUT_TIMEOUT_MS);
    for (;;) {
      const match = this.stdout.slice(this.#seen).match(expression);
      if (match?.index !== undefined) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      await once(this.process.stdout as NodeJS.ReadableStream, 'data', { signal: deadline }).catch(() => {
        throw new Error(
          `no ${expression} in ${JSON.stringify(this.stdout.slice(this.#seen))}, stderr: ${this.stderr}`,
        );
      });
    }
  }

  /** Waits for a prompt or line, then writes a line. */
  async answer(pattern: RegExp | string, line: string): Promise<void> {
    await this.expect(pattern);
    this.write(`${line}\n`);
  }
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** If the directory is empty, makes a database in it that is full of ids with keys. */
async function makeKeyedDatabase(directory: string): Promise<void> {
  if ((await readdir(directory)).length > 0) return;
  const store = await openTextStore(directory);
  await fillWithKeyedIds(store);
  await store.close();
}

/** A running im-server and where it listens. */
export interface ServerProgram {
  readonly program: Program;
  readonly tcp: number;
  readonly udp: number;
  /** The port of the monitor; 0 without `--metrics`. */
  readonly http: number;
}

/** Starts im-server on free ports, or on those in `args`. */
export async function startServerProgram(
  t: ExecutionContext,
  directory: string,
  ...args: readonly string[]
): Promise<ServerProgram> {
  if (KEYED_IDS > 0) await makeKeyedDatabase(directory);
  const defaults = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
  const program = new Program(t, 'im-server', ...defaults, ...args);
  const [, tcp, udp, http] = await program.expect(
    /^im-server ready tcp=\S*:(\d+) udp=\S*:(\d+) (?:metrics=\S*:(\d+) )?data=.*\n/,
  );
  return { program, tcp: Number(tcp), udp: Number(udp), http: Number(http ?? 0) };
}
