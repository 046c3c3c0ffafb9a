/**
 * The options of a program that can also be set in the environment or in its configuration file. This file
 * derives the names of the variables and keys, and parses and formats the values.
 */

import { type Command, InvalidArgumentError, type Option } from 'commander';

/**
 * Adds options to a program. Each option can also be set by an environment variable: with the prefix `IM_`,
 * the variable `IM_TCP_PORT` sets the option `tcp-port`.
 */
export function addConfigurableOptions(program: Command, prefix: string, options: readonly Option[]): void {
  const variableOf = (key: string) => `${prefix}${key.toUpperCase().replaceAll('-', '_')}`;
  for (const option of options) program.addOption(option.env(variableOf(keyOf(option))));
}

/** The options that can be configured: those with an environment variable. */
export function configurableOptions(program: Command): readonly Option[] {
  return program.options.filter(({ envVar }) => envVar !== undefined);
}

/** The name of an option in the configuration file. */
export function keyOf(option: Option): string {
  return keyOfAttribute(option.attributeName());
}

/** Converts an option's name in the code, such as `tcpPort`, to its name in the configuration file. */
export function keyOfAttribute(attribute: string): string {
  return attribute.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Parses an option's value from the configuration file or a variable. @throws InvalidArgumentError */
export function readValue(option: Option, text: string): unknown {
  if (isSwitch(option)) return switchValue(text);
  return option.parseArg === undefined ? text : option.parseArg(text, undefined);
}

/**
 * Formats an option's value so that {@link readValue} can parse it. Returns an empty text for an unset
 * option.
 *
 * @param isDefault True for a default value: if the default has a description, the description is returned,
 *   even if `readValue` cannot parse it.
 */
export function writeValue(option: Option, value: unknown, isDefault: boolean): string {
  if (isSwitch(option)) return value ? 'yes' : 'no';
  const words = value === option.defaultValue ? option.defaultValueDescription : undefined;
  if (words !== undefined && (isDefault || isReadable(option, words))) return words;
  return value === undefined ? '' : String(value);
}

function isReadable(option: Option, text: string): boolean {
  try {
    readValue(option, text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Parses the environment variables of switches, which are options without an argument. Commander only checks
 * that such a variable exists, and ignores its value.
 */
export function readSwitchVariables(program: Command): void {
  for (const option of configurableOptions(program).filter(isSwitch)) {
    const variable = option.envVar ?? '';
    if (program.getOptionValueSource(option.attributeName()) !== 'env') continue;
    const text = process.env[variable] ?? '';
    try {
      program.setOptionValueWithSource(option.attributeName(), switchValue(text), 'env');
    } catch (error) {
      const problem = `option '${option.flags}' value '${text}' from env '${variable}' is invalid`;
      program.error(`error: ${problem}. ${(error as Error).message}`);
    }
  }
}

function isSwitch({ required, optional }: Option): boolean {
  return !required && !optional;
}

function switchValue(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (['1', 'yes', 'true', 'on'].includes(word)) return true;
  if (['0', 'no', 'false', 'off'].includes(word)) return false;
  throw new InvalidArgumentError('Use yes or no.');
}
