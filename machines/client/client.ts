/**
 * The client: what its user can do when.
 *
 * Owns: who is signed in, and the question that the user is asked. Trusts: ids and texts, which are typed
 * values gated by the actors that received them. Talks to: the terminal, the heartbeat, the archive, and call
 * control, which owns the one call or chat there may be. It asks the server through an actor that it invokes
 * for each request.
 *
 * Its parts read alone: client-free.ts, client-waiting.ts, client-busy.ts.
 */

import { busy } from './client-busy.js';
import { clientSetup } from './client-chat-setup.js';
import { firstContext } from './client-context.js';
import { free } from './client-free.js';
import { waiting } from './client-waiting.js';

export const clientMachine = clientSetup.createMachine({
  id: 'client',
  description: 'One user at one terminal.',
  context: firstContext,
  initial: 'starting',
  on: {
    'terminal.opened': {
      actions: ['showStatus', 'reopenPrompt'],
      description: 'A terminal that was restarted shows nothing.',
    },
    'buddies.received': {
      actions: ['rememberBuddies', 'showStatus'],
      description: 'The heartbeat brings them every 10 s.',
    },
    'blocked.changed': {
      actions: 'rememberBlocked',
      description: 'At the start, or late.',
    },
    'archive.failed': { actions: 'sayArchiveFailed', description: 'The user is told, and goes on.' },
    'client.found': {
      actions: 'sayOtherClient',
      description: 'Another client of this home has the same user signed in at the same server.',
    },
    'user.idled': {
      guard: 'isOnline',
      actions: ['becomeIdle', 'announceUser', 'showStatus'],
      description: 'Away, because no key was pressed for long.',
    },
    'user.active': {
      guard: 'isIdle',
      actions: ['becomeHere', 'announceUser', 'showStatus'],
      description: 'A user who chose to be away stays away.',
    },
    'server.lost': { actions: 'sayServerLost' },
    'server.found': { actions: { type: 'say', params: { notice: 'serverFound' } } },
    'call.offered': { actions: 'keepOffer', description: 'The user is asked as soon as there is time.' },
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
      description: 'The user could not be asked in time.',
    },
    'call.busy': { actions: 'recordBusyCall', description: 'The user is told, though not of many.' },
    'call.misunderstood': { actions: 'sayMisunderstood', description: 'Its chat ends.' },
    'call.cut': { actions: 'sayCutCall', description: 'Refused before the user was asked.' },
    'message.sent': { actions: 'showSentMessage', description: 'Of a chat that the user has left.' },
    'message.unconfirmed': { actions: 'sayUnconfirmed', description: 'Of a chat that the user has left.' },
    'input.exhausted': {
      actions: 'rememberInputExhausted',
      description: 'What was asked is still answered.',
    },
    'input.interrupted': { target: '.departing', description: 'There is nothing else to leave.' },
    'input.ended': { target: '.departing', description: 'Whatever was going on is over.' },
    'leave.requested': {
      target: '.departing.abandoning',
      description: 'A signal: last lines are named, not waited for.',
    },
    'shutdown.requested': {
      target: '.left',
      actions: 'sayUnfinished',
      description: 'Whatever was going on is over.',
    },
  },
  states: {
    starting: {
      description: 'Signs in the user that the command line names.',
      entry: 'getBlocked',
      always: [
        {
          guard: 'hasUser',
          target: 'resuming',
          actions: ['announceUser', 'saySignedIn'],
          description: 'Signed in without asking the server.',
        },
        { target: 'resuming' },
      ],
    },
    resuming: {
      description: 'Decides what the user comes back to when something is over.',
      entry: 'forgetChat',
      always: [
        { guard: 'hasOffer', target: 'busy.ringing', description: 'A call that waits comes first.' },
        {
          guard: 'hasUndelivered',
          target: 'free.offering',
          description: 'Lines of the user did not arrive.',
        },
        { guard: 'hasPurpose', target: 'free.asking', description: 'A call interrupted the question.' },
        { guard: 'hasUser', target: 'free.menu' },
        { target: 'free.signedOut' },
      ],
    },
    free,
    waiting,
    busy,
    departing: {
      description: 'The user leaves the program. Chats that are over deliver their last lines.',
      entry: ['forgetChat', 'endCalls'],
      initial: 'waiting',
      on: {
        'calls.ended': 'left',
        'input.ended': { description: 'The user leaves already.' },
      },
      states: {
        waiting: {
          description: 'The last lines are waited for.',
          on: {
            'input.interrupted': { target: 'abandoning', description: 'The user does not wait any longer.' },
            'leave.requested': 'abandoning',
          },
          after: {
            departure: {
              guard: 'isInteractive',
              actions: { type: 'say', params: { notice: 'delivering' } },
              description: 'Why it takes so long.',
            },
          },
        },
        abandoning: {
          description: 'The last lines are named if they are not confirmed.',
          entry: 'abandonCalls',
          on: {
            'input.interrupted': { description: 'It ends in a moment.' },
            'leave.requested': { description: 'It ends in a moment.' },
          },
        },
      },
    },
    left: {
      type: 'final',
      description: 'With it the tree ends: the heartbeat says goodbye, the chats hang up.',
    },
  },
});
