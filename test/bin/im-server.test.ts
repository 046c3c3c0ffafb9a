import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import anyTest, { type ExecutionContext } from 'ava';
import { ask, closed, dial, freePort, PresenceClient, readToEnd, until } from '../helpers/network.js';
import {
  emptyEnvironment,
  Program,
  programPath,
  startServerProgram,
  temporaryDirectory,
} from '../helpers/programs.js';
import { askSealed, deviceOf } from '../helpers/sealed-client.js';

// The tests run one at a time, because each starts processes of its own.
const test = anyTest.serial;

/** Sends SET and GET as fast as possible, and prints a line after the first 10,000 datagrams. */
const FLOOD = `
  import { createSocket } from 'node:dgram';
  const socket = createSocket('udp4');
  let sent = 0;
  const send = () => {
    for (let count = 0; count < 100; count++) {
      socket.send(sent % 2 ? 'GET alice' : 'SET alice 100 ONLINE 4000', Number(process.argv[1]), '127.0.0.1');
      if (++sent === 10_000) console.log('begun');
    }
    setImmediate(send);
  };
  send();
`;

/** Repeats a check until it succeeds. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

/** Runs im-server to its end. */
async function runToEnd(t: ExecutionContext, ...args: readonly string[]) {
  const program = new Program(t, 'im-server', ...args);
  const code = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

test('the server prints exactly one ready line, with its addresses', async (t) => {
  const directory = await temporaryDirectory(t);
  const { program, tcp, udp } = await startServerProgram(t, directory);
  t.is(program.stdout, `im-server ready tcp=127.0.0.1:${tcp} udp=127.0.0.1:${udp} data=${directory}\n`);
  program.process.kill('SIGTERM');
  t.is(await program.exited, 0);
  t.is(program.stdout.split('\n').length, 2);
});

test('a world-writable directory is refused; a sticky or group-writable one causes a warning', async (t) => {
  const directory = await temporaryDirectory(t);
  await chmod(directory, 0o777);
  const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
  const { code, stdout, stderr } = await runToEnd(t, ...args);
  t.is(code, 1);
  t.is(stdout, '');
  const reason = `${directory} can be written by all users of this machine`;
  t.is(stderr, `im-server: ${reason}: run 'chmod go-w ${directory}'\n`);
  t.deepEqual(await readdir(directory), [], 'no file was created');

  for (const [mode, words, remedy] of [
    [0o770, /its group/, 'g-w'],
    [0o1777, /can add files/, 'go-w'],
  ] as const) {
    await chmod(directory, mode);
    const { program } = await startServerProgram(t, directory);
    program.process.kill('SIGTERM');
    t.is(await program.exited, 0);
    const lines = program.stderr.trim().split('\n');
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ msg }) => words.test(msg));
    t.is(warnings.length, 1);
    t.is(warnings[0].level, 40);
    t.true(warnings[0].msg.includes(`'chmod ${remedy} ${directory}'`));
  }
});

test('the log is JSON lines if standard error is not a terminal', async (t) => {
  const { program, tcp } = await startServerProgram(t, await temporaryDirectory(t), '--log-level', 'debug');
  await ask(tcp, 'REG alice\n');
  program.process.kill('SIGTERM');
  await program.exited;
  const lines = program.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.like(
    lines.find(({ msg }) => msg === 'request'),
    { op: 'REG', id: 'alice', reply: 200 },
  );
});

test('the server logs one warning about open ids if other machines can reach the server', async (t) => {
  for (const [host, warnings] of [
    ['127.0.0.1', 0],
    ['::1', 0],
    ['0.0.0.0', 1],
    ['::', 1],
  ] as const) {
    const { program } = await startServerProgram(t, await temporaryDirectory(t), '--host', host);
    program.process.kill('SIGTERM');
    t.is(await program.exited, 0);
    t.is(
      program.stderr.split('\n').filter((line) => line.includes('ids without a key are open')).length,
      warnings,
      host,
    );
    t.is(program.stdout.split('\n').length, 2, 'only the ready line');
  }
});

test('the log can be formatted for people', async (t) => {
  const { program } = await startServerProgram(t, await temporaryDirectory(t), '--log-format', 'pretty');
  program.process.kill('SIGTERM');
  await program.exited;
  t.regex(program.stderr, /INFO.*: ready/);
});

