/**
 * The client's configuration file, `~/.config/im/client.conf`:
 *
 *     # where our server is
 *     server = im.example.org
 *     auto-away = 10
 *
 * A line has an option's long name and its value; one that begins with `#` is a comment.
 */

import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { configDirectory } from '../user-files/directories.js';
import { fileReason, readSmallFile } from '../user-files/private-file.js';
import { configurableOptions, keyOf, readValue } from './client-options.js';

/** Most bytes of the file. */
const MAX_CONFIG_BYTES = 64 * 1024;

/** What some editors put before the first line. */
const BYTE_ORDER_MARK = '\ufeff';

/** What a file said. */
export interface ConfigFile {
  /** Where the value of each option stands, by its key: `path:line`. */
  readonly places: ReadonlyMap<string, string>;
  /** The first thing that is wrong with it, for its user. */
  readonly problem: string | undefined;
}

/** Sets options as the file says, so that commander puts the environment and the command line before them. */
export function applyConfigFile(program: Command, environment: NodeJS.ProcessEnv): ConfigFile {
  const places = new Map<string, string>();
  const directory = configDirectory(environment);
  if (directory === undefined) return { places, problem: undefined };
  const path = join(directory, 'client.conf');
  try {
    const text = readSmallFile(path, MAX_CONFIG_BYTES) ?? '';
    const options = new Map(configurableOptions(program).map((option) => [keyOf(option), option]));
    for (const [index, line] of text.replace(BYTE_ORDER_MARK, '').split('\n').entries()) {
      const place = `${path}:${index + 1}`;
      const setting = readLine(line.trim(), options);
      if (typeof setting === 'string') return { places, problem: `${place}: ${setting}` };
      if (setting === undefined) continue;
      program.setOptionValueWithSource(setting.option.attributeName(), setting.value, 'config');
      places.set(keyOf(setting.option), place);
    }
    return { places, problem: undefined };
  } catch (error) {
    const reason = fileReason(error);
    if (reason === undefined) throw error;
    return { places, problem: `${path}: ${reason}` };
  }
}

interface Setting {
  readonly option: Option;
  readonly value: unknown;
}

/** What a line sets: nothing, an option, or what is wrong with it. */
function readLine(line: string, options: ReadonlyMap<string, Option>): Setting | string | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const equals = line.indexOf('=');
  if (equals === -1) return `'${line}' is no line 'key = value'`;
  const key = line.slice(0, equals).trim();
  const text = line.slice(equals + 1).trim();
  const option = options.get(key);
  if (option === undefined) return `'${key}' is none of ${[...options.keys()].join(', ')}`;
  try {
    return { option, value: readValue(option, text) };
  } catch (error) {
    return `${key} cannot be '${text}': ${(error as Error).message}`;
  }
}
