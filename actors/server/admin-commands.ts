/**
 * Carries out the operator's commands. Each command returns a result. If it lists things, it also writes a
 * row for each item. The operator's program prints the fields of the rows and of the result.
 */

import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { MAX_BANS, type StoreChange, type Verdict } from '../../storage/store.js';
import { AdminError } from './admin-error.js';
import type { AdminFields, AdminRequest } from './admin-protocol.js';
import type { AdminQuestions } from './admin-questions.js';
import {
  type AdminContext,
  banFields,
  listBans,
  listOnline,
  listUsers,
  reservationFields,
  showAddress,
  showId,
  showStatus,
} from './admin-views.js';
import type { StoreExamined } from './store-events.js';
import { keyFactsOf, whyAbsent } from './user-facts.js';

/** What a command can use: questions to the other actors, and the server's program. */
export interface AdminCommandContext extends AdminContext {
  readonly operator: Operator;
}

/** What a reload did. */
export type ReloadResult =
  /** The configuration has a mistake, and nothing has changed. */
  | { readonly problem: string }
  | {
      readonly problem?: undefined;
      /** The new values, by the names of the options. */
      readonly changed: Readonly<Record<string, string>>;
      /** The changed options that need a restart. */
      readonly waiting: readonly string[];
    };

/** The part of the server's program that commands use. */
export interface Operator {
  /** Facts for `status`: the version, where the data is, limits, warnings. */
  describe(): AdminFields;
  /** Reads the configuration again. */
  reload(): Promise<ReloadResult>;
  /** Begins to stop the server, as SIGTERM does. */
  stop(): void;
}

/** Carries out a command. Returns its result. @throws AdminError */
export async function runAdminCommand(
  request: AdminRequest,
  context: AdminCommandContext,
): Promise<AdminFields> {
  const { operator, questions } = context;
  switch (request.command) {
    case 'status':
      return showStatus(context);
    case 'who':
      return listOnline(context);
    case 'users':
      return listUsers(context, request.pattern);
    case 'show':
      return showId(context, request.id);
    case 'show.address':
      return showAddress(context, request.address);
    case 'bans':
      return listBans(context);
    case 'delete':
      return deleteUser(context, request.id);
    case 'free':
      return free(context, request.id);
    case 'ban':
      return ban(context, request);
    case 'unban': {
      const { target } = request;
      const verdict = await questions.change({ op: 'UNBAN', target });
      if (verdict === 202) throw new AdminError('unknown', `${target.name} is not banned`);
      requireDone(verdict);
      return { kind: target.kind, target: target.name, banned: false };
    }
    case 'key':
      return { server: context.facts.serverKey() };
    case 'key.show':
      return readKey(questions, request.id);
    case 'key.set':
      return changeKey(questions, request.id, request.key);
    case 'key.clear':
      return changeKey(questions, request.id, undefined);
    case 'reload': {
      const result = await operator.reload();
      if (result.problem !== undefined) throw new AdminError('refused', result.problem);
      return { changed: result.changed, needsRestart: result.waiting };
    }
    case 'backup':
      return {}; // the caller has made the backup: the server only logs it
    case 'stop':
      return { stopped: true, pid: process.pid };
  }
}

type BanRequest = Extract<AdminRequest, { readonly command: 'ban' }>;

async function deleteUser({ questions, facts }: AdminCommandContext, id: UserId): Promise<AdminFields> {
  const atMs = facts.wallClock();
  await changeUser(questions, { op: 'REMOVE', id, atMs });
  const { reservedAt, reservedUntil } = reservationFields(atMs, facts);
  return { id, deleted: true, reservedAt, reservedUntil };
}

async function free({ questions }: AdminCommandContext, id: UserId) {
  const verdict = await questions.change({ op: 'FREE', id });
  if (verdict === 202) throw new AdminError('unknown', `${id} is not reserved`);
  if (verdict === 203) throw new AdminError('refused', `${id} is registered: it is not reserved`);
  requireDone(verdict);
  return { id, freed: true };
}

async function ban({ questions, facts }: AdminCommandContext, { target, forMs }: BanRequest) {
  const untilMs = forMs === undefined ? undefined : facts.wallClock() + forMs;
  const made = { ...target, ...(untilMs !== undefined && { untilMs }) };
  const verdict = await questions.change({ op: 'BAN', ban: made });
  const isFull = ({ users }: StoreExamined) => users.countBans() >= MAX_BANS;
  if (verdict === 205 && (await questions.examineStore(isFull))) {
    throw new AdminError('refused', `there are ${MAX_BANS} bans, and no more are possible: lift some first`);
  }
  requireDone(verdict);
  return banFields(made, facts.wallClock());
}

async function readKey(questions: AdminQuestions, id: UserId): Promise<AdminFields> {
  const facts = await questions.examineStore(({ users }) => keyFactsOf(users, id));
  if (typeof facts === 'string') throw new AdminError('unknown', facts);
  return { ...facts };
}

async function changeKey(
  questions: AdminQuestions,
  id: UserId,
  key: IdentityKey | undefined,
): Promise<AdminFields> {
  await changeUser(questions, { op: 'KEY', id, key });
  try {
    return await readKey(questions, id);
  } catch (error) {
    // The change was made, even though the store no longer answers.
    if (error instanceof AdminError && error.code === 'unavailable') return { id, key: key ?? null };
    throw error;
  }
}

/** Makes a change to a user. @throws AdminError if there is no such user, or the change was not made. */
async function changeUser(
  questions: AdminQuestions,
  change: Extract<StoreChange, { readonly op: 'REMOVE' | 'KEY' }>,
): Promise<void> {
  const verdict = await questions.change(change);
  if (verdict === 202) {
    throw new AdminError('unknown', await questions.examineStore(({ users }) => whyAbsent(users, change.id)));
  }
  requireDone(verdict);
}

/** @throws AdminError if a change was not made. */
function requireDone(verdict: Verdict): void {
  if (verdict === 200) return;
  throw new AdminError(
    'unavailable',
    'the store could not make the change: im-server status shows its state',
  );
}