test('acknowledged changes survive kill -9', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startServerProgram(t, directory);
  const acknowledged: string[] = [];
  const work = Promise.allSettled(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let count = 0; ; count++) {
        const id = `user_${worker}_${count}`;
        if ((await ask(first.tcp, `REG ${id}\n`)) !== '200 OK\r\n') return;
        acknowledged.push(id);
      }
    }),
  );
  await until(() => acknowledged.length >= 200);
  first.program.process.kill('SIGKILL');
  await work;
  const second = await startServerProgram(t, directory);
  for (const id of acknowledged) t.is(await ask(second.tcp, `REG ${id}\n`), '203 USER EXISTS\r\n', id);
});

test('a torn last line is dropped and logged, and the next record is written in its place', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await startServerProgram(t, directory);
  await ask(first.tcp, 'REG alice\n');
  first.program.process.kill('SIGTERM');
  await first.program.exited;
  await writeFile(join(directory, 'journal-1.txt'), '2 1 REG bo', { flag: 'a' });
  const second = await startServerProgram(t, directory);
  t.is(await ask(second.tcp, 'REG alice\n'), '203 USER EXISTS\r\n');
  t.is(await ask(second.tcp, 'REG bob\n'), '200 OK\r\n');
  t.regex(second.program.stderr, /interrupted write/);
  t.regex(
    await readFile(join(directory, 'journal-2.txt'), 'utf8'),
    /^im-journal 2 6ef737ee\n1 0 REG alice \w{8}\n2 1 REG bob \w{8}\n$/,
  );
});

test('SIGINT and SIGTERM end the server with exit code 0, and close its ports', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { program, tcp } = await startServerProgram(t, await temporaryDirectory(t));
    const idle = await dial(tcp);
    const left = closed(idle);
    program.process.kill(signal);
    t.is(await program.exited, 0);
    await left;
    idle.destroy();
    await t.throwsAsync(dial(tcp), { code: 'ECONNREFUSED' });
  }
});

test("each of the operator's mistakes is reported in one line, without a stack trace", async (t) => {
  const directory = await temporaryDirectory(t);
  const { tcp, udp } = await startServerProgram(t, directory);
  const [empty, other] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const free = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data'];
  const file = join(other, 'file');
  await writeFile(file, '');
  await writeFile(join(other, 'journal.txt'), 'Dear diary\n');
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[...free, empty, '--tcp-port', String(tcp)], 1, /^im-server: TCP port \d+ is in use: .*--tcp-port/],
    [[...free, empty, '--udp-port', String(udp)], 1, /^im-server: UDP port \d+ is in use: .*--udp-port/],
    [[...free, file], 1, /^im-server: cannot use the data directory .*\(not a directory\): .*--data/],
    [[...free, other], 1, /^im-server: .*journal\.txt is damaged at line 1, byte 0 \(.*journal.*--repair/],
    [[...free, directory], 1, /^im-server: .* is in use by process \d+ on .*--data/],
    [[...free, '/proc/none'], 1, /^im-server: cannot use the data directory \/proc\/none/],
    [[...free, empty, '--host', '192.0.2.1'], 1, /^im-server: cannot listen on 192\.0\.2\.1: .*--host/],
    [[...free, empty, '--host', 'no.such.host.invalid'], 1, /^im-server: cannot listen on no\..*--host/],
    [['--tcp-port', '65536'], 2, /^im-server: .*65536.*Use a port from 0 to 65535\./],
    [['--log-level', 'loud'], 2, /^im-server: .*loud.*trace, debug/],
    [['--host', ''], 2, /^im-server: .*--host.*Use a text that is not empty\./],
    [['--data', ''], 2, /^im-server: .*--data.*Use a text that is not empty\./],
    [['--dada', 'x'], 2, /^im-server: unknown option '--dada'.*--data/],
    [['extra'], 2, /^im-server: unknown command/],
  ];
  for (const [args, code, line] of cases) {
    const result = await runToEnd(t, ...args);
    t.is(result.code, code, args.join(' '));
    t.regex(result.stderr, line);
    t.is(result.stderr.split('\n').length, 2, result.stderr);
    t.is(result.stdout, '');
  }
});

