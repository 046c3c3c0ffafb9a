/**
 * Shared by the command lines of both programs: exit codes, one-line error messages, examples, and the
 * command that prints completion scripts.
 */

import { existsSync, readFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { parsePort } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
import { parseKey } from '../protocol/key.js';
import { systemReason } from '../storage/files/file-error.js';
import type { Shell } from './completion.js';
import './whole-writes.js';

/** Exit codes of both programs. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Creates a command that reports a usage error in one line on standard error, with exit code 2. */
export function createCommand(name: string, description: string): Command {
  const command = new Command(name).description(description);
  command.version(packageVersion(), '-v, --version', 'print the version');
  command.helpOption('-h, --help', 'print this help').allowExcessArguments(false);
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
    // The process exits now, so an error event of standard output would come too late.
    const { errored } = process.stdout;
    if (exitCode !== 0) process.exit(EXIT.usage);
    process.exit(errored === null ? EXIT.done : exitOfOutputError(name, errored));
  });
}

/** A command line and its effect. */
export type Example = readonly [line: string, meaning: string];

/** The largest number of days that an option accepts: a century. */
const MAX_DAYS = 36_525;

const EXAMPLES = new WeakMap<Command, readonly Example[]>();

/** Adds examples to a command. The help and the man page of the command show the examples. */
export function withExamples(command: Command, ...examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  const lines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** The examples of a command. */
export function examplesOf(command: Command): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}

/** Adds the command that prints a completion script. The generator is loaded only when the command runs. */
export function addCompletionCommand(program: Command): void {
  const name = program.name();
  const command = program
    .command('completion')
    .description('print a script that makes a shell complete this command line')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      exitOnOutputError(name);
      const { completionScript } = await import('./completion.js');
      await writeOut(completionScript(program, shell));
    });
  withExamples(
    command,
    [`source <(${name} completion bash)`, 'complete in bash: put this line in ~/.bashrc'],
    [`source <(${name} completion zsh)`, 'complete in zsh: put this line in ~/.zshrc'],
    [`${name} completion fish > ~/.config/fish/completions/${name}.fish`, 'complete in fish: run this once'],
  );
}

/**
 * Runs a program with the arguments of this process. One in 64 keys of users begins with `-` and looks like
 * an option, so this function puts `--` before such a key. A key is always the last argument of its command.
 */
export async function runProgram(program: Command): Promise<void> {
  const args = process.argv.slice(2);
  const commands = program.commands.filter((each) => args.includes(each.name()));
  const hasKey = commands.some((each) => each.registeredArguments.at(-1)?.name() === 'key');
  const takesKey = hasKey && !args.includes('--');
  const isDashedKey = (arg: string): boolean => arg.startsWith('-') && parseKey(arg) !== undefined;
  const keys = takesKey ? args.filter(isDashedKey) : [];
  const others = args.filter((arg) => !keys.includes(arg));
  await program.parseAsync(keys.length === 0 ? args : [...others, '--', ...keys], { from: 'user' });
}

/** Parses a port from the command line. @throws InvalidArgumentError */
export function portOption(value: string): number {
  const port = parsePort(value);
  if (port === undefined) throw new InvalidArgumentError('Use a port from 0 to 65535.');
  return port;
}

/** Parses a count of at least 1 from the command line. @throws InvalidArgumentError */
export function countOption(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Use a number from 1 to 999999999.');
  return Number(value);
}

/** Parses a number of seconds from the command line, at most a minute. @throws InvalidArgumentError */
export function secondsOption(value: string): number {
  if (!/^\d{1,2}$/.test(value) || Number(value) > 60)
    throw new InvalidArgumentError('Use a number from 0 to 60.');
  return Number(value);
}

/** Parses a number of days from the command line, at most a century. @throws InvalidArgumentError */
export function daysOption(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > MAX_DAYS)
    throw new InvalidArgumentError(`Use a number from 0 to ${MAX_DAYS}.`);
  return Number(value);
}

/**
 * Refuses an empty text from the command line, which usually comes from a shell variable that is not set.
 * @throws InvalidArgumentError
 */
export function textOption(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('Use a text that is not empty.');
  return value;
}

/** Prints one line for the user on standard error. */
export function complain(name: string, message: string): void {
  process.stderr.write(`${name}: ${toDisplayText(message)}\n`);
}

/**
 * Prints why standard output failed, and returns the exit code. A closed pipe is not an error: a reader such
 * as `head` stops early.
 */
export function exitOfOutputError(name: string, error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return EXIT.done;
  complain(name, `standard output: ${systemReason(error) ?? error.message}`);
  return EXIT.failed;
}

/** Exits when standard output fails. */
export function exitOnOutputError(name: string): void {
  process.stdout.on('error', (error) => process.exit(exitOfOutputError(name, error)));
}

/** Writes to standard output. Resolves when the write has completed. */
export function writeOut(text: string | Buffer): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

/** The version of this package. */
export function packageVersion(): string {
  // The compiled file is one directory deeper than the source.
  const [near, far] = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const manifest = readFileSync(existsSync(near as URL) ? (near as URL) : (far as URL), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/**
 * Sets the action that a program with subcommands runs when no subcommand is given. Returns the program.
 */
export function withAction(program: Command, start: () => unknown): Command {
  // Commander itself adds a help command only to a program without an action.
  program.helpCommand('help [command]', 'print the help of a command');
  // Otherwise Commander would report a mistyped command as an excess argument.
  return program.allowExcessArguments().action(async () => {
    if (program.args.length > 0) return refuseUnknown(program);
    await start();
  });
}

/**
 * Reports an unknown subcommand, and suggests a similar one. Commander itself makes suggestions only for a
 * program without an action.
 */
function refuseUnknown(program: Command): void {
  const withoutAction = createCommand(program.name(), program.description());
  for (const command of program.commands) withoutAction.addCommand(command);
  withoutAction.parse(['--', ...program.args], { from: 'user' });
}
