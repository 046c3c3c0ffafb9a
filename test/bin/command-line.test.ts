import test from 'ava';
import { Command, InvalidArgumentError } from 'commander';
import { createClientCommand } from '../../bin/client-command.js';
import { countOption, examplesOf, portOption, textOption, withExamples } from '../../bin/command-line.js';
import { createServerCommand } from '../../bin/server-command.js';

const INVALID = { instanceOf: InvalidArgumentError };

test('a port is a number from 0 to 65535', (t) => {
  t.is(portOption('0'), 0);
  t.is(portOption('65535'), 65_535);
  for (const text of ['', '-1', '65536', '1.5', '0x10', ' 1', 'http'])
    t.throws(() => portOption(text), INVALID);
});

test('the value of a count option is at least 1, and has at most 9 digits', (t) => {
  t.is(countOption('1'), 1);
  t.is(countOption('999999999'), 999_999_999);
  for (const text of ['', '0', '01', '-1', '1e3', '1000000000']) t.throws(() => countOption(text), INVALID);
});

test('the value of a text option is kept unchanged, and must not be blank', (t) => {
  t.is(textOption(' a b '), ' a b ');
  for (const text of ['', ' ', '\t']) t.throws(() => textOption(text), INVALID);
});

test("the help ends with the command's examples", (t) => {
  const command = withExamples(new Command('tea'), ['tea --hot', 'a hot tea'], ['tea', 'any tea']);
  let help = '';
  command.configureOutput({
    writeOut(text) {
      help += text;
    },
  });
  command.outputHelp();
  t.true(help.endsWith('Examples:\n  tea --hot\n      a hot tea\n  tea\n      any tea\n'), help);
  t.deepEqual(examplesOf(command), [
    ['tea --hot', 'a hot tea'],
    ['tea', 'any tea'],
  ]);
  t.deepEqual(examplesOf(new Command('water')), []);
});

for (const program of [createClientCommand(async () => {}, {}), createServerCommand(async () => {})]) {
  for (const command of [program, ...program.commands]) {
    const name = command === program ? program.name() : `${program.name()} ${command.name()}`;

    test(`the help of ${name} has an example; texts begin in lower case and end without a full stop`, (t) => {
      t.true(examplesOf(command).some(([line]) => line.includes(name)));
      const help = command.createHelp();
      const parts = [...help.visibleArguments(command), ...help.visibleOptions(command)];
      const texts = parts.map(({ description }) => description);
      if (command !== program) texts.push(command.description());
      for (const text of texts) t.regex(text, /^[a-z](?:.*[^.])?$/);
    });
  }
}
