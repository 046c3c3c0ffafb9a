/**
 * The configuration file of a program:
 *
 *     # the server in the office
 *     server = im.example.org
 *     auto-away = 10
 *
 * Each line sets one option by its long name. An option may be set only once. A line that begins with `#` is
 * a comment.
 */

import type { Command, Option } from 'commander';
import { fileReason, readSmallFile } from '../user-files/private-file.js';
import { configurableOptions, keyOf, readValue } from './configuration.js';

/** The largest size of a configuration file, in bytes. */
const MAX_CONFIG_BYTES = 64 * 1024;

/** Some editors write this character before the first line. */
const BYTE_ORDER_MARK = '\ufeff';

/** The result of reading the configuration file. */
export interface ConfigFile {
  /** The `path:line` that sets each option, by the option's key. */
  readonly sources: ReadonlyMap<string, string>;
  /** The first mistake in the file, as text for the user. */
  readonly problem: string | undefined;
}

/** A configuration without a file. */
export const NO_FILE: ConfigFile = { sources: new Map(), problem: undefined };

/**
 * Sets options from a file. The environment and the command line override these options. A line with a
 * mistake sets nothing. The other lines still count, because some commands must work in spite of a mistake.
 *
 * @param isRequired True if a missing file is a mistake.
 */
export function applyConfigFile(program: Command, path: string, isRequired = false): ConfigFile {
  const sources = new Map<string, string>();
  let problem: string | undefined;
  try {
    const text = readSmallFile(path, MAX_CONFIG_BYTES);
    if (text === undefined && isRequired) return { sources, problem: `${path}: it does not exist` };
    const options = new Map(configurableOptions(program).map((option) => [keyOf(option), option]));
    for (const [index, line] of (text ?? '').replace(BYTE_ORDER_MARK, '').split('\n').entries()) {
      const source = `${path}:${index + 1}`;
      const setting = readLine(line.trim(), options);
      if (setting === undefined) continue;
      if (typeof setting === 'string') {
        problem ??= `${source}: ${setting}`;
        continue;
      }
      const key = keyOf(setting.option);
      const first = sources.get(key);
      if (first !== undefined) {
        problem ??= `${source}: '${key}' is already set in ${first}`;
        continue;
      }
      program.setOptionValueWithSource(setting.option.attributeName(), setting.value, 'config');
      sources.set(key, source);
    }
    return { sources, problem };
  } catch (error) {
    const reason = fileReason(error);
    if (reason === undefined) throw error;
    return { sources, problem: `${path}: ${reason}` };
  }
}

interface Setting {
  readonly option: Option;
  readonly value: unknown;
}

/** Parses a line. Returns its setting, a text about its mistake, or `undefined` if the line sets nothing. */
function readLine(line: string, options: ReadonlyMap<string, Option>): Setting | string | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const equals = line.indexOf('=');
  if (equals === -1) return `'${line}' is not a setting: write 'key = value'`;
  const key = line.slice(0, equals).trim();
  const text = line.slice(equals + 1).trim();
  const option = options.get(key);
  if (option === undefined) return `'${key}' is not an option: use one of ${[...options.keys()].join(', ')}`;
  try {
    return { option, value: readValue(option, text) };
  } catch (error) {
    return `${key} cannot be '${text}'. ${(error as Error).message}`;
  }
}
