/**
 * The archive's actor: owns the user's local files, which are the history of chats and the block list.
 *
 * A message is written down before the next event is taken, so a crash loses none that was shown. No error of
 * the files stops a chat: the first that concerns writing history is reported, and each message is tried
 * again.
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

/** What the actor needs of the files: each operation says why it failed, and throws only what is a bug. */
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
  /** Says that a user is signed in here, until the signal aborts, and yields their other clients. */
  otherClients(
    user: UserId,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly pid: number; readonly host: string | undefined }>;
  close(): void;
}

export interface ArchiveInput {
  readonly client: Address<ArchiveReport>;
  readonly openArchive: () => ArchiveFiles;
  /** Who was signed in when the archive was restarted. */
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
    const tellBlocked = () => client.send({ type: 'blocked.changed', names: files.blocked });

    let claim: Claim | undefined;
    const claimUser = (id: UserId) => {
      if (claim?.user === id) return;
      claim?.end.abort();
      claim = { user: id, end: new AbortController() };
      tellOthers(files, client, claim).catch((error) => scope.fail(error));
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
            return tellBlocked();
          case 'buddy.block':
            report('blocked.write', files.block(event.name));
            return tellBlocked();
          case 'buddy.unblock':
            report('blocked.write', files.unblock(event.name));
            return tellBlocked();
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

/** Who is signed in, until another is, or the archive ends. */
interface Claim {
  readonly user: UserId;
  readonly end: AbortController;
}

async function tellOthers(
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
