// `npm start` as a new user meets it: what it prints is run as it stands there, and does what the README says.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from './support/markdown.mjs';

const READY_WITHIN_MS = 300_000; // the Worker may still have to be built

/** Resolves to what was printed once it says that it is ready. */
function ready(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`not ready\n${said}`)), READY_WITHIN_MS);
    const listen = (text) => {
      said += text;
      if (!said.includes('Ctrl-C stops both.')) return;
      clearTimeout(timer);
      resolve(said);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}\n${said}`));
    });
  });
}

test('the printed commands show a miss, a hit, and one call to Clerk; a signal stops everything', async () => {
  const { CLERK_SECRET_KEY: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs'], { cwd: root, env: { ...environment, PORT: '0', SIM_PORT: '0' } });
  try {
    const said = await ready(child);
    const commands = said.split('\n').map((line) => line.trim()).filter((line) => /^(export|curl) /.test(line));
    const [setKey, ...curls] = commands;
    assert.equal(curls.length, 4, said);
    const shell = (command) => promisify(execFile)('bash', ['-c', `${setKey}\n${command}`], { env: environment, timeout: 20_000 });
    const answers = [];
    for (const command of curls) answers.push((await shell(command)).stdout);
    const [miss, hit, report, stats] = answers;
    assert.match(miss, /^x-clerk-edge-cache: miss\r?$/im);
    assert.match(hit, /^x-clerk-edge-cache: hit\r?$/im);
    assert.deepEqual([JSON.parse(report).apiCalls, JSON.parse(report).cacheHits], [1, 1]);
    assert.equal(JSON.parse(stats).total, 1);

    child.removeAllListeners('exit');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    for (const [, url] of said.matchAll(/on (http:\/\/127\.0\.0\.1:\d+)/g)) await assert.rejects(fetch(url), url);
  } finally {
    if (child.exitCode === null) child.kill('SIGTERM');
  }
});
