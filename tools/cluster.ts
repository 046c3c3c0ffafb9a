/**
 * Runs a demo cluster on this machine: `npm run cluster`. The cluster has a primary of PostgreSQL, two
 * standbys and three servers. The program shows each command that it runs. Ctrl-C stops the cluster, and
 * removes its files.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { complain, createCommand, EXIT, portOption, runProgram, textOption } from '../bin/command-line.js';

const NAME = 'cluster';

/** Linux has all addresses in 127.0.0.0/8: each server has its own address, and all use the same ports. */
const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const;

const STANDBYS = ['standby1', 'standby2'] as const;

/** Debian installs each version of PostgreSQL in a directory of its own. */
const VERSIONS = '/usr/lib/postgresql';
const MIN_VERSION = 15;

/** PostgreSQL refuses to run as root. If this program runs as root, PostgreSQL runs as `postgres`. */
const AS_POSTGRES =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];

const PASSWORD_BYTES = 16;

/** Longest wait for a program to stop, in milliseconds. Then the program is killed: it may be frozen. */
const STOP_TIMEOUT_MS = 10_000;

interface Options {
  readonly tcpPort: number;
  readonly udpPort: number;
  /** The directory of the programs of PostgreSQL. */
  readonly postgres?: string;
}

class Cluster {
  readonly #directory: string;
  readonly #programs: string;
  readonly #password = randomBytes(PASSWORD_BYTES).toString('hex');
  /** The programs that run, in the order of their starts. */
  readonly #running = new Map<ChildProcess, string>();
  #isStopping = false;

  /**
   * @param directory A new directory, for all files.
   * @param programs The directory of the programs of PostgreSQL.
   */
  constructor(directory: string, programs: string) {
    this.#directory = directory;
    this.#programs = programs;
  }

  /** Starts the cluster, and then explains how to use it. @throws Error when a command fails. */
  async start({ tcpPort, udpPort }: Options): Promise<void> {
    await this.#makePassword();
    const ports = await freePorts(1 + STANDBYS.length);
    const [primaryPort, standbyPort] = ports as [number, number];
    const primary = await this.#startPrimary(primaryPort);
    for (const [index, name] of STANDBYS.entries()) {
      await this.#startStandby(name, ports[index + 1] as number, ports);
    }

    say('', '# The directory, with the key that its servers share.');
    await this.#run(
      ...this.#postgres('createdb', '-h', '127.0.0.1', '-p', `${primaryPort}`, '-U', 'im', 'im'),
    );
    const url = `postgres://im@${ports.map((port) => `127.0.0.1:${port}`).join()}/im`;
    await this.#run('bin/im-server', 'migrate', url);

