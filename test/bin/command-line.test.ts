import test from 'ava';
import { Command, InvalidArgumentError } from 'commander';
import { countOption, examplesOf, portOption, textOption, withExamples } from '../../bin/command-line.js';

const INVALID = { instanceOf: InvalidArgumentError };

test('a port is a number from 0 to 65535', (t) => {
  t.is(portOption('0'), 0);
  t.is(portOption('65535'), 65_535);
  for (const text of ['', '-1', '65536', '1.5', '0x10', ' 1', 'http'])
    t.throws(() => portOption(text), INVALID);
});

test('a count is a number from 1 on, and never so large that it loses digits', (t) => {
  t.is(countOption('1'), 1);
  t.is(countOption('999999999'), 999_999_999);
  for (const text of ['', '0', '01', '-1', '1e3', '1000000000']) t.throws(() => countOption(text), INVALID);
});

test('a text is taken as it stands, but must not be empty', (t) => {
  t.is(textOption(' a b '), ' a b ');
  for (const text of ['', ' ', '\t']) t.throws(() => textOption(text), INVALID);
});

test("the help ends with the command's examples, and a command without any has none", (t) => {
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
