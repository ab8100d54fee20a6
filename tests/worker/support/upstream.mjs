// A Clerk-like upstream in a process of its own, so that its work is not on the event loop of the load client.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('./upstream-server.mjs', import.meta.url));

/**
 * @param {{ headersMs?: number, bodyMs?: number, bytes?: number, secretKey?: string }} [options]
 *   headers at 20 ms and the whole body at 30 ms by default; equal values send both in one write; `bytes` is the length
 *   of a user's JSON; with `secretKey` every other caller gets a 401
 */
export async function startUpstream(options = {}) {
  const child = fork(server, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const port = await Promise.race([once(child, 'message'), exited.then(() => { throw new Error('the upstream ended'); })]);
  const url = `http://127.0.0.1:${port[0]}`;
  return {
    url,
    /** What arrived since the last call: `{ calls, overlap, aborted, done, active, maxActive, unauthorized, starts }`. */
    stats: async () => (await fetch(`${url}/stats`)).json(),
    stop: async () => { child.kill('SIGKILL'); await exited; },
  };
}