    say('', '# The servers. No client is online yet, so the servers start without a warm-up.');
    let [tcp, udp] = [tcpPort, udpPort];
    for (const [index, host] of HOSTS.entries()) {
      [tcp, udp] = await this.#startServer(`im${index + 1}`, host, tcp, udp, url);
    }
    say(
      '',
      `The cluster is ready. Its logs are ${this.#path('*.log')}`,
      'Start a client in another terminal:',
      '',
      `  bin/im-client --server ${HOSTS.join()} --tcp-port ${tcp} --udp-port ${udp}`,
      '',
      'To see a failover, kill the primary, promote standby1, and make standby2 its synchronous standby:',
      '',
      `  kill -9 ${primary.pid}`,
      `  ${shown(this.#postgres('pg_ctl', 'promote', '-s', '-D', this.#path(STANDBYS[0])))}`,
      `  export PGPASSWORD=${this.#password}`,
      ...[`alter system set synchronous_standby_names = '${STANDBYS[1]}'`, 'select pg_reload_conf()'].map(
        (query) => `  ${join(this.#programs, 'psql')} -h 127.0.0.1 -p ${standbyPort} -U im -c "${query}"`,
      ),
      '',
      'Ctrl-C stops the cluster and removes its files.',
    );
  }

  /** Stops all programs, and removes their files. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    say('');
    const isServer = (name: string) => name.startsWith('im');
    // The servers stop before their database.
    for (const stopsNow of [isServer, () => true]) {
      await Promise.all([...this.#running].filter(([, name]) => stopsNow(name)).map(([child]) => end(child)));
    }
    say(`$ rm -rf ${this.#directory}`);
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #makePassword(): Promise<void> {
    await writeFile(this.#path('password'), this.#password, { mode: 0o600 });
    say('# The password of the database.', `$ export PGPASSWORD=${this.#password}`);
    if (AS_POSTGRES.length > 0) await this.#run('chown', '-R', 'postgres:', this.#directory);
  }

  async #startPrimary(port: number): Promise<ChildProcess> {
    say('', `# The primary. It acknowledges a change when ${STANDBYS[0]} has it on disk, too.`);
    const login = ['-U', 'im', '-A', 'scram-sha-256', `--pwfile=${this.#path('password')}`];
    await this.#run(...this.#postgres('initdb', '-D', this.#path('primary'), ...login));
    return this.#startPostgres('primary', port, '-c', `synchronous_standby_names=${STANDBYS[0]}`);
  }

  /** Starts a standby. It follows the current primary, also after a failover. */
  async #startStandby(name: string, port: number, ports: readonly number[]): Promise<void> {
    say('', `# ${name}.`);
    const others = ports.filter((other) => other !== port);
    const hosts = `host=${others.map(() => '127.0.0.1').join()} port=${others.join()} user=im`;
    const source = `${hosts} target_session_attrs=read-write application_name=${name}`;
    const copy = ['-D', this.#path(name), '-R', '-c', 'fast', '-d', source];
    await this.#run(...this.#postgres('pg_basebackup', ...copy));
    await this.#startPostgres(name, port);
  }

  async #startPostgres(name: string, port: number, ...settings: readonly string[]): Promise<ChildProcess> {
    const where = ['-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
    const command = this.#postgres('postgres', '-D', this.#path(name), ...where, ...settings);
    const { child } = await this.#startProgram(name, command, /ready to accept/);
    return child;
  }

  /** Starts a server, and returns its ports. */
  async #startServer(
    name: string,
    host: string,
    tcpPort: number,
    udpPort: number,
    url: string,
  ): Promise<[tcp: number, udp: number]> {
    const ports = ['--host', host, '--tcp-port', `${tcpPort}`, '--udp-port', `${udpPort}`];
    const command = ['bin/im-server', ...ports, '--directory', url, '--warm-up', '0'];
    const { match } = await this.#startProgram(
      name,
      command,
      /^im-server ready tcp=\S*:(\d+) udp=\S*:(\d+) .*(?=\n)/m,
    );
    say(match[0]);
    return [Number(match[1]), Number(match[2])];
  }

  #postgres(name: string, ...args: readonly string[]): string[] {
    return [...AS_POSTGRES, join(this.#programs, name), ...args];
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  /** Runs a command to its end, and shows its output. */
  async #run(...command: readonly string[]): Promise<void> {
    const child = this.#spawn('', command);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes) => process.stdout.write(bytes));
    }
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`this command failed: ${shown(command)}`);
  }

  /** Starts a program with a log, and waits for a line of its output. */
  async #startProgram(name: string, command: readonly string[], ready: RegExp) {
    const child = this.#spawn(name, command);
    const log = createWriteStream(this.#path(`${name}.log`));
    let output = '';
    const match = await new Promise<RegExpExecArray>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.pipe(log, { end: false });
        stream?.on('data', function read(bytes) {
          output += bytes;
          const found = ready.exec(output);
          if (found === null) return;
          stream.off('data', read);
          resolve(found);
        });
      }
      child.once('close', () => reject(new Error(`${name} ended:\n${output}`)));
    });
    child.once('exit', (code, signal) => {
      if (!this.#isStopping) say('', `# ${name} ended (${signal ?? code}).`);
    });
    return { child, match };
  }

  /** Starts a process in the process group of this program, so that it ends when the group is killed. */
  #spawn(name: string, command: readonly string[]): ChildProcess {
    if (this.#isStopping) throw new Error('stopped');
    say(`$ ${shown(command)}`);
    const [program, ...args] = command as [string, ...string[]];
    const env = { ...process.env, LC_ALL: 'C', PGPASSWORD: this.#password };
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#running.set(child, name);
    child.once('error', () => {}); // A 'close' event follows.
    child.once('close', () => this.#running.delete(child));
    return child;
  }
}

/** Stops a process. On SIGINT, PostgreSQL ends its connections, and does not wait for its clients. */
async function end(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}

/** Finds free ports of this machine. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The directory of the newest PostgreSQL that is installed. */
function findPostgres(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).map(Number) : [];
  const usable = versions.filter((version) => version >= MIN_VERSION).sort((one, other) => other - one);
  const directories = usable.map((version) => join(VERSIONS, `${version}`, 'bin'));
  return [...directories, ...(process.env['PATH'] ?? '').split(delimiter)].find(hasPostgres);
}

function hasPostgres(directory: string): boolean {
  return existsSync(join(directory, 'initdb')) && existsSync(join(directory, 'postgres'));
}

/** A command line as you type it in a shell. */
function shown(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}

function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

async function main(options: Options): Promise<void> {
  const programs = options.postgres ?? findPostgres();
  if (programs === undefined || !hasPostgres(programs)) {
    const where = programs === undefined ? '' : ` in ${programs}`;
    complain(
      NAME,
      `there is no PostgreSQL ${MIN_VERSION} or later${where}: on Debian, apt-get install postgresql`,
    );
    process.exitCode = EXIT.failed;
    return;
  }
  // When the terminal is gone, output fails. The cluster must be removed nevertheless.
  process.stdout.on('error', () => {});
  const isStopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'im-cluster-')), programs);
  try {
    await Promise.race([cluster.start(options), isStopped]);
    await isStopped;
  } catch (error) {
    complain(NAME, error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT.failed;
  }
  await cluster.stop();
}

const command = createCommand(NAME, 'Runs a demo cluster: PostgreSQL with two standbys, and three servers.')
  .option('--tcp-port <port>', 'port of the servers for requests; 0 picks a free port', portOption, 0)
  .option('--udp-port <port>', 'port of the servers for presence; 0 picks a free port', portOption, 0)
  .option('--postgres <directory>', 'directory of the programs of PostgreSQL', textOption);
await runProgram(command.action(main));
