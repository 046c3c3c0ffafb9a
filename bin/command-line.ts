/**
 * What both command lines share: exit codes, errors of one line that say what to do, examples, completions.
 */

import { existsSync, readFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { parsePort } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { systemReason } from '../storage/files/file-error.js';
import type { Shell } from './completion.js';
import './whole-writes.js';

/** Exit codes of both programs. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** A command whose mistakes end in one line on standard error and exit code 2. */
export function createCommand(name: string, description: string): Command {
  const command = new Command(name).description(description).version(packageVersion(), '-v, --version');
  command.helpOption('-h, --help', 'show this help').allowExcessArguments(false);
  command.configureOutput({
    outputError: (text, write) => {
      const [reason, ...more] = text
        .replace(/^error: /, '')
        .trim()
        .split('\n');
      write(`${name}: ${toDisplayText([reason, ...more].join(' '))} (see ${name} --help)\n`);
    },
  });
  return command.exitOverride(({ exitCode }) => {
    // A help text or version that could not be written: its error event comes too late.
    const { errored } = process.stdout;
    if (exitCode !== 0) process.exit(EXIT.usage);
    process.exit(errored === null ? EXIT.done : exitOfOutputError(name, errored));
  });
}

/** A command line, and what it is for. */
export type Example = readonly [line: string, meaning: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

/** Shows examples at the end of a command's help; its manual page has them too. */
export function withExamples(command: Command, ...examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  const lines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** The examples of a command. */
export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}

/** Adds the command that prints a shell's completions; the generator is loaded only for it. */
export function addCompletionCommand(program: Command): void {
  const name = program.name();
  const command = program
    .command('completion')
    .description('print what a shell needs to complete this command line')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      outliveReader(name);
      const { completionScript } = await import('./completion.js');
      await writeOut(completionScript(program, shell));
    });
  withExamples(
    command,
    [`source <(${name} completion bash)`, 'in ~/.bashrc; the same with zsh in ~/.zshrc'],
    [`${name} completion fish > ~/.config/fish/completions/${name}.fish`, 'for fish, once'],
  );
}

/** Reads a port from the command line. */
export function portOption(value: string): number {
  const port = parsePort(value);
  if (port === undefined) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

/** Reads a number of things, at least one. */
export function countOption(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('it is a number from 1 on.');
  return Number(value);
}

/** Reads a text from the command line; an empty one is most often a variable that is not set. */
export function textOption(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('it is empty.');
  return value;
}

/** Says why a program stops, in one line on standard error. */
export function complain(name: string, message: string): void {
  process.stderr.write(`${name}: ${toDisplayText(message)}\n`);
}

/**
 * The exit code of a program whose standard output failed. It says why, unless the reader has had enough, as
 * `head` has.
 */
export function exitOfOutputError(name: string, error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return EXIT.done;
  complain(name, `standard output: ${systemReason(error) ?? error.message}`);
  return EXIT.failed;
}

/** Ends the program when its standard output fails. */
export function outliveReader(name: string): void {
  process.stdout.on('error', (error) => process.exit(exitOfOutputError(name, error)));
}

/** Writes on standard output, and waits until it was taken. */
export function writeOut(text: string | Buffer): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

function packageVersion(): string {
  // One folder further up where it is compiled.
  const [near, far] = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const manifest = readFileSync(existsSync(near as URL) ? (near as URL) : (far as URL), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
