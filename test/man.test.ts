import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { createClientCommand } from '../bin/client-command.js';
import { createServerCommand } from '../bin/server-command.js';
import { isInstalled } from './helpers/installed.js';
import { type ManSections, manPageOf } from './helpers/man-page.js';

const start = async () => {};

const PAGES = [
  [
    createClientCommand(start, {}),
    {
      files: [
        ['~/.config/im/client.conf', 'options, as lines "key = value"; in $XDG_CONFIG_HOME, if that is set'],
        [
          '~/.local/state/im/history/',
          'the message history, a file for each buddy; in $XDG_STATE_HOME, if that is set',
        ],
        ['~/.local/state/im/blocked', 'blocked callers, an id or an address on each line'],
        [
          '~/.local/share/im/',
          'the keys of ids, buddies and servers, and undelivered messages; in $XDG_DATA_HOME, if that is set',
        ],
        ['~/.local/state/im/signed-in/', 'a locked file for each client with a signed-in user'],
      ],
      seeAlso: ['im-server'],
    },
  ],
  [
    createServerCommand(start),
    {
      files: [
        ['./data/', 'users and buddy lists; --data selects another directory'],
        ['/etc/im/server.conf', 'options; --config selects another file'],
      ],
      seeAlso: ['im-client'],
    },
  ],
] satisfies [unknown, ManSections][];

for (const [program, sections] of PAGES) {
  const path = `man/${program.name()}.1`;

  test.serial(`${path} is up to date with the command line`, async (t) => {
    const current = manPageOf(program, sections);
    // `npm run man` updates the file.
    if (process.env['UPDATE_MAN']) await writeFile(path, current);
    t.is(await readFile(path, 'utf8'), current, 'run npm run man');
    for (const { name } of program.commands.map((command) => ({ name: command.name() }))) {
      t.true(current.includes(`.SS ${name}`));
    }
  });

  const formatters = [
    ['groff', '-man', '-Tutf8', '-ww', '-z'],
    ['mandoc', '-T', 'lint', '-W', 'warning'],
  ] as const;
  for (const [formatter, ...args] of formatters) {
    test(`${path} gives no warnings with ${formatter}`, (t) => {
      if (!isInstalled(t, formatter)) return;
      const { status, stdout, stderr } = spawnSync(formatter, [...args, path], { encoding: 'utf8' });
      // The pages have no date, because a date would only say when `npm run man` was run last.
      const complaints = (stdout + stderr).split('\n').filter((line) => !/^$|missing date/.test(line));
      t.deepEqual(complaints, []);
      t.not(status, null);
    });
  }
}

test('both pages are in the package and in its manifest', async (t) => {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, readonly string[]>;
  t.deepEqual(manifest['man'], ['man/im-client.1', 'man/im-server.1']);
  // Runs asynchronously, because ava could not end a blocked process.
  const pack = promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const { stdout } = await pack;
  for (const path of manifest['man'] ?? []) t.true(stdout.includes(`"${path}"`));
});
