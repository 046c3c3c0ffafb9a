/**
 * The guards and actions of the client's statechart that concern the user's own key: the check before a user
 * is signed in, the dialogs about the words, and the end of a session.
 */

import { and, assertEvent, assign, type EventObject, enqueueActions, sendTo } from 'xstate';
import type { UserId } from '../../protocol/id.js';
import { menuSetup, readAnswerId, replyIn, say, terminal } from './client-setup.js';
import type { SignInCheck } from './events.js';
import type { Registration } from './registration.js';

const KEYLESS: Registration = { with: 'nothing', why: 'keyless-server' };

/** The result of the sign-in check. */
function checkIn(event: EventObject): SignInCheck {
  return (event as EventObject & { readonly output: SignInCheck }).output;
}

export const keySetup = menuSetup.extend({
  guards: {
    checksKeys: ({ context }) => context.checksKeys === true,
    hasUserToCheck: ({ context }) => context.checksKeys === true && context.user !== undefined,
    hasKeyDialog: ({ context }) => context.keyDialog !== undefined,
    lacksKey: ({ event }) => checkIn(event).holds === 'no-key',
    isUncertain: ({ event }) => checkIn(event).holds === 'unknown',
    isRestored: ({ event }) => {
      assertEvent(event, 'key-dialog.ended');
      return event.outcome === 'restored';
    },
    isSessionOfUser: ({ context, event }) => {
      assertEvent(event, 'session.ended');
      return event.id === context.user;
    },
    isCheckedLoginAnswer: and(['isLoginAnswer', 'checksKeys']),
    lacksKeyAtTerminal: and(['lacksKey', 'isInteractive']),
  },

  actions: {
    // The check before a user is signed in.
    rememberCandidate: assign({
      candidate: ({ event }) => ({ id: readAnswerId(event) as UserId, attendance: 'here' as const }),
    }),
    makeUserCandidate: assign({
      candidate: ({ context: { user, attendance } }) => user && { id: user, attendance },
      user: undefined,
    }),
    becomeCandidate: assign({
      user: ({ context }) => context.candidate?.id,
      attendance: ({ context }) => context.candidate?.attendance ?? 'here',
      candidate: undefined,
    }),
    dropCandidate: assign({ candidate: undefined }),
    sayKeyMissing: sendTo(terminal, ({ context, event }) => {
      const check = checkIn(event);
      const user = context.candidate?.id as UserId;
      const isRevoked = check.holds === 'no-key' && check.isRevoked;
      return say({ say: 'keyMissing', user, ...(isRevoked && { isRevoked }) });
    }),
    sayUncertain: enqueueActions(({ event, enqueue }) => {
      const check = checkIn(event);
      if (check.holds === 'unknown')
        enqueue.sendTo(terminal, say({ say: 'keyUncertain', reason: check.reason }));
    }),

    beginRestoring: assign({ keyDialog: 'restore' }),
    // After a sign-in, only a user at a terminal is reminded of the words.
    sayAboutKey: enqueueActions(({ context, event, enqueue }) => {
      const check = checkIn(event);
      if (context.isInteractive && check.holds === 'key' && check.remindsOfWords)
        enqueue.sendTo(terminal, say({ say: 'wordsReminder', user: context.user as UserId }));
      if (check.holds === 'nothing' && check.isNewlyKeyless)
        enqueue.sendTo(terminal, say({ say: 'registration', registration: KEYLESS }));
    }),
    sayRegistration: enqueueActions(({ context, event, enqueue }) => {
      const { registration } = replyIn(event);
      if (registration === undefined) return;
      enqueue.sendTo(terminal, say({ say: 'registration', registration }));
      if (registration.with !== 'key' || !registration.remindsOfWords) return;
      if (context.isInteractive) enqueue.assign({ keyDialog: 'copy' });
      else enqueue.sendTo(terminal, say({ say: 'wordsReminder', user: context.user as UserId }));
    }),
    remindOfWords: enqueueActions(({ context: { keyDialog, user }, enqueue }) => {
      if (keyDialog === 'copy') enqueue.sendTo(terminal, say({ say: 'wordsReminder', user: user as UserId }));
    }),
    openKeyDialog: sendTo(terminal, ({ context: { keyDialog = 'copy', user, candidate } }) => ({
      type: 'key-dialog.open',
      dialog: keyDialog,
      id: (keyDialog === 'copy' ? user : candidate?.id) as UserId,
    })),
    dropKeyDialog: assign({ keyDialog: undefined }),

    // The end of a session.
    signOut: assign({
      user: undefined,
      purpose: undefined,
      keyDialog: undefined,
      isMenuKnown: false,
      buddies: [],
      lastSeen: () => new Map(),
      trust: undefined,
    }),
    saySessionEnded: sendTo(terminal, ({ event }) => {
      assertEvent(event, 'session.ended');
      return say({ say: 'sessionEnded', user: event.id, why: event.why, ban: event.ban });
    }),
  },
});
