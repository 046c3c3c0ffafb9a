import test from 'ava';
import { Command, InvalidArgumentError, type Option } from 'commander';
import { addClientOptions, idOption } from '../../bin/client-options.js';
import {
  configurableOptions,
  keyOf,
  readSwitchVariables,
  readValue,
  writeValue,
} from '../../bin/configuration.js';

const INVALID = { instanceOf: InvalidArgumentError };

const OPTIONS = new Map(
  configurableOptions(addClientOptions(new Command())).map((option) => [keyOf(option), option]),
);

function optionOf(key: string): Option {
  return OPTIONS.get(key) as Option;
}

test('each option has a key in the file, and a variable: IM_ and the key in upper case', (t) => {
  t.is(OPTIONS.size, 12);
  for (const [key, { envVar }] of OPTIONS) {
    t.regex(key, /^[a-z]+(?:-[a-z]+)*$/);
    t.false(key.startsWith('no-'));
    t.is(envVar, `IM_${key.toUpperCase().replace('-', '_')}`);
  }
});

/** Some values of each option: the text in a file, and the parsed value. */
const VALUES: readonly (readonly [key: string, ...values: (readonly [text: string, value: unknown])[]])[] = [
  ['server', ['im.example.org', 'im.example.org']],
  ['tcp-port', ['1', 1]],
  ['udp-port', ['65535', 65_535]],
  ['message-port', ['0', 0]],
  ['user', ['alice', 'alice']],
  ['private', ['yes', true], ['no', false]],
  ['clear', ['yes', true], ['no', false]],
  ['plain', ['yes', true], ['no', false]],
  ['history', ['yes', true], ['no', false]],
  ['notify', ['osc', 'osc']],
  ['notify-private', ['yes', true], ['no', false]],
  ['auto-away', ['1', 1], ['1440', 1_440], ['off', 0]],
];

test('the samples of values include each option', (t) => {
  t.deepEqual(
    VALUES.map(([key]) => key),
    [...OPTIONS.keys()],
  );
});

for (const [key, ...values] of VALUES) {
  test(`a value of ${key} survives formatting and parsing`, (t) => {
    for (const [text, value] of values) {
      t.is(readValue(optionOf(key), text), value);
      t.is(writeValue(optionOf(key), value, false), text);
    }
  });
}

test('an option without a value is formatted as an empty text', (t) => {
  t.is(writeValue(optionOf('user'), undefined, false), '');
});

test('a switch accepts the usual words, in upper and lower case, and refuses other words', (t) => {
  const plain = optionOf('plain');
  for (const word of ['1', 'yes', 'TRUE', ' On ']) t.true(readValue(plain, word), word);
  for (const word of ['0', 'no', 'False', 'off']) t.false(readValue(plain, word), word);
  for (const word of ['', 'y', '2', 'yes no']) t.throws(() => readValue(plain, word), INVALID, word);
});

test('auto-away accepts 1 minute to 1 day, or off', (t) => {
  const autoAway = optionOf('auto-away');
  for (const text of ['', '0', '-1', '1441', '1.5', 'never']) {
    t.throws(() => readValue(autoAway, text), INVALID, text);
  }
});

test('an id must be valid in the protocol, and is parsed into lower case', (t) => {
  t.is(String(idOption('Alice')), 'alice');
  for (const text of ['', 'a b', 'x'.repeat(65), 'ä']) t.throws(() => idOption(text), INVALID, text);
});

test.serial('an environment variable sets a switch to yes or no', (t) => {
  t.teardown(() => {
    delete process.env['IM_PLAIN'];
    delete process.env['IM_HISTORY'];
  });
  for (const [text, value] of [
    ['no', false],
    ['yes', true],
  ] as const) {
    process.env['IM_PLAIN'] = text;
    process.env['IM_HISTORY'] = text;
    const program = addClientOptions(new Command()).parse([], { from: 'user' });
    readSwitchVariables(program);
    t.like(program.opts(), { plain: value, history: value });
  }
});

test.serial('the error for an invalid value in the variable of a switch names the variable', (t) => {
  process.env['IM_PLAIN'] = 'maybe';
  t.teardown(() => {
    delete process.env['IM_PLAIN'];
  });
  const program = addClientOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr() {} });
  program.parse([], { from: 'user' });
  t.throws(() => readSwitchVariables(program), { message: /'maybe' from env 'IM_PLAIN' is invalid/ });
});
