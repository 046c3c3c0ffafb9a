/**
 * The archive's actor: owns the user's local files, which are the history of chats and the block list.
 *
 * The actor writes a message before it handles the next event, so a crash loses no message that was shown.
 * File errors do not stop a chat. The actor tries to write every message to the history, but reports only the
 * first write that fails.
 */

import type { ArchiveCommand, ArchiveReport } from '../../machines/client/events.js';
import type { ArchiveTask, OtherClient, ShownMessage } from '../../machines/client/notices.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { type BehaviourLogic, type BehaviourScope, fromBehaviour } from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';

type RecordedMessage = Omit<Extract<ArchiveCommand, { type: 'message.record' }>, 'type'>;

interface Failed {
  readonly reason: string;
}

/**
 * The local files, as the actor uses them. An operation that fails returns the reason. It throws only because
 * of a bug.
 */
export interface ArchiveFiles {
  readonly blocked: readonly string[];
  record(message: RecordedMessage): Failed | undefined;
  find(query: {
    readonly buddy: UserId;
    readonly search: string;
  }): Promise<readonly RecordedMessage[] | Failed>;
  readBlocked(): Failed | undefined;
  block(name: string): Failed | undefined;
  unblock(name: string): Failed | undefined;
  /** Records, until the signal aborts, that a user is signed in here. Yields the user's other clients. */
  otherClients(
    user: UserId,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly pid: number; readonly host: string | undefined }>;
  close(): void;
}

export interface ArchiveInput {
  readonly client: Address<ArchiveReport>;
  readonly openArchive: () => ArchiveFiles;
  /** The user who was signed in when the archive was restarted. */
  readonly user: UserId | undefined;
}

export const archiveLogic: BehaviourLogic<ArchiveCommand, ArchiveInput> = fromBehaviour(
  (scope: BehaviourScope<ArchiveCommand>, { client, openArchive, user }) => {
    const files = openArchive();
    let isSilent = false;

    const report = (task: ArchiveTask, failed: Failed | undefined) => {
      if (failed === undefined) return;
      client.send({ type: 'archive.failed', task, reason: toDisplayText(failed.reason) });
    };
    const reportBlocked = () => client.send({ type: 'blocked.changed', names: files.blocked });

    let claim: Claim | undefined;
    const claimUser = (id: UserId) => {
      if (claim?.user === id) return;
      claim?.end.abort();
      claim = { user: id, end: new AbortController() };
      reportOtherClients(files, client, claim).catch((error) => scope.fail(error));
    };

    report('blocked.read', files.readBlocked());
    if (user !== undefined) claimUser(user);

    return {
      receive(event) {
        switch (event.type) {
          case 'message.record': {
            const { type: _type, ...message } = event;
            const failed = files.record(message);
            if (!isSilent) report('history.write', failed);
            isSilent ||= failed !== undefined;
            return;
          }
          case 'history.show':
            return show(scope, files, client, event);
          case 'blocked.get':
            return reportBlocked();
          case 'buddy.block':
            report('blocked.write', files.block(event.name));
            return reportBlocked();
          case 'buddy.unblock':
            report('blocked.write', files.unblock(event.name));
            return reportBlocked();
          case 'user.claim':
            return claimUser(event.id);
        }
      },
      release() {
        claim?.end.abort();
        files.close();
      },
    };
  },
);

/** The user who is signed in. `end` aborts when another user signs in, or the archive ends. */
interface Claim {
  readonly user: UserId;
  readonly end: AbortController;
}

async function reportOtherClients(
  files: ArchiveFiles,
  client: Address<ArchiveReport>,
  { user, end: { signal } }: Claim,
): Promise<void> {
  for await (const { pid, host } of files.otherClients(user, signal)) {
    if (signal.aborted) return;
    const other: OtherClient = { user, pid, host: host === undefined ? undefined : toDisplayText(host) };
    client.send({ type: 'client.found', ...other });
  }
}

function show(
  scope: BehaviourScope<ArchiveCommand>,
  files: ArchiveFiles,
  client: Address<ArchiveReport>,
  { buddy, search }: Extract<ArchiveCommand, { type: 'history.show' }>,
): Promise<void> {
  return files.find({ buddy, search }).then(
    scope.guard((found) => {
      if ('reason' in found) {
        client.send({ type: 'archive.failed', task: 'history.read', reason: toDisplayText(found.reason) });
      } else {
        client.send({ type: 'history.found', buddy, search, messages: found.map(asShown) });
      }
    }),
  );
}

function asShown({ isOwn, own, buddy, address, text, atMs }: RecordedMessage): ShownMessage {
  const name = isOwn ? (own ?? 'me') : (buddy ?? address ?? 'unknown');
  return { name: toDisplayText(name), isOwn, text, atMs };
}
