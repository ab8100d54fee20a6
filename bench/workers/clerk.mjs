// @clerk/backend as its users run it in a Worker: `users.getUser` on every request, no cache.
import { createClerkClient } from '@clerk/backend';

let clerk;

export default {
  async fetch(request, env) {
    clerk ??= createClerkClient({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL });
    const user = await clerk.users.getUser(new URL(request.url).pathname.slice('/v1/users/'.length));
    return Response.json(user.raw);
  },
};
