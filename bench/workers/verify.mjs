// A Worker that holds one candidate of verifiers.mjs. Its clock stands still while it computes, so the caller times it.
import { prepare } from '../lib/verifiers.mjs';
import { createClerkClient } from 'clerk-edge';

let run;

export default {
  async fetch(request, env) {
    if (request.method === 'POST') run = await prepare(env.CANDIDATE, await request.json(), createClerkClient);
    const { searchParams } = new URL(request.url);
    await run(searchParams.get('mode'), Number(searchParams.get('n')));
    return new Response('done');
  },
};
