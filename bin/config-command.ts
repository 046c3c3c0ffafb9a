/**
 * The command `config` of both programs prints the value of every option, and where the value comes from:
 *
 *     server = im.example.org  (/home/alice/.config/im/client.conf:2)
 *     user   = alice           (IM_USER)
 */

import type { Command, Option } from 'commander';
import { toDisplayText } from '../protocol/display-text.js';
import { type Example, exitOnOutputError, withExamples, writeOut } from './command-line.js';
import type { ConfigFile } from './config-file.js';
import { configurableOptions, keyOf, writeValue } from './configuration.js';
import { withProgramOptions } from './program-options.js';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** Adds the command. Call this function after the program has all its options. */
export function addConfigCommand(program: Command, file: ConfigFile, ...examples: readonly Example[]): void {
  const config = program
    .command('config')
    .description('print every configurable option, its value and where the value comes from')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { readonly json?: true }) => {
      exitOnOutputError(program.name());
      await writeOut(`${configLines(program, file, json === true).join('\n')}\n`);
    });
  withExamples(config, ...examples);
  withProgramOptions(config, ...configurableOptions(program).map(({ long }) => long ?? ''));
}

/** Formats all options as aligned lines, or as one line of JSON. */
function configLines(program: Command, file: ConfigFile, isJson: boolean): readonly string[] {
  const rows = configurableOptions(program).map((option) => rowOf(program, option, file));
  if (isJson) {
    return [JSON.stringify(Object.fromEntries(rows.map(({ key, ...row }) => [key, row])))];
  }
  const keys = Math.max(...rows.map(({ key }) => key.length));
  const values = Math.max(...rows.map(({ value }) => value.length));
  return rows.map(({ key, value, source }) => `${key.padEnd(keys)} = ${value.padEnd(values)}  (${source})`);
}

function rowOf(program: Command, option: Option, file: ConfigFile): Row {
  const name = option.attributeName();
  const isDefault = program.getOptionValueSource(name) === 'default';
  const value = toDisplayText(writeValue(option, program.getOptionValue(name), isDefault));
  return { key: keyOf(option), value, source: sourceOf(program, option, file) };
}

/** Where the value of an option comes from, as text for the user. */
export function sourceOf(program: Command, option: Option, { sources }: ConfigFile): string {
  switch (program.getOptionValueSource(option.attributeName())) {
    case 'cli':
      return 'command line';
    case 'env':
      return option.envVar ?? 'environment';
    case 'config':
      return toDisplayText(sources.get(keyOf(option)) ?? 'configuration file');
    default:
      return 'default';
  }
}
