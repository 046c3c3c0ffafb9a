/**
 * The URL of a directory in PostgreSQL: `postgres://im@db1,db2:5433,[2001:db8::1]/im?sslmode=verify-full`.
 *
 * The URL names all hosts that may have the primary. A URL with a password is refused, because every user of
 * the machine can read a command line.
 */

import { StoreError } from '../store.js';

const DEFAULT_PORT = 5432;

export interface DatabaseHost {
  readonly host: string;
  readonly port: number;
}

/**
 * - `disable`: no TLS.
 * - `require`: TLS without a check of the server's certificate.
 * - `verify-full`: TLS, with a certificate for this host that the system, or `NODE_EXTRA_CA_CERTS`, trusts.
 */
export type SslMode = 'disable' | 'require' | 'verify-full';

const SSL_MODES: readonly string[] = ['disable', 'require', 'verify-full'] satisfies readonly SslMode[];

export interface DatabaseUrl {
  readonly user: string;
  readonly hosts: readonly DatabaseHost[];
  readonly database: string;
  readonly sslMode: SslMode;
}

const URL_PARTS =
  /^postgres(?:ql)?:\/\/(?<login>[^@/?#]*)@(?<hosts>[^/?#]+)\/(?<name>[^/?#]+)(?:\?(?<options>[^#]*))?$/;
const HOST_PARTS = /^(?:\[(?<ip6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>[0-9]{1,5}))?$/;

/**
 * Parses the URL of a directory.
 *
 * @throws StoreError `store.unusable` for any other text. The message does not repeat the URL, which may have
 * a password.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const { login = '', hosts = '', name = '', options = '' } = URL_PARTS.exec(url)?.groups ?? {};
  if (login.includes(':')) {
    throw unusable('must not have a password: set PGPASSWORD or PGPASSFILE instead');
  }
  const user = decode(login);
  const database = decode(name);
  if (user === '' || database === '') throw unusable('must be like postgres://user@host1,host2/database');
  return { user, hosts: hosts.split(',').map(parseHost), database, sslMode: parseOptions(options) };
}

/** A host and its port, for messages. */
export function hostText({ host, port }: DatabaseHost): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseHost(text: string): DatabaseHost {
  const { ip6, name, port } = HOST_PARTS.exec(text)?.groups ?? {};
  const host = ip6 ?? name;
  const number = Number(port ?? DEFAULT_PORT);
  if (host === undefined || number < 1 || number > 65_535) throw unusable('names a host that is not valid');
  return { host, port: number };
}

function parseOptions(text: string): SslMode {
  const { sslmode = 'disable', ...others } = Object.fromEntries(new URLSearchParams(text));
  if (Object.keys(others).length > 0) throw unusable('has an option other than sslmode');
  if (!SSL_MODES.includes(sslmode)) throw unusable(`must set sslmode to one of ${SSL_MODES.join(', ')}`);
  return sslmode as SslMode;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function unusable(message: string): StoreError {
  return new StoreError('store.unusable', `the URL of the directory ${message}`);
}