test('an error names a file in the data directory that belongs to another user', async (t) => {
  if (process.getuid?.() !== 0) return t.pass('only root can become another user');
  const [stranger, directory] = [65_534, await temporaryDirectory(t)];
  const file = join(directory, 'identity.txt');
  await writeFile(file, '', { mode: 0o600 });
  await chown(directory, stranger, stranger);
  const server = JSON.stringify(join(process.cwd(), 'dist/programs/im-server.js'));
  const args = JSON.stringify([
    '--host',
    '127.0.0.1',
    '--tcp-port',
    '0',
    '--udp-port',
    '0',
    '--data',
    directory,
  ]);
  const script = `process.setuid(${stranger}); process.argv.push('im-server', ...${args}); import(${server})`;
  const program = new Program(t, { name: 'im-server', environment: emptyEnvironment(t), path: '-e' }, script);
  t.is(await program.exited, 1);
  const [line = ''] = program.stderr.split('\n').filter((text) => text.startsWith('im-server: '));
  const advice = 'make the user who runs the server the owner of the directory and its files';
  t.true(line.includes(`(${file}: permission denied): ${advice}`), program.stderr);
});

/** Starts a server with redirected output, and asserts that it works and that SIGTERM ends it. */
async function endsWell(t: ExecutionContext, redirected: string): Promise<void> {
  const args = [
    '--host',
    '127.0.0.1',
    '--udp-port',
    '0',
    '--data',
    await temporaryDirectory(t),
    '--log-level',
    'debug',
  ];
  const port = await freePort();
  const command = `exec ${programPath('im-server')} ${args.join(' ')} --tcp-port ${port} ${redirected}`;
  // The test does not read the output, so a pipe fills up.
  const server = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => server.kill('SIGKILL'));
  const exited = once(server, 'exit');
  while ((await ask(port, 'REG first\n').catch(() => '')) === '') await new Promise(setImmediate);
  // These requests cause more log lines than any pipe holds.
  for (let count = 0; count < 1_500; count++) t.is(await ask(port, `REG user${count}\n`), '200 OK\r\n');
  server.kill('SIGTERM');
  t.deepEqual(await exited, [0, null], redirected);
}

test('a server works, and ends on SIGTERM, even if its log cannot be written or is not read', async (t) => {
  await endsWell(t, '2>/dev/full');
  await endsWell(t, '');
});

test('a ready line that cannot be written does not stop the server', async (t) => {
  await endsWell(t, '>/dev/full 2>/dev/null');
});

