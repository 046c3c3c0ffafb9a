/**
 * Manual pages, written from a command tree in roff's man macros, as man(7) has them.
 */

import type { Command, Option } from 'commander';
import { examplesOf } from '../../bin/command-line.js';

/** What a page says that no command line knows. */
export interface ManSections {
  /** Paths, and what they are. */
  readonly files: readonly (readonly [path: string, meaning: string])[];
  /** Names of other pages. */
  readonly seeAlso: readonly string[];
}

/** The page of a program, in section 1. */
export function manPageOf(program: Command, { files, seeAlso }: ManSections): string {
  const name = program.name();
  const commands = program.commands;
  const lines = [
    `.\\" Written by npm run man from the program's own command line.`,
    `.TH ${name.toUpperCase()} 1 "" "im ${program.version()}" "User Commands"`,
    '.SH NAME',
    text(`${name} - ${lowerFirst(program.description()).replace(/\.$/, '')}`),
    '.SH SYNOPSIS',
    ...[program, ...commands].flatMap((command, index) => [
      ...(index > 0 ? ['.br'] : []),
      ...synopsis(command),
    ]),
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH OPTIONS',
    ...optionsOf(program).flatMap(optionLines),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    ...environmentLines(program),
    ...section('FILES', files),
    ...section('EXIT STATUS', [
      ['0', 'done: left, or ended by a signal'],
      ['1', 'something is wrong with the world; one line on standard error says what'],
      ['2', 'something is wrong with the command line, or with the configuration'],
    ]),
    ...section('EXAMPLES', [program, ...commands].flatMap(examplesOf)),
    '.SH SEE ALSO',
    seeAlso.map((other) => `.BR ${other} (1)`).join(' ,\n'),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, entries: readonly (readonly [string, string])[]): string[] {
  return entries.length === 0
    ? []
    : [`.SH ${title}`, ...entries.flatMap(([term, meaning]) => tagged(term, meaning))];
}

function tagged(term: string, meaning: string): string[] {
  return ['.TP', `.B ${text(term)}`, text(meaning)];
}

function synopsis(command: Command): string[] {
  const path = command.parent === null ? [command.name()] : [command.parent.name(), command.name()];
  return [`.B ${text(path.join(' '))}`, text(command.usage().replace(' [command]', ''))];
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function optionLines(option: Option): string[] {
  const { defaultValue, defaultValueDescription, argChoices, description } = option;
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`];
  const value = defaultValueDescription ?? defaultValue;
  const notes = [...choices, ...(value === undefined ? [] : [`default: ${value}`])];
  return tagged(option.flags, notes.length === 0 ? description : `${description} (${notes.join('; ')})`);
}

function commandLines(command: Command): string[] {
  const usage = `${command.name()} ${command.usage()}`;
  const options = optionsOf(command).filter(({ long }) => long !== '--help');
  const inside = [
    ...command.registeredArguments.flatMap((argument) => tagged(argument.name(), argument.description)),
    ...options.flatMap(optionLines),
  ];
  return [`.SS ${text(usage)}`, text(command.description()), ...inside];
}

function environmentLines(program: Command): string[] {
  const variables = program.options.flatMap(({ envVar, long }) =>
    envVar === undefined ? [] : [[envVar, `as ${long}`] as const],
  );
  return section('ENVIRONMENT', variables);
}

/** Roff's own characters as text: what begins a request, a hyphen that may be copied, an escape. */
function text(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}

function lowerFirst(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
