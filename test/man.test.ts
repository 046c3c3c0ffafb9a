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
          'what was said, a file for each buddy; in $XDG_STATE_HOME, if that is set',
        ],
        ['~/.local/state/im/blocked', 'who may not call, an id or an address on each line'],
        ['~/.local/state/im/signed-in/', 'a locked file for each client in which a user is signed in'],
      ],
      seeAlso: ['im-server'],
    },
  ],
  [
    createServerCommand(start),
    { files: [['./data/', 'users and buddy lists, unless --data says where']], seeAlso: ['im-client'] },
  ],
] satisfies [unknown, ManSections][];

for (const [program, sections] of PAGES) {
  const path = `man/${program.name()}.1`;

  test.serial(`${path} is the command line as it is`, async (t) => {
    const current = manPageOf(program, sections);
    // `npm run man` writes it anew.
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
    test(`${path} is no trouble to ${formatter}`, (t) => {
      if (!isInstalled(t, formatter)) return;
      const { status, stdout, stderr } = spawnSync(formatter, [...args, path], { encoding: 'utf8' });
      // A date would say when somebody last ran npm run man.
      const complaints = (stdout + stderr).split('\n').filter((line) => !/^$|missing date/.test(line));
      t.deepEqual(complaints, []);
      t.not(status, null);
    });
  }
}

test('both pages are packed, and found by man', async (t) => {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, readonly string[]>;
  t.deepEqual(manifest['man'], ['man/im-client.1', 'man/im-server.1']);
  // Not waited for in a blocked process, which ava could not ask to end.
  const pack = promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const { stdout } = await pack;
  for (const path of manifest['man'] ?? []) t.true(stdout.includes(`"${path}"`));
});
