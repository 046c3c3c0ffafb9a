/**
 * The program options that each subcommand uses. Commander accepts every program option before and after a
 * subcommand's name; completion scripts offer only the options that the subcommand uses.
 */

import type { Command } from 'commander';

const PROGRAM_OPTIONS = new WeakMap<Command, readonly string[]>();

/** Sets the program options that a subcommand uses, by their long flags. */
export function withProgramOptions(command: Command, ...flags: readonly string[]): Command {
  PROGRAM_OPTIONS.set(command, flags);
  return command;
}

/** The long flags of the program options that a subcommand uses. */
export function programOptionsOf(command: Command): readonly string[] {
  return PROGRAM_OPTIONS.get(command) ?? [];
}
