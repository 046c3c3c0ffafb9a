/**
 * Real PostgreSQL servers for tests, each in a temporary directory, on a free port of this machine.
 *
 * PostgreSQL refuses to run as root. If the tests run as root, PostgreSQL runs as the user that its package
 * made. When the process of the tests ends, even by SIGKILL, its servers end and their directories are
 * removed.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chown, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from '../../storage/postgres/schema.js';
import { guardedDirectory, type Teardown } from './guarded-directory.js';

const run = promisify(execFile);

const PROGRAMS = '/usr/lib/postgresql/15/bin';

/** The server program. If this file exists, PostgreSQL is installed. */
export const POSTGRES_SERVER = `${PROGRAMS}/postgres`;

const AS_POSTGRES =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : [];

/** The owner of the databases: a role without privileges, as an operator would make it. */
const OWNER = 'im';

/** SQL that empties a directory, and gives the directory a new random id and a new server identity. */
const EMPTY = `delete from im_log; delete from im_user; delete from im_ban; delete from im_head;
  insert into im_head values (true, 1, gen_random_uuid(), 0, 0);
  delete from im_identity; insert into im_identity values (true, sha256(gen_random_uuid()::text::bytea))`;

const READY = /database system is ready to accept/;

export class Postgres {
  readonly port: number;
  readonly directory: string;
  #server: ChildProcess | undefined;
  #databases = 0;
  readonly #unused = new Set<string>();
  #template: Promise<void> | undefined;

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  /** Starts a new server, which runs until the test ends. */
  static async start(t: Teardown, settings: readonly string[] = []): Promise<Postgres> {
    const postgres = await Postgres.#make(t, (data) =>
      asPostgres(dirname(data), `${PROGRAMS}/initdb`, [
        ...['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'],
      ]),
    );
    await postgres.configure(
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
      'shared_buffers = 16MB',
      // Keeps shared memory in files of the server. Other shared memory would outlive a killed server.
      'dynamic_shared_memory_type = mmap',
      // Without syncs, only a crash of the machine loses data. The tests only kill the server.
      'fsync = off',
      ...settings,
    );
    await postgres.run();
    await postgres.sql(`create role ${OWNER} login`);
    return postgres;
  }

  /** Starts a standby of this server. `synchronous_standby_names` can list it by this name. */
  async startStandby(t: Teardown, name: string): Promise<Postgres> {
    const standby = await Postgres.#make(t, (data) => this.#copyTo(data, name));
    await standby.#runAsStandby();
    return standby;
  }

  /** Makes this server, which was killed, a standby. Replaces all its data with a copy of the source's. */
  async rebuild(source: Postgres, name: string): Promise<void> {
    await removeSharedMemory(this.#data);
    await rm(this.#data, { recursive: true });
    await source.#copyTo(this.#data, name);
    await this.#runAsStandby();
  }

  /** Like {@link rebuild}, but for an old primary: keeps the data that both servers have. */
  async rewind(source: Postgres, name: string): Promise<void> {
    // pg_rewind reads the timeline of the last checkpoint, which may be older than the promotion.
    await source.sql('checkpoint');
    await asPostgres(this.directory, `${PROGRAMS}/pg_rewind`, [
      ...['-D', this.#data, '--source-server', source.conninfo(name), '-R', '--no-sync'],
    ]);
    await this.#runAsStandby();
  }

  async #copyTo(data: string, name: string): Promise<void> {
    await asPostgres(dirname(data), `${PROGRAMS}/pg_basebackup`, [
      ...['-D', data, '-d', this.conninfo(name), '-R', '-c', 'fast', '--no-sync'],
    ]);
  }

  async #runAsStandby(): Promise<void> {
    // By default, a standby waits 5 s before it tries to reach its primary again.
    await this.configure("wal_retrieve_retry_interval = '100ms'");
    await this.run();
  }

  /** The connection string with which the standby of this name connects to this server. */
  conninfo(name: string): string {
    return `host=127.0.0.1 port=${this.port} user=postgres dbname=postgres application_name=${name}`;
  }

  static async #make(t: Teardown, fill: (data: string) => Promise<void>): Promise<Postgres> {
    const directory = await guardedDirectory(t, 'im-postgres-');
    const postgres = new Postgres(directory, await freePort());
    if (AS_POSTGRES.length > 0) {
      const ids = await Promise.all(['-u', '-g'].map((which) => run('id', [which, 'postgres'])));
      const [user, group] = ids.map(({ stdout }) => Number(stdout)) as [number, number];
      await chown(directory, user, group);
    }
    await fill(postgres.#data);
    return postgres;
  }

  get #data(): string {
    return join(this.directory, 'data');
  }

  /** Makes a certificate for a host, and uses it for TLS from the next start on. Returns the certificate. */
  async useTls(host: string): Promise<string> {
    const [certificate, key] = [join(this.#data, 'server.crt'), join(this.#data, 'server.key')];
    await asPostgres(this.directory, 'openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
      ...['-addext', `subjectAltName=${host}`, '-keyout', key, '-out', certificate],
    ]);
    await this.configure('ssl = on');
    return certificate;
  }

  /** From the next start on, the owner of the databases needs a password. */
  async requirePassword(password: string): Promise<void> {
    await this.sql(`alter role ${OWNER} password '${password}'`);
    const file = join(this.#data, 'pg_hba.conf');
    await writeFile(file, `host all ${OWNER} 127.0.0.1/32 scram-sha-256\n${await readFile(file, 'utf8')}`);
  }

  /** Adds lines to the configuration, for the next start. */
  async configure(...lines: readonly string[]): Promise<void> {
    const text = [`port = ${this.port}`, ...lines].map((line) => `${line}\n`).join('');
    await appendFile(join(this.#data, 'postgresql.conf'), text);
  }

  /** Starts the server, and waits until it accepts connections. */
  async run(): Promise<void> {
    const [program, args] = commandOf(POSTGRES_SERVER, ['-D', this.#data]);
    const server = spawn(program, args, {
      // Ctrl-C in a terminal must end the tests first, not the servers.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    this.#server = server;
    const lines: string[] = [];
    const ready = new Promise<void>((resolve, reject) => {
      createInterface(server.stderr).on('line', (line) => {
        lines.push(line);
        if (READY.test(line)) resolve();
      });
      server.once('exit', () => reject(new Error(`PostgreSQL ended:\n${lines.join('\n')}`)));
    });
    await ready;
  }

  /** Ends all processes of the server at once, as a crash of the machine would. */
  async kill(): Promise<void> {
    const server = this.#server as ChildProcess;
    await this.freeze();
    // Find the other processes now: once their parent has ended, childrenOf no longer finds them.
    const others = await childrenOf(server.pid);
    await this.#signalOthers('SIGKILL');
    server.kill('SIGKILL');
    await once(server, 'exit');
    // PostgreSQL does not start while an earlier process still has its shared memory.
    while ((await Promise.all(others.map(isRunning))).includes(true)) await new Promise(setImmediate);
  }

  /** Freezes all processes of the server: they keep their connections, and answer nothing. */
  async freeze(): Promise<void> {
    // Stop the first process before the others, because it starts all others.
    this.#server?.kill('SIGSTOP');
    await this.#signalOthers('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.#signalOthers('SIGCONT');
    this.#server?.kill('SIGCONT');
  }

  async #signalOthers(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await childrenOf(this.#server?.pid)) {
      try {
        process.kill(pid, signal);
      } catch {
        // The process has ended.
      }
    }
  }

  /** Makes this standby a primary, with the next timeline. */
  async promote(): Promise<void> {
    await this.sql('select pg_promote()');
  }

  /** Runs a query as the superuser. */
  async sql<TRow extends object>(text: string, database = 'postgres'): Promise<(TRow & {})[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres', database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<TRow & {}>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Repeats a query until it returns a row. */
  async until<TRow extends object>(text: string, database = 'postgres'): Promise<TRow & {}> {
    for (;;) {
      const [row] = await this.sql<TRow>(text, database);
      if (row !== undefined) return row;
    }
  }

  /**
   * Makes an empty directory in a database of its own, and returns its URL. Reuses the databases of earlier
   * tests, because a new database has several hundred files.
   *
   * @param t When this test ends, another test may get the database.
   */
  async makeDirectory(t: Teardown): Promise<string> {
    const [url = await this.#createDirectory()] = this.#unused;
    if (this.#unused.delete(url)) await this.sqlIn(url, EMPTY);
    t.teardown(() => this.recycle(url));
    return url;
  }

  /** Lets later tests use the database of a directory. All stores of the directory must be closed. */
  recycle(url: string): void {
    this.#unused.add(url);
  }

  async #createDirectory(): Promise<string> {
    const name = `im${++this.#databases}`;
    this.#template ??= this.#makeTemplate();
    await this.#template;
    await this.sql(`create database ${name} owner ${OWNER} template im strategy file_copy`);
    return this.url(name);
  }

  async #makeTemplate(): Promise<void> {
    await this.sql(`create database im owner ${OWNER}`);
    await migrate(this.url('im'));
  }

  /** Runs a query as the superuser in the database of a directory. */
  sqlIn<TRow extends object>(url: string, text: string): Promise<(TRow & {})[]> {
    return this.sql<TRow>(text, databaseOf(url));
  }

  url(database: string, ...others: readonly { readonly port: number }[]): string {
    const hosts = [this, ...others].map(({ port }) => `127.0.0.1:${port}`);
    return `postgres://${OWNER}@${hosts.join(',')}/${database}`;
  }
}

/** The name of the database in the URL of a directory. */
export function databaseOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Runs a program that fills a directory, as the user who may run PostgreSQL. */
async function asPostgres(cwd: string, name: string, args: readonly string[]): Promise<void> {
  await run(...commandOf(name, args), { cwd });
}

function commandOf(name: string, args: readonly string[]): [program: string, args: string[]] {
  const [program, ...rest] = [...AS_POSTGRES, name, ...args];
  return [program as string, rest];
}

/**
 * Finds a free port below the ephemeral range. The system gives no such port to a connection, so a server can
 * use the same port again when it restarts.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + randomInt(10_000);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return port;
    } catch {
      // Another program listens there.
    } finally {
      server.close();
    }
  }
}

/** Removes what a killed server leaves outside its directory. */
async function removeSharedMemory(data: string): Promise<void> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  await run('ipcrm', ['-m', (lines[6] as string).trim().split(/\s+/)[1] as string]);
}

async function childrenOf(parent: number | undefined): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(statOf));
  return pids.filter((_, index) => Number(stats[index]?.[1]) === parent);
}

/** False for a process that has ended, even if its parent has not noticed. */
async function isRunning(pid: number): Promise<boolean> {
  return ![undefined, 'Z', 'X'].includes((await statOf(pid))[0]);
}

/** The state of a process, its parent, and more; an empty list for a process that has ended. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name of the program, in brackets, may have spaces.
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
