import test from 'ava';
import fc from 'fast-check';
import { encodeReply, isDone, REPLY_WORDS, type ReplyCode, replyCode } from '../../protocol/reply.js';

const codes = Object.keys(REPLY_WORDS).map(Number) as ReplyCode[];

test('each reply is its code and words, ended by CR LF', (t) => {
  t.is(encodeReply(200), '200 OK\r\n');
  t.is(encodeReply(201), '201 INVALID\r\n');
  t.is(encodeReply(202), '202 NO SUCH USER\r\n');
  t.is(encodeReply(203), '203 USER EXISTS\r\n');
  t.is(encodeReply(204), '204 DENIED\r\n');
  t.is(encodeReply(205), '205 UNAVAILABLE\r\n');
  t.is(encodeReply(206), '206 BUSY\r\n');
  t.is(encodeReply(207), '207 ELSEWHERE\r\n');
});

test('details follow the words of a reply', (t) => {
  t.is(encodeReply(200, 'im/1 x'), '200 OK im/1 x\r\n');
});

test('the codes of replies are 200 to 207', (t) => {
  t.deepEqual(codes, [200, 201, 202, 203, 204, 205, 206, 207]);
});

test('the code of a reply from any server is parsed', (t) => {
  for (const code of codes) t.is(replyCode(encodeReply(code).trimEnd()), code);
  t.is(replyCode('299 SOMETHING ELSE'), 299);
  for (const line of ['', 'OK', '20', '2000', '200OK', ' 200 OK']) t.is(replyCode(line), undefined, line);
});

test('only reply 200 means that the request was executed', (t) => {
  for (const code of codes) t.is(isDone(encodeReply(code).trimEnd()), code === 200, String(code));
});

test('only the code counts, not the words after it', (t) => {
  for (const line of ['200', '200 OK', '200 ok', '200\tDONE', '200 201']) t.true(isDone(line), line);
});

test('a line that resembles 200 does not mean that the request was executed', (t) => {
  for (const line of ['', '20', '2000', '200OK', '0200', 'OK', 'OK 200', '201 200', '+200 OK']) {
    t.false(isDone(line), line);
  }
});

test('a line that does not begin with 200 does not mean that the request was executed', (t) => {
  const property = fc.property(
    fc.string({ unit: 'binary' }),
    (line) => !isDone(line) || line.startsWith('200'),
  );
  t.notThrows(() => fc.assert(property));
});
