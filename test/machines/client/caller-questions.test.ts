import test from 'ava';
import {
  CallerQuestions,
  MAX_QUESTIONS,
  MAX_QUESTIONS_PER_SOURCE,
  QUESTION_MS,
} from '../../../machines/client/caller-questions.js';

/** Asks one question about a caller at each address. Returns how many are allowed. */
function allowed(questions: CallerQuestions, addresses: readonly string[], uptimeMs: number): number {
  return addresses.filter((address) => questions.tryAsk(address, uptimeMs)).length;
}

const many = (address: string) => new Array<string>(100).fill(address);

test('the number of questions per minute about the callers of one address is limited', (t) => {
  const questions = new CallerQuestions();
  t.is(allowed(questions, many('192.0.2.7'), 1_000), MAX_QUESTIONS_PER_SOURCE);
  t.true(questions.tryAsk('192.0.2.8', 1_000));
  t.false(questions.tryAsk('192.0.2.7', 1_000 + QUESTION_MS - 1));
  t.is(allowed(questions, many('192.0.2.7'), 1_000 + QUESTION_MS), MAX_QUESTIONS_PER_SOURCE);
});

test('the addresses of one IPv6 network share one limit', (t) => {
  const addresses = Array.from({ length: 100 }, (_, at) => `2001:db8:0:1::${at}`);
  t.is(allowed(new CallerQuestions(), addresses, 0), MAX_QUESTIONS_PER_SOURCE);
});

test('the number of all questions per minute is limited, and refused questions do not count', (t) => {
  const questions = new CallerQuestions();
  const addresses = Array.from({ length: 100 }, (_, at) => `192.0.2.${at}`);
  t.is(allowed(questions, addresses, 0), MAX_QUESTIONS);
  t.is(allowed(questions, addresses, QUESTION_MS - 1), 0);
  t.is(allowed(questions, addresses, QUESTION_MS), MAX_QUESTIONS);
});
