/**
 * A machine of a user: a home directory with programs of the client, at a terminal or with pipes. The machine
 * keeps the output of the programs with pipes.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Identity } from '../../keys/identity.js';
import { emptyEnvironment, Program, programPath, type ServerProgram } from './programs.js';
import { Terminal, type TerminalSize } from './terminal.js';

const SIZE: TerminalSize = { columns: 100, rows: 40 };

/** A row of the key dialog that shows numbered words. */
const ROW_OF_WORDS = /^ ?\d+ [a-z]+(?: +\d+ [a-z]+)*$/;

/** A number and a word. */
const NUMBERED_WORD = /\b(\d+) ([a-z]+)/g;

export class Machine {
  readonly home: string;
  readonly #t: ExecutionContext;
  readonly #options: readonly string[];
  readonly #programs: Program[] = [];

  constructor(t: ExecutionContext, { tcp, udp }: Pick<ServerProgram, 'tcp' | 'udp'>) {
    this.#t = t;
    this.home = emptyEnvironment(t)['HOME'] as string;
    this.#options = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  }

  /** Runs the client in a terminal. */
  atTerminal(...args: readonly string[]): Terminal {
    const program = [process.execPath, programPath('im-client'), ...this.#options, ...args];
    return new Terminal(this.#t, SIZE, 'env', `HOME=${this.home}`, ...program);
  }

  start(...args: readonly string[]): Program {
    const environment = { ...emptyEnvironment(this.#t), HOME: this.home };
    const program = new Program(this.#t, { name: 'im-client', environment }, ...this.#options, ...args);
    this.#programs.push(program);
    return program;
  }

  /** Runs a command to its end, with one input. */
  async run(args: readonly string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
    const program = this.start(...args);
    program.process.stdin?.end(input);
    const code = await program.exited;
    return { code, out: program.stdout, err: program.stderr };
  }

  /** All that the programs with pipes have printed. */
  get printed(): string {
    return this.#programs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  }

  /** The contents of all files in the home, by their paths relative to the home. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(this.home, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const read = async (path: string) =>
      [path.slice(this.home.length + 1), await readFile(path, 'latin1')] as const;
    return new Map(await Promise.all(paths.map(read)));
  }

  /** The only key file of the home, parsed. */
  async keyFile(): Promise<Readonly<Record<string, unknown>>> {
    const files = await this.files();
    const [path] = [...files.keys()].filter((name) => /share\/im\/keys\/.*\.json$/.test(name));
    return JSON.parse(files.get(path ?? '') ?? '{}');
  }
}

/** Registers an id at the menu of a terminal. Returns the words of its key, once the screen shows them. */
export async function registerAtMenu(terminal: Terminal, id: string): Promise<readonly string[]> {
  await terminal.until(() => terminal.rows().at(-1) === 'Your choice:');
  terminal.press('r');
  await terminal.until(() => terminal.rows().at(-1) === 'Enter user id:');
  terminal.press(`${id}\r`);
  await terminal.until(() => wordsShown(terminal).length === 24);
  return wordsShown(terminal);
}

/** The numbered words on the screen, in their order. */
export function wordsShown(terminal: Terminal): readonly string[] {
  const words: string[] = [];
  const rows = terminal.rows().filter((row) => ROW_OF_WORDS.test(row));
  for (const [, number, word] of rows.join('\n').matchAll(NUMBERED_WORD))
    if (word !== undefined) words[Number(number) - 1] = word;
  return words.filter(Boolean).length === 24 ? words : [];
}

/** Presses Enter below the words. Waits until the client asks for two of them, and returns those two. */
export async function askedBack(terminal: Terminal, words: readonly string[]): Promise<readonly string[]> {
  const asked = () => /^Type words (\d+) and (\d+)/.exec(terminal.rows().at(-1) ?? '');
  terminal.press('\r');
  await terminal.until(() => asked() !== null);
  const [, first, second] = asked() ?? [];
  return [first, second].map((position) => words[Number(position) - 1] ?? '');
}

/** The seed of a key, in each form in which a text could contain it. */
export function formsOfSeed(words: readonly string[]): readonly string[] {
  const identity = Identity.fromWords(words.join(' '));
  if (!(identity instanceof Identity)) throw new Error('these are not the words of a key');
  return formsOf(Buffer.from(identity.toSeed()));
}

/** Secret bytes, in each form in which a text could contain them. */
export function formsOf(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  return [
    bytes.toString('latin1'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    hex,
    hex.toUpperCase(),
    hex.replace(/(..)(?!$)/g, '$1 '),
    [...bytes.subarray(0, 6)].join(','),
    [...bytes.subarray(0, 6)].join(', '),
  ];
}

/**
 * The forms of secret words that a text contains: a numbered word, or two words in a row. A single word
 * proves nothing, because common words such as `message` and `exit` are in the list of words, too.
 */
export function wordsIn(text: string, words: readonly string[]): readonly string[] {
  const plain = text.toLowerCase();
  const pairs = words.slice(1).map((word, index) => [words[index], word]);
  return [
    ...words.filter((word, index) => new RegExp(`\\b${index + 1}[. ] ?${word}\\b`).test(plain)),
    ...pairs.filter((pair) => new RegExp(`\\b${pair.join('[^a-z]{1,8}')}\\b`).test(plain)).map(String),
  ];
}
