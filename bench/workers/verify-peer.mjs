// The same as verify.mjs beside it for candidates that need no clerk-edge.
import { prepare } from '../lib/verifiers.mjs';
let run;

export default {
  async fetch(request, env) {
    if (request.method === 'POST') run = await prepare(env.CANDIDATE, await request.json());
    const { searchParams } = new URL(request.url);
    await run(searchParams.get('mode'), Number(searchParams.get('n')));
    return new Response('done');
  },
};
