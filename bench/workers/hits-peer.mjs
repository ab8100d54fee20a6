// The same as hits.mjs beside it for candidates that need no clerk-edge.
import { prepare } from '../lib/hits.mjs';

let run;

export default {
  async fetch(request, env) {
    run ??= await prepare(env.CANDIDATE);
    return new Response(String(await run(Number(new URL(request.url).searchParams.get('n')))));
  },
};
