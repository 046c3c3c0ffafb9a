/**
 * Shell completions, generated from a command tree: what can be typed is said once, to commander.
 *
 * Options of the program may stand before and after a subcommand, so they are always offered.
 */

import type { Argument, Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that makes a shell complete this program's command line. */
export function completionScript(program: Command, shell: Shell): string {
  return `${{ bash: bashLines, zsh: zshLines, fish: fishLines }[shell](program).join('\n')}\n`;
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

/** Without `--help`, which a subcommand has of its program. */
function ownOptions(command: Command): readonly Option[] {
  return optionsOf(command).filter(({ long }) => command.parent === null || long !== '--help');
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

/** What the value of an option is called: `host` of `--server <host>`. */
function valueNameOf(option: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '';
}

function takesFiles({ registeredArguments }: Command): boolean {
  return registeredArguments.some((argument) => takesFile(argument.name()));
}

/** Quoted for each of these shells: what is inside stays as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quoted for fish, where a backslash counts inside quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function functionName(program: Command): string {
  return `_${program.name().replaceAll('-', '_')}`;
}

function bashLines(program: Command): string[] {
  const commands = program.commands;
  const all = [program, ...commands].flatMap(optionsOf);
  const withValues = all.filter(takesValue);
  const flags = (command: Command) =>
    [program, ...(command === program ? [] : [command])].flatMap(ownOptions).flatMap(flagsOf);
  const words = (command: Command) =>
    command === program
      ? commands.map((other) => other.name())
      : command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
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
      .map(
        (option) =>
          `    ${flagsOf(option).join(' | ')}) COMPREPLY=($(compgen -W ${quoted((option.argChoices ?? []).join(' '))} -- "$current")); return ;;`,
      ),
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
      return `    ${pattern}) flags=${quoted(flags(command).join(' '))} words=${quoted(words(command).join(' '))}${files} ;;`;
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
  const argument = (one: Argument) =>
    quoted(`:${described(one.name())}:${action(one.name(), one.argChoices)}`);
  const specs = (command: Command) => [
    ...ownOptions(command).flatMap(option),
    ...command.registeredArguments.map(argument),
  ];
  const withValues = [program, ...program.commands].flatMap(optionsOf).filter(takesValue);
  return [
    `#compdef ${program.name()}`,
    `${name}() {`,
    '  local -a shared commands',
    '  local -i index',
    `  shared=(${specs(program).join(' ')})`,
    `  commands=(${program.commands.map((command) => quoted(`${command.name()}:${described(command.description())}`)).join(' ')})`,
    '  for ((index = 2; index < CURRENT; index++)); do',
    '    case $words[index] in',
    `      ${withValues.flatMap(flagsOf).join(' | ')}) ((index++)) ;;`,
    ...program.commands.map(
      (command) =>
        `      ${command.name()}) _arguments $shared ':command:()' ${specs(command).join(' ')}; return ;;`,
    ),
    '    esac',
    '  done',
    `  _arguments $shared ':command:{_describe command commands}'`,
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
  const inside = (command: Command) => `-n ${fishQuoted(`__fish_seen_subcommand_from ${command.name()}`)}`;
  const outside = `-n ${fishQuoted(`not __fish_seen_subcommand_from ${program.commands.map((command) => command.name()).join(' ')}`)}`;
  return [
    `${complete} -f`,
    ...optionsOf(program).map((one) => option('', one)),
    ...program.commands.flatMap((command) => [
      `${complete} ${outside} -a ${command.name()} -d ${fishQuoted(command.description())}`,
      ...ownOptions(command).map((one) => option(inside(command), one)),
      ...command.registeredArguments.flatMap(({ argChoices }) =>
        argChoices === undefined
          ? []
          : [`${complete} ${inside(command)} -a ${fishQuoted(argChoices.join(' '))}`],
      ),
      ...(takesFiles(command) ? [`${complete} ${inside(command)} -F`] : []),
    ]),
  ];
}