test('--help prints the options, --version prints the version, and both exit with 0', async (t) => {
  const help = await runToEnd(t, '--help');
  t.is(help.code, 0);
  for (const option of ['--host', '--tcp-port', '--udp-port', '--data', '--log-level', '--log-format']) {
    t.true(help.stdout.includes(option), option);
  }
  const version = await runToEnd(t, '--version');
  t.is(version.code, 0);
  t.regex(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('an IPv6 host also serves IPv4 clients, and records their IPv4 addresses', async (t) => {
  const { program, tcp, udp } = await startServerProgram(t, await temporaryDirectory(t), '--host', '::');
  t.regex(program.stdout, /tcp=\[::\]:\d+ udp=\[::\]:\d+/);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) await ask(tcp, `${request}\n`);
  const client = await PresenceClient.open(t, udp);
  client.send('SET bob 100 ONLINE 4001');
  t.is(await client.ask('GET alice'), 'bob 100 ONLINE 127.0.0.1 4001\n');
});

test('--max-connections and --max-per-address limit the connections', async (t) => {
  const limits = ['--max-connections', '5', '--max-per-address', '3'];
  const { tcp } = await startServerProgram(t, await temporaryDirectory(t), ...limits);
  const sockets: Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  const dialFrom = async (localAddress: string) => {
    const socket = connect({ port: tcp, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const askFrom = async (localAddress: string, request: string) => {
    const socket = await dialFrom(localAddress);
    socket.write(request);
    return readToEnd(socket);
  };
  for (let count = 0; count < 3; count++) await dialFrom('127.0.0.1');
  t.is(await askFrom('127.0.0.1', 'REG alice\n'), '206 BUSY\r\n', 'a fourth connection from one address');
  sockets[0]?.destroy();
  await eventually(async () => (await askFrom('127.0.0.1', 'REG carl\n')) === '200 OK\r\n');
  for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) await dialFrom(address);
  t.is(await askFrom('127.0.0.2', 'REG dora\n'), '206 BUSY\r\n', 'a sixth connection in all');
  sockets.at(-2)?.write('REG dora\n');
  t.is(await readToEnd(sockets.at(-2) as Socket), '200 OK\r\n');
});

test('two addresses that hold all connections make room for a third address', async (t) => {
  const { tcp } = await startServerProgram(t, await temporaryDirectory(t), '--max-connections', '5');
  const dialFrom = async (localAddress: string) => {
    const socket = connect({ port: tcp, host: '127.0.0.1', localAddress });
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const [oldest] = [await dialFrom('127.0.0.1'), await dialFrom('127.0.0.1'), await dialFrom('127.0.0.1')];
  const [quick] = [await dialFrom('127.0.0.2'), await dialFrom('127.0.0.2')];
  const isCut = readToEnd(oldest);
  const newcomer = await dialFrom('127.0.0.3');
  newcomer.write('REG alice\n');
  t.is(await readToEnd(newcomer), '200 OK\r\n');
  t.is(await isCut, '', 'the cut connection had sent no request');
  quick.write('REG bob\n');
  t.is(await readToEnd(quick), '200 OK\r\n');
});

test('--max-users limits the users; --answer-burst and --answer-rate limit the answers', async (t) => {
  const limits = ['--max-users', '2', '--limit-loopback', '--answer-burst', '150', '--answer-rate', '1'];
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t), ...limits);
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob']) {
    t.is(await ask(tcp, `${request}\n`), '200 OK\r\n');
  }
  t.is(await ask(tcp, 'REG carl\n'), '206 BUSY\r\n');
  const flood = await PresenceClient.open(t, udp);
  const other = await PresenceClient.open(t, udp, '127.0.0.2');
  const line = 'bob 101 OFFLINE unknown unknown\n';
  t.is(await flood.ask('GET alice'), line);
  flood.onMessage(() => t.fail('an answer beyond the budget'));
  flood.send('GET alice');
  t.is(await other.ask('GET alice'), line);
});

test('--handshake-burst and the other options for handshakes limit the handshakes', async (t) => {
  const strict = ['--limit-loopback', '--handshake-burst', '2', '--handshake-rate', '1'];
  const { tcp } = await startServerProgram(t, await temporaryDirectory(t), ...strict);
  const device = deviceOf();
  const replies = Array.from({ length: 20 }, () => askSealed(tcp, device, 'WHO bob').catch(() => 'cut'));
  const cut = (await Promise.all(replies)).filter((reply) => reply === 'cut').length;
  t.true(cut >= 1);
  t.is(await ask(tcp, 'REG bob\n'), '200 OK\r\n');

  const shared = ['--limit-loopback', '--total-handshake-burst', '2', '--total-handshake-rate', '1'];
  const next = await startServerProgram(t, await temporaryDirectory(t), ...shared);
  const fromMany = Array.from({ length: 20 }, (_, index) =>
    askSealed(next.tcp, device, 'WHO bob', { from: `127.0.1.${index + 1}` }).catch(() => 'cut'),
  );
  t.true((await Promise.all(fromMany)).includes('cut'));

  const places = ['--limit-loopback', '--max-handshakes', '4', '--max-handshakes-per-address', '1'];
  const last = await startServerProgram(t, await temporaryDirectory(t), ...places);
  const stalled = await dial(last.tcp);
  stalled.on('error', () => {}).write(Buffer.of(0x16));
  // The server may accept the next connection before it reads the byte of the stalled one.
  await eventually(async () => (await askSealed(last.tcp, device, 'WHO bob').catch(() => 'cut')) === 'cut');
  t.is(await askSealed(last.tcp, device, 'WHO bob', { from: '127.0.0.7' }), '202 NO SUCH USER\r\n');
  stalled.destroy();
});

test('an invalid number of connections or handshakes is refused', async (t) => {
  const [numbers, zero] = [['0', '-1', 'many', '1.5', ''], ['0']];
  for (const [option, values] of [
    ['--max-connections', numbers],
    ['--max-per-address', numbers],
    ['--handshake-burst', zero],
    ['--handshake-rate', zero],
    ['--total-handshake-burst', zero],
    ['--total-handshake-rate', zero],
    ['--max-handshakes', zero],
    ['--max-handshakes-per-address', zero],
  ] as const) {
    for (const value of values) {
      const { code, stderr } = await runToEnd(t, `${option}=${value}`);
      t.is(code, 2);
      t.regex(stderr, /^im-server: .*Use a number from 1 to 999999999\. \(see im-server --help\)\n$/);
    }
  }
});

test('requests are answered during a flood of datagrams', async (t) => {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  t.is(await ask(tcp, 'REG alice\n'), '200 OK\r\n');
  const flood = spawn(process.execPath, ['--input-type=module', '-e', FLOOD, String(udp)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => flood.kill('SIGKILL'));
  await once(flood.stdout, 'data');
  for (let count = 0; count < 100; count++) t.is(await ask(tcp, `REG user${count}\n`), '200 OK\r\n');
  t.is(flood.exitCode, null, 'the flood lasts until the end');
});

test('an excess connection is answered 206, so that the database keeps file descriptors', async (t) => {
  const parent = await temporaryDirectory(t);
  const directory = join(parent, 'data');
  const options = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
  const command = [process.execPath, programPath('im-server'), ...options];
  const limited = spawn('sh', [
    '-c',
    'ulimit -n 160 && exec "$0" "$@"',
    ...command,
    '--max-per-address',
    '32',
  ]);
  t.teardown(() => limited.kill('SIGKILL'));
  const [ready] = (await once(limited.stdout, 'data')) as [Buffer];
  const tcp = Number(/tcp=\S*:(\d+)/.exec(ready.toString())?.[1]);
  const sockets: Socket[] = [];
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let count = 0; count < 32; count++) sockets.push(await dial(tcp));
  for (let count = 0; count < 50; count++) t.is(await ask(tcp, 'REG late\n'), '206 BUSY\r\n');
  const askOver = async (socket: Socket | undefined, request: string) => {
    socket?.write(`${request}\n`);
    return String(await once(socket as Socket, 'data'));
  };
  t.is(await askOver(sockets[0], 'REG alice'), '200 OK\r\n');
  // The data directory is replaced, so the store must write the whole database to new files.
  await rename(directory, join(parent, 'elsewhere'));
  await mkdir(directory);
  t.is(await askOver(sockets[1], 'REG bob'), '205 UNAVAILABLE\r\n');
  let reply = '';
  for (let next = 2; reply !== '200 OK\r\n' && next < 32; next++) {
    reply = await askOver(sockets[next], 'REG carol');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.is(reply, '200 OK\r\n');
});

// `npm run bench` measures the cost.
test('requests are answered while 10,000 connections are idle', async (t) => {
  const limit = spawn('sh', ['-c', 'ulimit -n']);
  const [descriptors] = (await once(limit.stdout, 'data')) as [Buffer];
  const count = Math.min(10_000, Number(descriptors) - 500);
  if (count < 10_000) t.log(`only ${count} connections: this machine allows ${descriptors} open files`);
  const { tcp } = await startServerProgram(t, await temporaryDirectory(t));
  const idle = new Set<Socket>();
  t.teardown(() => {
    for (const socket of idle) socket.destroy();
  });
  /** Opens connections until enough are open. The server closes an idle connection after 10 s. */
  const fill = async () => {
    while (idle.size < count) {
      const some = Array.from({ length: 250 }, () =>
        connect({ port: tcp, host: '127.0.0.1' }).on('error', () => {}),
      );
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      for (const socket of some) {
        idle.add(socket);
        socket.once('close', () => idle.delete(socket));
        socket.resume();
      }
    }
  };
  // On a busy machine, the server may close the first connections too early. The loop then tries again.
  for (let round = 0; round < 3; round++) {
    await fill();
    for (let index = 0; index < 50; index++) {
      t.is(await ask(tcp, `REG round${round}_${index}\n`), '200 OK\r\n');
    }
    if (idle.size > count * 0.9) break;
  }
  t.true(idle.size > count * 0.9, 'most connections are still open');
});
