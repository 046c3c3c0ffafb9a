import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { startServerProgram, temporaryDirectory } from './helpers/programs.js';

/** The instructions of each stage of the Containerfile, in order. */
async function readStages(): Promise<readonly (readonly string[])[]> {
  const text = (await readFile('Containerfile', 'utf8')).replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const starts = lines.flatMap((line, index) => (line.startsWith('FROM ') ? [index] : []));
  return starts.map((start, index) => lines.slice(start, starts[index + 1]));
}

test('the image is built in stages, and runs as a numeric user other than root', async (t) => {
  const [build = [], run = [], ...more] = await readStages();
  t.is(more.length, 0);
  t.true(build.some((line) => line.startsWith('RUN npm ci')));
  t.regex(run[0] ?? '', /-slim$/);
  t.false(
    run.some((line) => /npm|apt-get/.test(line)),
    'nothing is installed in the second stage',
  );
  const users = run.filter((line) => line.startsWith('USER '));
  t.deepEqual(users, ['USER 10001:10001']);
  const afterUser = run.slice(run.indexOf('USER 10001:10001') + 1);
  t.false(afterUser.some((line) => line.startsWith('RUN ') || line.startsWith('COPY ')));
  for (const line of ['VOLUME /var/lib/im', 'EXPOSE 1234/tcp 1235/udp', 'STOPSIGNAL SIGTERM']) {
    t.true(run.includes(line), line);
  }
  t.true(run.includes('ENTRYPOINT ["im-server"]'), 'signals reach the server, without a shell');
  t.true(run.some((line) => line.startsWith('LABEL org.opencontainers.image.title=')));
});

test('the health check succeeds while the server answers, and fails when it has ended', async (t) => {
  const [, run = []] = await readStages();
  const line = run.find((one) => one.startsWith('HEALTHCHECK ')) ?? '';
  const [program, flag, script] = JSON.parse(line.slice(line.indexOf('CMD ') + 4)) as [
    string,
    string,
    string,
  ];
  t.deepEqual([program, flag], ['node', '-e']);
  const server = await startServerProgram(t, await temporaryDirectory(t));
  const check = () => spawnSync(process.execPath, [flag, script.replace('1234', String(server.tcp))]);
  t.is(check().status, 0);
  server.program.process.kill('SIGTERM');
  await server.program.exited;
  t.is(check().status, 1);
});
