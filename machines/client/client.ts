/**
 * The terminal client: the actions that its user can take in each state.
 *
 * Owns: the signed-in user, and the question that the user is asked. Trusts: ids and texts, because the
 * actors that received them have parsed the ids, and have passed the texts through the text gate. Talks to:
 * the terminal, the heartbeat, the archive, and call control, which owns the current call or chat. For each
 * request to the server, the client invokes an actor.
 *
 * Each part of the chart can be read alone: client-free.ts, client-waiting.ts, client-busy.ts.
 */

import { busy } from './client-busy.js';
import { clientSetup } from './client-chat-setup.js';
import { firstContext } from './client-context.js';
import { free } from './client-free.js';
import { waiting } from './client-waiting.js';

export const clientMachine = clientSetup.createMachine({
  id: 'client',
  description: 'Decides what one user at one terminal can do in each state.',
  context: firstContext,
  initial: 'starting',
  on: {
    'terminal.opened': {
      actions: ['showStatus', 'reopenPrompt'],
      description: 'A restarted terminal shows nothing yet.',
    },
    'buddies.received': {
      actions: ['rememberBuddies', 'showStatus'],
      description: 'The heartbeat receives the list every 10 s.',
    },
    'blocked.changed': {
      actions: 'rememberBlocked',
      description: 'The archive answers the request at the start, or answers late.',
    },
    'trust.reported': {
      actions: ['rememberTrust', 'showStatus', 'renewMenuPrompt'],
      description: 'What is known about the keys of the buddies has changed.',
    },
    'key.reported': {
      actions: 'sayKey',
      description: 'The server names a new key for a buddy, or names the known key again.',
    },
    'archive.failed': {
      actions: 'sayArchiveFailed',
      description: 'The client continues without the archive.',
    },
    'client.found': {
      actions: 'sayOtherClient',
      description: 'Another client with the same home directory is signed in as the same user.',
    },
    'user.idled': {
      guard: 'isOnline',
      actions: ['becomeIdle', 'announceUser', 'showStatus'],
      description: 'No key was pressed for some time.',
    },
    'user.active': {
      guard: 'isIdle',
      actions: ['becomeHere', 'announceUser', 'showStatus'],
      description: 'A user who chose to be away stays away.',
    },
    'server.lost': { actions: 'sayServerLost' },
    'server.found': { actions: { type: 'say', params: { notice: 'serverFound' } } },
    'session.ended': {
      guard: 'isSessionOfUser',
      actions: ['signOut', 'saySessionEnded', 'showStatus'],
      description: 'The user has signed in elsewhere, is banned or deleted, or a key is no longer valid.',
    },
    'session.misrouted': { actions: { type: 'say', params: { notice: 'misrouted' } } },
    'call.offered': {
      actions: 'keepOffer',
      description: 'The user is asked about the call after the pending answer has arrived.',
    },
    'call.withdrawn': {
      actions: ['recordWithdrawnCall', 'dropOffer', 'showStatus'],
      description: 'The caller hung up before the user was asked.',
    },
    'call.missed': {
      actions: [
        { type: 'say', params: { notice: 'callUnanswered' } },
        'recordMissedCall',
        'dropOffer',
        'showStatus',
      ],
      description: 'The question did not reach the user in time.',
    },
    'call.busy': { actions: 'recordBusyCall', description: 'At most three calls in 10 s are shown.' },
    'call.misunderstood': { actions: 'sayMisunderstood', description: 'The chat with this caller ends.' },
    'call.cut': { actions: 'sayCutCall', description: 'The call was refused without asking the user.' },
    'message.sent': { actions: 'showSentMessage', description: 'The user has left the chat of this line.' },
    'message.unconfirmed': {
      actions: 'sayUnconfirmed',
      description: 'The user has left the chat of this line.',
    },
    'input.exhausted': {
      actions: 'rememberInputExhausted',
      description: 'Pending requests are still answered.',
    },
    'input.interrupted': { target: '.departing', description: 'There is nothing else to interrupt.' },
    'input.ended': { target: '.departing', description: 'The user leaves from any state.' },
    'leave.requested': {
      target: '.departing.abandoning',
      description: 'The program got a signal: unconfirmed lines are reported at once.',
    },
    'shutdown.requested': {
      target: '.left',
      actions: 'sayUnfinished',
      description: 'The client ends from any state.',
    },
  },
  states: {
    starting: {
      description: 'Signs in the user from the command line, if any.',
      entry: 'getBlocked',
      always: [
        {
          guard: 'hasUserToCheck',
          target: 'waiting.forCheck',
          actions: 'makeUserCandidate',
          description: 'The key of the user may be needed.',
        },
        {
          guard: 'hasUser',
          target: 'resuming',
          actions: ['announceUser', 'saySignedIn'],
          description: 'The client waits for no reply: the heartbeat announces the user.',
        },
        { target: 'resuming' },
      ],
    },
    resuming: {
      description: 'Decides where the user continues after a call, a chat or an answer.',
      entry: 'forgetChat',
      always: [
        { guard: 'hasOffer', target: 'busy.ringing', description: 'A waiting call comes first.' },
        {
          guard: 'hasUndelivered',
          target: 'free.offering',
          description: 'Lines of the user may not have arrived.',
        },
        { guard: 'hasKeyDialog', target: 'free.keyDialog', description: 'A call interrupted the dialog.' },
        { guard: 'hasPurpose', target: 'free.asking', description: 'A call interrupted the question.' },
        { guard: 'hasUser', target: 'free.menu' },
        { target: 'free.signedOut' },
      ],
    },
    free,
    waiting,
    busy,
    departing: {
      description: 'The user leaves the program: waits until past chats have delivered their last lines.',
      entry: ['forgetChat', 'endCalls'],
      initial: 'waiting',
      on: {
        'calls.ended': 'left',
        'input.ended': { description: 'The user is already leaving.' },
      },
      states: {
        waiting: {
          description: 'Waits until the last lines are confirmed, or reported as unconfirmed.',
          on: {
            'input.interrupted': { target: 'abandoning', description: 'The user does not want to wait.' },
            'leave.requested': 'abandoning',
          },
          after: {
            departure: {
              guard: 'isInteractive',
              actions: { type: 'say', params: { notice: 'delivering' } },
              description: 'Tells the user why the program waits.',
            },
          },
        },
        abandoning: {
          description: 'The connections are cut, and unconfirmed lines are reported.',
          entry: 'abandonCalls',
          on: {
            'input.interrupted': { description: 'The client is about to end anyway.' },
            'leave.requested': { description: 'The client is about to end anyway.' },
          },
        },
      },
    },
    left: {
      type: 'final',
      description: 'The client has ended, so the tree stops: the heartbeat signs off and the chats hang up.',
    },
  },
});
