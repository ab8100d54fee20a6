// @clerk/backend with the Map of its users that one writes before it.
import { createClerkClient } from '@clerk/backend';

const users = new Map();
let clerk;

export default {
  async fetch(request, env) {
    clerk ??= createClerkClient({ secretKey: env.CLERK_SECRET_KEY, apiUrl: env.CLERK_API_URL });
    const id = new URL(request.url).pathname.slice('/v1/users/'.length);
    let user = users.get(id);
    if (user === undefined) {
      user = await clerk.users.getUser(id);
      users.set(id, user);
    }
    return Response.json(user.raw);
  },
};
