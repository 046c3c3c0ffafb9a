/**
 * Generates completion scripts for shells from Commander's command tree.
 *
 * After a subcommand, a shell offers the subcommand's own options, and the program options that the
 * subcommand uses.
 */

import type { Argument, Command, Option } from 'commander';
import { programOptionsOf } from './program-options.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Generates a script that makes a shell complete this program's command line. */
export function completionScript(program: Command, shell: Shell): string {
  return `${{ bash: bashLines, zsh: zshLines, fish: fishLines }[shell](program).join('\n')}\n`;
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

/** The options that a shell offers after a subcommand's name. */
function optionsAfter(command: Command, program: Command): readonly Option[] {
  const shared = programOptionsOf(command);
  return [...optionsOf(command), ...optionsOf(program).filter(({ long }) => shared.includes(long ?? ''))];
}

/** The subcommands, including the help command if the program has one. */
function commandsOf(program: Command): readonly Command[] {
  return program.createHelp().visibleCommands(program);
}

/** The words that an argument accepts. */
function choicesOf({ argChoices }: Argument, command: Command, program: Command): readonly string[] {
  // Commander's own help command takes the name of another command.
  if (!program.commands.includes(command)) return program.commands.map((other) => other.name());
  return argChoices ?? [];
}

function flagsOf(option: Option): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function takesFile(name: string): boolean {
  return /^(?:file|dir|directory|path)$/.test(name);
}

/** The name of an option's value: `host` for `--server <host>`. */
function valueNameOf(option: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '';
}

function takesFiles({ registeredArguments }: Command): boolean {
  return registeredArguments.some((argument) => takesFile(argument.name()));
}

/** Quotes a text for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes a text for fish, which also interprets backslashes inside quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function functionName(program: Command): string {
  return `_${program.name().replaceAll('-', '_')}`;
}

function bashLines(program: Command): string[] {
  const commands = commandsOf(program);
  const withValues = [program, ...commands].flatMap(optionsOf).filter(takesValue);
  const flags = (command: Command) =>
    (command === program ? optionsOf(program) : optionsAfter(command, program)).flatMap(flagsOf);
  const words = (command: Command) =>
    command === program
      ? commands.map((other) => other.name())
      : command.registeredArguments.flatMap((one) => choicesOf(one, command, program));
  const isFile = (option: Option) => takesFile(valueNameOf(option));
  const filePatterns = withValues.filter(isFile).flatMap(flagsOf);
  const name = functionName(program);
  return [
    `${name}() {`,
    '  local current=$2 previous=$3 command= flags= words= index',
    '  COMPREPLY=()',
    '  case $previous in',
    ...withValues
      .filter(({ argChoices }) => argChoices !== undefined)
      .map((option) => {
        const choices = quoted((option.argChoices ?? []).join(' '));
        const reply = `COMPREPLY=($(compgen -W ${choices} -- "$current"))`;
        return `    ${flagsOf(option).join(' | ')}) ${reply}; return ;;`;
      }),
    ...(filePatterns.length > 0 ? [`    ${filePatterns.join(' | ')}) compopt -o default; return ;;`] : []),
    `    ${withValues.flatMap(flagsOf).join(' | ')}) return ;;`,
    '  esac',
    '  for ((index = 1; index < COMP_CWORD; index++)); do',
    `    case \${COMP_WORDS[index]} in`,
    `      ${withValues.flatMap(flagsOf).join(' | ')}) ((index++)) ;;`,
    `      ${commands.map((command) => command.name()).join(' | ')}) command=\${COMP_WORDS[index]}; break ;;`,
    '    esac',
    '  done',
    '  case $command in',
    ...[program, ...commands].map((command) => {
      const pattern = command === program ? "''" : command.name();
      const files = takesFiles(command) ? '; compopt -o default' : '';
      const values = [
        `flags=${quoted(flags(command).join(' '))}`,
        `words=${quoted(words(command).join(' '))}`,
      ];
      return `    ${pattern}) ${values.join(' ')}${files} ;;`;
    }),
    '  esac',
    '  [[ $current == -* ]] && words=$flags',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    `complete -F ${name} ${program.name()}`,
  ];
}

function zshLines(program: Command): string[] {
  const name = functionName(program);
  const described = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');
  const action = (valueName: string, choices: readonly string[] | undefined) =>
    takesFile(valueName) ? '_files' : `(${(choices ?? []).join(' ')})`;
  const option = (one: Option) =>
    flagsOf(one).map((flag) => {
      const value = takesValue(one)
        ? `:${described(valueNameOf(one))}:${action(valueNameOf(one), one.argChoices)}`
        : '';
      return quoted(`${flag}[${described(one.description)}]${value}`);
    });
  const argument = (one: Argument, command: Command) =>
    quoted(`:${described(one.name())}:${action(one.name(), choicesOf(one, command, program))}`);
  const specs = (command: Command) => [
    ...optionsAfter(command, program).flatMap(option),
    ...command.registeredArguments.map((one) => argument(one, command)),
  ];
  const commands = commandsOf(program);
  const entry = (command: Command) => quoted(`${command.name()}:${described(command.description())}`);
  const withValues = [program, ...commands].flatMap(optionsOf).filter(takesValue);
  return [
    `#compdef ${program.name()}`,
    `${name}() {`,
    '  local -a commands',
    '  local -i index',
    `  commands=(${commands.map(entry).join(' ')})`,
    '  for ((index = 2; index < CURRENT; index++)); do',
    '    case $words[index] in',
    `      ${withValues.flatMap(flagsOf).join(' | ')}) ((index++)) ;;`,
    `      ${commands.map((command) => command.name()).join(' | ')}) break ;;`,
    '    esac',
    '  done',
    '  if ((index >= CURRENT)); then',
    `    _arguments ${optionsOf(program).flatMap(option).join(' ')} ':command:{_describe command commands}'`,
    '    return',
    '  fi',
    // _arguments must not see the words before the subcommand.
    `  words=("\${(@)words[index,-1]}")`,
    '  ((CURRENT -= index - 1))',
    '  case $words[1] in',
    ...commands.map((command) => `    ${command.name()}) _arguments ${specs(command).join(' ')} ;;`),
    '  esac',
    '}',
    `if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${program.name()}; fi`,
  ];
}

function fishLines(program: Command): string[] {
  const complete = `complete -c ${program.name()}`;
  const option = (condition: string, one: Option) => {
    const flags = [one.short && `-s ${one.short.slice(1)}`, one.long && `-l ${one.long.slice(2)}`];
    const choices = one.argChoices && `-a ${fishQuoted(one.argChoices.join(' '))}`;
    const value = takesValue(one) && (takesFile(valueNameOf(one)) ? '-r -F' : '-x');
    return [complete, condition, ...flags, value, choices, `-d ${fishQuoted(one.description)}`]
      .filter(Boolean)
      .join(' ');
  };
  const commands = commandsOf(program);
  const seen = (some: readonly Command[]) =>
    `__fish_seen_subcommand_from ${some.map((command) => command.name()).join(' ')}`;
  const inside = (command: Command) => `-n ${fishQuoted(seen([command]))}`;
  const outside = (some: readonly Command[]) => `-n ${fishQuoted(`not ${seen(some)}`)}`;
  const commandsWithout = ({ long }: Option) =>
    commands.filter((command) => !programOptionsOf(command).includes(long ?? ''));
  return [
    `${complete} -f`,
    ...optionsOf(program).map((one) => option(outside(commandsWithout(one)), one)),
    ...commands.flatMap((command) => [
      `${complete} ${outside(commands)} -a ${command.name()} -d ${fishQuoted(command.description())}`,
      ...optionsOf(command).map((one) => option(inside(command), one)),
      ...command.registeredArguments.flatMap((one) => {
        const choices = choicesOf(one, command, program);
        return choices.length === 0
          ? []
          : [`${complete} ${inside(command)} -a ${fishQuoted(choices.join(' '))}`];
      }),
      ...(takesFiles(command) ? [`${complete} ${inside(command)} -F`] : []),
    ]),
  ];
}
