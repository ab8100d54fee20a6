// The memory in front of the wasm module, by itself: what it serves, and that it stays small.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install, recall, remember } from '../../src/worker/front.js';

const BODY = new TextEncoder().encode('{"id":"user_1"}');
const URL_OF = (name) => `https://gateway.test/v1/users/${name}`;
const request = (url, headers = { authorization: 'Bearer x' }, method = 'GET') => new Request(url, { method, headers });

/** How many of these URLs are still known. */
const known = (urls) => urls.filter((url) => recall(request(url)) !== undefined).length;

test('only the very question that was answered is served', async () => {
  install(() => BODY);
  remember(URL_OF('user_1'), undefined, 1, 0);
  assert.equal(await recall(request(URL_OF('user_1'))).text(), '{"id":"user_1"}');
  assert.equal(recall(request(URL_OF('user_2'))), undefined);
  assert.equal(recall(request(URL_OF('user_1'), {})), undefined, 'no credentials');
  assert.equal(recall(request(URL_OF('user_1'), { authorization: 'Bearer x', 'clerk-api-version': '2025-11-10' })), undefined);
  assert.equal(recall(request(URL_OF('user_1'), undefined, 'HEAD')), undefined);
});

test('who is not let in makes nothing forgotten, and an entry that is gone is', () => {
  let answer = null;
  install(() => answer);
  remember(URL_OF('user_1'), undefined, 1, 0);
  assert.equal(recall(request(URL_OF('user_1'))), undefined);
  answer = BODY;
  assert.notEqual(recall(request(URL_OF('user_1'))), undefined);
  answer = undefined;
  assert.equal(recall(request(URL_OF('user_1'))), undefined);
  answer = BODY;
  assert.equal(recall(request(URL_OF('user_1'))), undefined);
});

test('long URLs take no more memory than short ones', () => {
  install(() => BODY);
  const urls = Array.from({ length: 1_000 }, (_, at) => URL_OF(`${at}?query=${'x'.repeat(16_000)}`));
  urls.forEach((url) => remember(url, undefined, 1, 0));
  const held = known(urls);
  assert.ok(held > 0 && held * 16_000 <= 8_000_000, `${held} URLs are held`);
});

test('one URL again and again counts once', () => {
  install(() => BODY);
  const others = Array.from({ length: 10 }, (_, at) => URL_OF(`user_${at}`));
  others.forEach((url) => remember(url, undefined, 1, 0));
  const long = URL_OF('x'.repeat(16_000));
  for (let at = 0; at < 1_000; at += 1) remember(long, undefined, at, 0);
  assert.equal(known(others), 10);
});
