/**
 * Which options of its program a subcommand goes by. Commander takes all of them before and after a
 * subcommand's name; completions offer these.
 */

import type { Command } from 'commander';

const PROGRAM_OPTIONS = new WeakMap<Command, readonly string[]>();

/** Names the options of its program that a subcommand goes by, by their long flags. */
export function withProgramOptions(command: Command, ...flags: readonly string[]): Command {
  PROGRAM_OPTIONS.set(command, flags);
  return command;
}

/** The long flags of the program's options that a subcommand goes by. */
export function programOptionsOf(command: Command): readonly string[] {
  return PROGRAM_OPTIONS.get(command) ?? [];
}
